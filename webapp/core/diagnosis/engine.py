"""Names the problem a failure comes down to: first by what was observed, then by what was said, else "unknown"."""

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import Code, codes_in
from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.observation_rules import AFTER_SIGN_IN, CERTAIN, ENDINGS, LIKELY, OBSERVED, REFUSALS, WEAK
from webapp.core.diagnosis.problem import UNKNOWN, Diagnosis
from webapp.core.diagnosis.provider_detection import provider_of
from webapp.core.diagnosis.rules import RULES
from webapp.core.diagnosis.rules.rule import Case, Finding
from webapp.core.diagnosis.text_normalization import Wording


def diagnose(failure: Failure) -> Diagnosis:
    """Name the problem a failure comes down to."""
    wording = Wording.of(failure.text)
    finding = _find(failure, wording)
    return Diagnosis(
        problem=finding.problem(PROBLEMS[finding.slug]),
        alternatives=tuple(slug for slug in finding.alternatives if slug != finding.slug),
        evidence=finding.evidence,
        code=_row(finding.slug, wording),
        observed=OBSERVED.get(failure.sign or "", ""),
    )


def _row(slug: str, wording: Wording) -> Code | None:
    """Find the row that says the same, among those that the text names."""
    return next((row for row in codes_in(wording) if row.slug == slug), None)


def _find(failure: Failure, wording: Wording) -> Finding:
    sign = failure.sign or ""
    if failure.stage is Stage.MAILBOX and sign in AFTER_SIGN_IN:
        return AFTER_SIGN_IN[sign]
    if sign in CERTAIN:
        return CERTAIN[sign]
    said = _first_rule_that_fits(failure, wording)
    if sign in WEAK and (said is None or said.slug in ENDINGS):
        return WEAK[sign]
    if sign in LIKELY and (said is None or said.slug in REFUSALS):
        return LIKELY[sign]
    return said or Finding(slug=UNKNOWN)


def _first_rule_that_fits(failure: Failure, wording: Wording) -> Finding | None:
    case = Case(wording=wording, stage=failure.stage, provider=provider_of(failure.provider, wording))
    return next((finding for rule in RULES if (finding := rule.find(case))), None)
