"""What a rule is: the phrases and circumstances by which one problem is recognised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Protocol

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.problem import Actor, Problem
from webapp.core.diagnosis.text_normalization import NormalizedText, Phrase


@dataclass(frozen=True, kw_only=True)
class MatchInput:
    """A failure made ready for the rules."""

    wording: NormalizedText
    stage: Stage | None
    provider: str | None


@dataclass(frozen=True, kw_only=True)
class RuleFinding:
    """What a rule concludes, and the words that led to it.

    `who` and `verdict` are given where this case has another actor, or another first sentence, than its problem has.
    """

    slug: str
    alternatives: tuple[str, ...] = ()
    evidence: str = ""
    who: Actor | None = None
    verdict: str = ""

    def problem(self, usual: Problem) -> Problem:
        """Return the problem as it stands in this case."""
        return replace(usual, who=self.who or usual.who, verdict=self.verdict or usual.verdict)


class Matcher(Protocol):
    """Anything that can stand in the ordered list of rules."""

    def find(self, case: MatchInput) -> RuleFinding | None:
        """Conclude, or pass."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of the tables.

    It fits when one of `phrases` (or, to the letter, of `literals`) occurs, each of `also`, and none of `unless`.
    A known stage must be among `stages`; where `providers` are named, the provider must be known and among them.
    """

    slug: str
    phrases: tuple[Phrase, ...] = ()
    literals: tuple[str, ...] = ()
    also: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    stages: frozenset[Stage] = frozenset()
    providers: frozenset[str] = frozenset()
    alternatives: tuple[str, ...] = ()

    def find(self, case: MatchInput) -> RuleFinding | None:
        """Conclude when phrases and circumstances fit."""
        if self.stages and case.stage not in (None, *self.stages):
            return None
        if self.providers and case.provider not in self.providers:
            return None
        evidence = self._evidence(case.wording)
        if evidence is None:
            return None
        return RuleFinding(slug=self.slug, alternatives=self.alternatives, evidence=evidence)

    def _evidence(self, wording: NormalizedText) -> str | None:
        if not all(map(wording.has, self.also)) or any(map(wording.has, self.unless)):
            return None
        for literal in self.literals:
            if literal in wording.raw:
                return literal.strip()
        for phrase in self.phrases:
            if wording.has(phrase):
                return wording.quote(phrase)
        return None


@cache
def phrase_list(text: str) -> tuple[Phrase, ...]:
    """Read phrases, parted by ";"."""
    return tuple(Phrase.of(part.strip()) for part in text.split(";") if part.strip())


def combine(*columns: str) -> str:
    """Spell out every combination of the columns' phrases, parted by ";"; an empty one leaves its place out."""
    parts = ([part.strip() for part in column.split(";")] for column in columns)
    return "; ".join(" ".join(filter(None, words)) for words in product(*parts))


def rule(
    slug: str,
    *texts: str,
    literals: tuple[str, ...] = (),
    also: str = "",
    unless: str = "",
    stages: Iterable[Stage] = (),
    providers: Iterable[str] = (),
    or_else: str = "",
) -> Rule:
    """Write a rule; texts hold phrases parted by ";", `or_else` the other problems they would fit."""
    return Rule(
        slug=slug,
        phrases=tuple(dict.fromkeys(phrase for text in texts for phrase in phrase_list(text))),
        literals=literals,
        also=phrase_list(also),
        unless=phrase_list(unless),
        stages=frozenset(stages),
        providers=frozenset(providers),
        alternatives=tuple(or_else.split()),
    )


@dataclass(frozen=True, kw_only=True)
class CodeTable:
    """Recognises a vendor's numbered errors: a mark in the text ("aadsts"), then a number that the table knows.

    `wrappers` are numbers that only say that another one follows; `alternatives` are given by slug.
    """

    marks: tuple[str, ...]
    slugs: Mapping[int, str]
    wrappers: frozenset[int]
    alternatives: Mapping[str, tuple[str, ...]]

    def find(self, case: MatchInput) -> RuleFinding | None:
        """Conclude from the first number that says most."""
        known = [code for code in self._codes(case.wording.words) if code in self.slugs]
        if not known:
            return None
        code = next((code for code in known if code not in self.wrappers), known[0])
        slug = self.slugs[code]
        return RuleFinding(slug=slug, alternatives=self.alternatives.get(slug, ()), evidence=f"AADSTS{code}")

    def _codes(self, words: str) -> Iterable[int]:
        for mark in self.marks:
            for part in words.split(mark)[1:]:
                digits = part[:9].split(" ", 1)[0]
                if digits.isascii() and digits.isdigit():
                    yield int(digits)
