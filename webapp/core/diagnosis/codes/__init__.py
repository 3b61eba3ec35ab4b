"""The codes and set texts that providers, servers and libraries use, with what each means: a row of a table each.

The rows are data (`*.toml` beside this file, a section a problem). Knows nothing of how a problem is recognised.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.problem import Actor
from webapp.core.diagnosis.text_normalization import NormalizedText, Phrase

_HERE = Path(__file__).parent


class Family(StrEnum):
    """Who speaks like this: a table each."""

    AADSTS = "aadsts"
    GOOGLE = "google"
    IMAP = "imap"
    NETWORK = "network"

    @property
    def label(self) -> str:
        """Return the name of the table as the pages do."""
        return {
            "aadsts": "Microsoft sign-in (AADSTS numbers)",
            "google": "Google sign-in and Gmail",
            "imap": "Mail servers (IMAP)",
            "network": "Network and encryption",
        }[self]


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code or a set text as people write it, what it means, the problem it stands for and what to do.

    `seen` is an example as a log shows it. `spellings` are all its forms as `Wording` reads them.
    """

    family: Family
    code: str
    meaning: str
    slug: str
    who: Actor
    action: str
    seen: str
    spellings: tuple[Phrase, ...] = field(default=(), repr=False)

    @property
    def anchor(self) -> str:
        """Return the name of the row's place on the page of codes."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.code.casefold()).strip("-")
        return plain if plain.startswith(self.family) else f"{self.family}-{plain}"

    @property
    def number(self) -> int | None:
        """Return the number of a numbered code."""
        digits = self.code.removeprefix("AADSTS")
        return int(digits) if self.family is Family.AADSTS and digits.isdigit() else None


def _rows(family: Family, actions: dict[str, str]) -> Iterator[Code]:
    for slug, rows in _read(family).items():
        for row in rows:
            yield Code(
                family=family,
                code=row["code"],
                meaning=row["meaning"],
                slug=slug,
                who=Actor(row["who"]) if "who" in row else PROBLEMS[slug].who,
                action=row.get("action") or actions[slug],
                seen=row["seen"],
                spellings=tuple(map(Phrase.of, (row["code"], *row.get("also", ())))),
            )


def _read(name: str) -> dict[str, list[dict[str, str]]]:
    with (_HERE / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _load() -> Iterator[Code]:
    with (_HERE / "actions.toml").open("rb") as file:
        actions = tomllib.load(file)
    for family in Family:
        yield from _rows(family, actions)


CODES: tuple[Code, ...] = tuple(_load())
_BY_NUMBER = {row.number: row for row in CODES if row.number is not None}
# The longest first: it says most.
_BY_SPELLING = sorted(
    ((spelling, row) for row in CODES if row.number is None for spelling in row.spellings),
    key=lambda pair: -len(pair[0].text),
)

_NUMBERS = re.compile(r"(?:aadsts|error codes?) ?(\d{5,8}) ")
_ALONE = re.compile(r" (?:aadsts ?)?(\d{5,8}) ")


def find_codes(text: str) -> tuple[Code, ...]:
    """Return the rows that a search or a pasted text names exactly, the most particular first."""
    return extract_codes(NormalizedText.of(text))


def extract_codes(wording: NormalizedText) -> tuple[Code, ...]:
    """Return the rows that a text names, the most particular first."""
    alone = _ALONE.fullmatch(wording.words)
    numbers = [alone[1]] if alone else _NUMBERS.findall(wording.words)
    numbered = [_BY_NUMBER[int(number)] for number in numbers if int(number) in _BY_NUMBER]
    named = [row for spelling, row in _BY_SPELLING if wording.has(spelling) and _is_meant(row, spelling, wording)]
    return tuple(dict.fromkeys((*numbered, *named)))


def _is_meant(row: Code, spelling: Phrase, wording: NormalizedText) -> bool:
    """Tell a response code such as LIMIT from the word: it stands alone, or is written as servers write it."""
    word = spelling.text.strip()
    if row.family is not Family.IMAP or " " in word or wording.words == spelling.text:
        return True
    as_written = f"{re.escape(row.code)}|{re.escape(word.upper())}"
    return re.search(rf"(?<!\w)(?:{as_written})(?!\w)", wording.raw) is not None
