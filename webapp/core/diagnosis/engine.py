"""Names the problem a failure comes down to: first by what was observed, then by what was said, else "unknown"."""

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import Code, extract_codes
from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.observation_rules import (
    AFTER_SIGN_IN,
    CERTAIN_OBSERVATIONS,
    GENERIC_DISCONNECTS,
    GENERIC_REFUSALS,
    LIKELY_OBSERVATIONS,
    OBSERVED,
    WEAK_OBSERVATIONS,
)
from webapp.core.diagnosis.problem import UNKNOWN, Diagnosis
from webapp.core.diagnosis.provider_detection import detect_provider
from webapp.core.diagnosis.rules import RULES
from webapp.core.diagnosis.rules.rule import MatchInput, RuleFinding
from webapp.core.diagnosis.text_normalization import NormalizedText


def diagnose(failure: Failure) -> Diagnosis:
    """Return the name of the problem a failure comes down to."""
    wording = NormalizedText.of(failure.text)
    finding = _find(failure, wording)
    return Diagnosis(
        problem=finding.problem(PROBLEMS[finding.slug]),
        alternatives=tuple(slug for slug in finding.alternatives if slug != finding.slug),
        evidence=finding.evidence,
        code=_row(finding.slug, wording),
        observed=OBSERVED[failure.symptom] if failure.symptom else "",
    )


def _row(slug: str, wording: NormalizedText) -> Code | None:
    """Find the row that says the same, among those that the text names."""
    return next((row for row in extract_codes(wording) if row.slug == slug), None)


def _find(failure: Failure, wording: NormalizedText) -> RuleFinding:
    symptom = failure.symptom
    if symptom is None:
        return _first_rule_that_fits(failure, wording) or RuleFinding(slug=UNKNOWN)
    if failure.stage is Stage.MAILBOX and symptom in AFTER_SIGN_IN:
        return AFTER_SIGN_IN[symptom]
    if symptom in CERTAIN_OBSERVATIONS:
        return CERTAIN_OBSERVATIONS[symptom]
    said = _first_rule_that_fits(failure, wording)
    if symptom in WEAK_OBSERVATIONS and (said is None or said.slug in GENERIC_DISCONNECTS):
        return WEAK_OBSERVATIONS[symptom]
    if symptom in LIKELY_OBSERVATIONS and (said is None or said.slug in GENERIC_REFUSALS):
        return LIKELY_OBSERVATIONS[symptom]
    return said or RuleFinding(slug=UNKNOWN)


def _first_rule_that_fits(failure: Failure, wording: NormalizedText) -> RuleFinding | None:
    case = MatchInput(wording=wording, stage=failure.stage, provider=detect_provider(failure.provider, wording))
    return next((finding for rule in RULES if (finding := rule.find(case))), None)
