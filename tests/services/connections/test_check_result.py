"""What a report says to its reader, with and without an access token."""

import json
from datetime import UTC, datetime

import pytest

from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import Outcome, Report, Security, ServerSettings, Step, StepName
from webapp.services.connections.check_result import STEP_LABELS, CheckResult, HelpContext
from webapp.services.connections.checks import report_from_json, report_json

SERVER = ServerSettings(host="imap.gmail.com", port=993, security=Security.TLS, user="ann@example.com")

BEFORE = """
    {"started_at": "2026-11-24T12:00:00Z", "seconds": 0.5, "steps": [
        {"name": "lookup", "outcome": "passed", "seconds": 0.1, "detail": "192.0.2.1", "warning": ""},
        {"name": "connect", "outcome": "failed", "seconds": 0.4, "detail": "refused", "warning": ""},
        {"name": "tls", "outcome": "not_reached", "seconds": null, "detail": "", "warning": ""}
    ], "failure": {"text": "refused", "stage": "network", "provider": null, "sign": "refused"},
    "messages": null, "mailboxes": null}
"""


def failed(symptom: Symptom | None, text: str = "scope openid email") -> Report:
    return Report(
        started_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
        seconds=0.5,
        steps=(
            Step(name=StepName.ACCESS_TOKEN, outcome=Outcome.FAILED, seconds=0.5, detail=text),
            Step(name=StepName.LOOKUP, outcome=Outcome.NOT_REACHED),
        ),
        failure=Failure(text=text, stage=Stage.TOKEN, provider="google", symptom=symptom),
    )


def test_a_symptom_is_stored_under_its_old_name_and_read_again() -> None:
    stored = report_json(failed(Symptom.GRANT_ENDED))

    assert json.loads(stored)["failure"]["sign"] == "grant-ended"
    assert report_from_json(stored) == failed(Symptom.GRANT_ENDED)
    assert report_from_json(BEFORE).failure == Failure(text="refused", stage=Stage.NETWORK, symptom=Symptom.REFUSED)


def test_a_stored_symptom_that_is_not_known_leaves_the_report_readable() -> None:
    assert report_from_json(BEFORE.replace('"sign": "refused"', '"sign": "of-another-version"')).failure == Failure(
        text="refused", stage=Stage.NETWORK
    )


def test_every_step_has_a_label() -> None:
    assert STEP_LABELS.keys() == set(StepName)


def test_a_report_with_an_access_token_is_told_step_by_step() -> None:
    verdict = CheckResult.of(failed(Symptom.GRANT_ENDED), SERVER, "ann@example.com")

    assert verdict.summary == "Stopped at “Access token” after 500 ms · 12:00:00 UTC"
    assert "access_token failed 500 ms" in verdict.technical
    assert "lookup       not reached" in verdict.technical


def test_a_report_is_read_as_it_was_written() -> None:
    report = failed(Symptom.GRANT_ENDED)

    assert report_from_json(report_json(report)) == report


def test_a_report_stored_before_there_were_access_tokens_is_read() -> None:
    verdict = CheckResult.of(report_from_json(BEFORE), SERVER, "ann@example.com")

    assert verdict.slug == "connection-refused"
    assert verdict.summary.startswith("Stopped at “Connect”")


@pytest.mark.parametrize(
    ("symptom", "text", "who", "label"),
    [
        (Symptom.MAIL_SCOPE_NOT_GRANTED, "", "user", "You"),
        (None, "invalid_scope", "operator", "Portal operator"),
    ],
)
def test_who_acts_in_this_very_case_is_said_on_page_and_report(
    symptom: Symptom, text: str, who: str, label: str
) -> None:
    verdict = CheckResult.of(failed(symptom, text), SERVER, "ann@example.com")

    assert verdict.slug == "scope-missing"
    assert verdict.facts.who == who
    assert verdict.technical.endswith(f"Diagnosis scope-missing\nWho acts  {label}")


def test_facts_that_are_known_already_are_taken_as_they_are() -> None:
    facts = HelpContext(host="imap.example.com", user="info@example.com", account="ann@example.com", provider="gmail")

    verdict = CheckResult.of(failed(Symptom.OTHER_ACCOUNT), SERVER, "ann@example.com", facts=facts)

    assert (verdict.facts.host, verdict.facts.account, verdict.facts.provider) == (
        "imap.example.com",
        "ann@example.com",
        "gmail",
    )
    assert verdict.facts.who == "user"
