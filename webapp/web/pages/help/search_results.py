"""What help answers to a search: codes that it names, the problem that it reads like, and pages. Knows no Flask."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.core.diagnosis.codes import Code, find_codes
from webapp.core.diagnosis.explain import explain
from webapp.core.diagnosis.problem import UNKNOWN, Problem
from webapp.web.pages.help.search_index import SearchHit, SearchIndex, words_of

# Who pastes a whole log is better served by “Explain an error”; more rows than this are read in the table.
_MOST_CODES = 4


@dataclass(frozen=True, kw_only=True)
class SearchResults:
    """The answer to a search, best first: `codes`, else the problem that an error text comes down to, then pages.

    `hits` are the pages that neither a code nor the problem has named.
    """

    codes: tuple[Code, ...] = ()
    problem: Problem | None = None
    evidence: str = ""
    hits: tuple[SearchHit, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """Name every page of the answer in the order in which it is shown."""
        named = (*(code.slug for code in self.codes), *([self.problem.slug] if self.problem else []))
        return tuple(dict.fromkeys((*named, *(hit.page.slug for hit in self.hits))))

    def __bool__(self) -> bool:
        return bool(self.slugs)


def search_help(query: str, index: SearchIndex) -> SearchResults:
    """Answer a search."""
    codes = (find_codes(query) or _numbers(query))[:_MOST_CODES]
    diagnosis = explain(query).diagnosis
    known = not codes and diagnosis.problem.slug != UNKNOWN
    named = {code.slug for code in codes} | ({diagnosis.problem.slug} if known else set())
    return SearchResults(
        codes=codes,
        problem=diagnosis.problem if known else None,
        evidence=diagnosis.evidence if known else "",
        hits=tuple(_others(index.find(query), named)),
    )


def _numbers(query: str) -> tuple[Code, ...]:
    """Return the codes whose bare numbers stand among other words: in a search, a long number is a code."""
    return tuple(code for word in words_of(query) if word.isdecimal() for code in find_codes(word))


def _others(hits: Iterable[SearchHit], named: set[str]) -> Iterable[SearchHit]:
    return (hit for hit in hits if hit.page.slug not in named)
