"""Names the problem a failure comes down to: first by what was observed, then by what was said, else "unknown"."""

from webapp.diagnosis.catalogue import PROBLEMS
from webapp.diagnosis.failure import Failure, Stage
from webapp.diagnosis.problem import UNKNOWN, Diagnosis
from webapp.diagnosis.providers import provider_of
from webapp.diagnosis.rules import RULES
from webapp.diagnosis.rules.rule import Case, Finding
from webapp.diagnosis.signs import AFTER_SIGN_IN, CERTAIN, ENDINGS, LIKELY, REFUSALS, WEAK
from webapp.diagnosis.wording import Wording


def diagnose(failure: Failure) -> Diagnosis:
    """Name the problem a failure comes down to."""
    finding = _find(failure)
    alternatives = tuple(slug for slug in finding.alternatives if slug != finding.slug)
    problem = finding.problem(PROBLEMS[finding.slug])
    return Diagnosis(problem=problem, alternatives=alternatives, evidence=finding.evidence)


def _find(failure: Failure) -> Finding:
    sign = failure.sign or ""
    if failure.stage is Stage.MAILBOX and sign in AFTER_SIGN_IN:
        return AFTER_SIGN_IN[sign]
    if sign in CERTAIN:
        return CERTAIN[sign]
    said = _first_rule_that_fits(failure)
    if sign in WEAK and (said is None or said.slug in ENDINGS):
        return WEAK[sign]
    if sign in LIKELY and (said is None or said.slug in REFUSALS):
        return LIKELY[sign]
    return said or Finding(slug=UNKNOWN)


def _first_rule_that_fits(failure: Failure) -> Finding | None:
    wording = Wording.of(failure.text)
    case = Case(wording=wording, stage=failure.stage, provider=provider_of(failure.provider, wording))
    return next((finding for rule in RULES if (finding := rule.find(case))), None)
