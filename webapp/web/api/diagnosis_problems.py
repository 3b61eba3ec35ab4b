"""Failures with their diagnosis: what the pages explain, as programs read it."""

from collections.abc import Mapping

from flask import url_for

from webapp.config.app_state import current_settings
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure
from webapp.core.diagnosis.problem import Diagnosis
from webapp.web.api.problems import ApiError
from webapp.web.api.schemas.common import DiagnosisShape


def diagnosis_schema(diagnosis: Diagnosis) -> DiagnosisShape:
    """Describe a diagnosis."""
    problem = diagnosis.problem
    return DiagnosisShape(
        slug=problem.slug,
        verdict=problem.verdict,
        who=problem.who.value,
        alternatives=list(diagnosis.alternatives),
        help=_help(problem.slug),
    )


def problem_with_diagnosis(status: int, failure: Failure, special: Mapping[str, int] | None = None) -> ApiError:
    """Turn a failure into a problem with its diagnosis; some diagnoses may have a status of their own."""
    problem = diagnose(failure).problem
    help_page = _help(problem.slug)
    return ApiError(
        (special or {}).get(problem.slug, status),
        problem.verdict,
        failure.text,
        kind=help_page,
        diagnosis=problem.slug,
        who=problem.who.value,
        help=help_page,
    )


def _help(slug: str) -> str:
    return current_settings().base_url + url_for("help.problem", slug=slug)
