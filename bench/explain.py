"""How long it takes to explain a pasted text: an ordinary one, and a megabyte of several shapes, in processor time."""

import time
from collections.abc import Callable, Iterable
from statistics import median

from bench.measuring import Result
from tests.core.diagnosis import test_encryption_texts, test_login_texts, test_network_texts, test_server_texts
from tests.core.diagnosis import test_sign_in_texts as sign_in
from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis.explain import explain
from webapp.core.diagnosis.secret_masking import redact

TITLE = "Explaining a pasted text (processor time)"
_ROUNDS = 5
_MEGABYTE = 1_000_000
_KNOWN = (test_encryption_texts, test_login_texts, test_network_texts, test_server_texts, sign_in)
_SHAPES = (
    "2026-11-27 12:00:00 ERROR at com.example.Store.connect(Store.java:737) nested exception is error: failed\n",
    "a",
    "é",
    '"password":"',
    "?code=aaaaaaaaaaaaaaaaaaaaaaaaa ",
    'A1 LOGIN "',
    "\\\"'",
    "certificate AADSTS50011: ",
)


def measure() -> list[Result]:
    """Explain the texts that the tests know, then long ones; of each the best of several times counts."""
    texts = [text for module in _KNOWN for text, _ in by_text(module.TEXTS)]
    long = [shape * (_MEGABYTE // len(shape)) for shape in _SHAPES]
    return [
        Result(what=f"one of {len(texts)} texts, median", value=median(_times(explain, texts)), unit="ms", at_most=1),
        Result(what="a megabyte, the slowest shape", value=max(_times(explain, long)), unit="ms", at_most=50),
        Result(
            what="masking a whole megabyte, the slowest shape", value=max(_times(redact, long)), unit="ms", at_most=500
        ),
    ]


def _times(act: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """Return the milliseconds of processor time for each text."""
    return [min(_seconds(act, text) for _ in range(_ROUNDS)) * 1000 for text in texts]


def _seconds(act: Callable[[str], object], text: str) -> float:
    begun = time.process_time()
    act(text)
    return time.process_time() - begun
