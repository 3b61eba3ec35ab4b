"""Explains a text that a person pasted: masks it at once, diagnoses it, and marks what in it decided.

Stores nothing; asks no one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.core.diagnosis.engine import diagnose
from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.problem import Diagnosis
from webapp.core.diagnosis.provider_detection import detect_provider
from webapp.core.diagnosis.secret_masking import redact_span
from webapp.core.diagnosis.text_condensing import GAP, relevant_spans
from webapp.core.diagnosis.text_normalization import NormalizedText, find_words

SHOWN_AT_MOST = 4_000
_CUT = "…"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A diagnosis with the text that led to it: `marked` are the spans of `excerpt` that decided.

    `excerpt` holds no secret; where it is not the whole text, `shortened` says so. `provider` is the one that speaks,
    as stated or as guessed.
    """

    diagnosis: Diagnosis
    excerpt: str
    marked: tuple[tuple[int, int], ...] = ()
    shortened: bool = False
    provider: str | None = None


def explain(text: str, *, provider: str | None = None, stage: Stage | None = None) -> Explanation:
    """Return what a pasted text means, and where it says so."""
    spans = relevant_spans(text)
    shown = GAP.join(redact_span(text, start, end) for start, end in spans)
    diagnosis = diagnose(Failure(text=shown, stage=stage, provider=provider))
    excerpt = _excerpt_around(shown, next(_decisive_span(shown, diagnosis), None))
    return Explanation(
        diagnosis=diagnosis,
        excerpt=excerpt,
        marked=tuple(_decisive_span(excerpt, diagnosis)),
        shortened=len(spans) > 1 or excerpt != shown,
        provider=detect_provider(provider, NormalizedText.of(shown)),
    )


def _decisive_span(text: str, diagnosis: Diagnosis) -> Iterator[tuple[int, int]]:
    """Find the words that decided: as they were quoted, else the bare number of a numbered code."""
    number = diagnosis.code.number if diagnosis.code else None
    for words in filter(None, (diagnosis.evidence, str(number or ""))):
        if span := find_words(words, text):
            yield span
            return


def _excerpt_around(text: str, span: tuple[int, int] | None) -> str:
    """Cut out what surrounds a span; without one, the beginning."""
    if len(text) <= SHOWN_AT_MOST:
        return text
    room = SHOWN_AT_MOST - 2 * len(_CUT)
    middle = sum(span) // 2 if span else 0
    start = max(0, min(middle - room // 2, len(text) - room))
    end = start + room
    return f"{_CUT if start else ''}{text[start:end]}{_CUT if end < len(text) else ''}"
