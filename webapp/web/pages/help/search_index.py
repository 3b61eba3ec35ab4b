"""Search by words over the pages of help: an index in memory. Knows neither Flask nor where the pages come from."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from threading import Lock

# More words than this say no more about what a person looks for.
_MOST_WORDS = 24
_WORD = re.compile(r"[^\W_]+")
# Words that are on every page or on none; English, and the German and French that people write around a message.
_IDLE = """
a an and are as at be but by can cannot do does doesn don error for from get has have how i if in is it its me my of on
or our please s so t that the their there this to was we what when where which why will with you your
das dem den der die ein eine ich ist nicht und wird zu de des du et je la le les ne pas un une
"""
# Where in a page a word counts how much: in its title, in what people call it, in its codes, in its text.
_COLUMNS = {"title": 12.0, "terms": 8.0, "codes": 2.0, "text": 1.0}
# A page that fits by less than this part of the best one only has a word in common with it by chance.
_MIN_RELATIVE_SCORE = 0.25
# How the index marks what it found; no page holds such characters.
_FROM, _TO = "\x02", "\x03"

_TABLE = f"CREATE VIRTUAL TABLE page USING fts5({', '.join(_COLUMNS)}, tokenize='porter unicode61 remove_diacritics 2')"
_FIND = f"""
SELECT rowid, snippet(page, {len(_COLUMNS) - 1}, '{_FROM}', '{_TO}', '…', 28),
bm25(page, {", ".join(map(str, _COLUMNS.values()))}) AS fit FROM page WHERE page MATCH ? ORDER BY fit LIMIT ?
"""  # noqa: S608  (no part of it is typed by anybody)


@dataclass(frozen=True, kw_only=True)
class HelpPage:
    """One page as the index knows it; `terms` are what people call its matter, `codes` what programs call it."""

    endpoint: str
    slug: str
    title: str
    text: str
    terms: str = ""
    codes: str = ""


@dataclass(frozen=True)
class SearchHit:
    """A page that was found, with the passage that fits best in pieces: the text, and whether it was looked for."""

    page: HelpPage
    passage: tuple[tuple[str, bool], ...] = ()


class SearchIndex:
    """Finds pages by words; one for all threads of a process."""

    def __init__(self, pages: Iterable[HelpPage]) -> None:
        self._pages = tuple(pages)
        self._idle = frozenset(_IDLE.split())
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(_TABLE)
        rows = [tuple(getattr(page, name) for name in _COLUMNS) for page in self._pages]
        marks = ", ".join("?" * len(_COLUMNS))
        self._database.executemany(f"INSERT INTO page VALUES ({marks})", rows)  # noqa: S608
        self._words = sorted({word for row in rows for column in row for word in words_of(column) if len(word) > 3})

    def find(self, query: str, limit: int = 10) -> list[SearchHit]:
        """Return the pages that fit best, the best first; whatever was typed, it is never an error."""
        words = [word for word in words_of(query) if word not in self._idle][:_MOST_WORDS]
        with self._lock:
            wanted = " OR ".join(self._alternatives(words))
            rows = self._database.execute(_FIND, (wanted, limit)).fetchall() if wanted else []
        # The better a page fits, the further it is below zero.
        worst = rows[0][2] * _MIN_RELATIVE_SCORE if rows else 0
        return [SearchHit(self._pages[rowid - 1], _pieces(passage)) for rowid, passage, fit in rows if fit <= worst]

    def page(self, slug: str) -> HelpPage:
        """Return the page of a slug."""
        return next(page for page in self._pages if page.slug == slug)

    def _alternatives(self, words: Sequence[str]) -> Iterator[str]:
        """Yield what the index is asked for: each word, and neighbours side by side and as one word."""
        for word in words:
            yield from self._spelling_variants(word)
        for one, other in pairwise(words):
            yield f'NEAR("{one}" "{other}", 2)'
            yield f'"{one}{other}"'

    def _spelling_variants(self, word: str) -> Iterator[str]:
        """Yield a word as it is and as two; where no page has it, the beginning of a longer one, else its like."""
        yield f'"{word}"'
        if halves := self._split_compound(word):
            yield f'"{halves}"'
        elif not self._has(f'"{word}"'):
            if len(word) > 2 and self._has(f'"{word}" *'):
                yield f'"{word}" *'
            elif len(word) > 3 and not word.isdigit():
                yield from (f'"{like}"' for like in get_close_matches(word, self._words, n=2, cutoff=0.8))

    def _split_compound(self, word: str) -> str | None:
        """Return the two words that stand side by side on a page and were written here as one."""
        cuts = (f"{word[:place]} {word[place:]}" for place in range(2, min(len(word) - 1, 30)))
        return next((cut for cut in cuts if self._has(f'"{cut}"')), None)

    def _has(self, wanted: str) -> bool:
        return bool(self._database.execute("SELECT 1 FROM page WHERE page MATCH ? LIMIT 1", (wanted,)).fetchone())


def words_of(text: str) -> list[str]:
    """Take a text apart into its words, as the index does."""
    return _WORD.findall(text.casefold())


def _pieces(marked: str) -> tuple[tuple[str, bool], ...]:
    """Take a passage apart at the marks of the index."""
    parts = re.split(f"[{_FROM}{_TO}]", " ".join(marked.split()))
    return tuple((part, place % 2 == 1) for place, part in enumerate(parts) if part)
