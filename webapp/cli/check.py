"""`check NAME`: test a saved connection from a script; exit status 0 when it passed, 1 when it failed."""

import json
import sys
from contextlib import nullcontext
from functools import partial
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from webapp.cli.decorators import with_portal
from webapp.config.app_state import KeyFileError, SecretBoxError
from webapp.core.imap import Step
from webapp.core.imap.protocol.trace import tracing
from webapp.core.phrases import duration
from webapp.models import Connection, db
from webapp.models.connection import name_key
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.checks import AlreadyRunningError, ConnectionNotFoundError, check_and_store

_MARKS = {"passed": "✓", "failed": "✗", "skipped": "-", "not_reached": "-"}


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.option("--trace", is_flag=True, help="Print the lines of the IMAP session on standard error, without secrets.")
@with_appcontext
@with_portal
def check(name: str, as_json: bool, trace: bool) -> None:
    """Test the connection NAME and keep the report."""
    connection = db.session.scalar(select(Connection).where(Connection.name_key == name_key(name)))
    if connection is None:
        # Status 2, since nothing was tested.
        raise click.UsageError(f"there is no connection called “{name}”")
    try:
        with tracing(partial(click.echo, err=True)) if trace else nullcontext():
            verdict, _ = check_and_store(connection.id)
    except ConnectionNotFoundError:
        raise click.ClickException("the connection was deleted meanwhile") from None
    except AlreadyRunningError:
        raise click.ClickException("a test of this connection is running already") from None
    except (SecretBoxError, KeyFileError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(as_dict(verdict), ensure_ascii=False, indent=2) if as_json else as_text(verdict))
    sys.exit(0 if verdict.passed else 1)


def as_dict(verdict: CheckResult) -> dict[str, Any]:
    """Return a report as a script reads it."""
    report, diagnosis = verdict.report, verdict.diagnosis
    return {
        "passed": report.passed,
        "verdict": verdict.sentence,
        "started_at": report.started_at.isoformat(),
        "seconds": round(report.seconds, 4),
        "steps": [
            {
                "name": step.name.value,
                "outcome": step.outcome.value,
                "seconds": None if step.seconds is None else round(step.seconds, 4),
                "detail": step.detail,
                "warning": step.warning,
            }
            for step in report.steps
        ],
        "messages": report.messages,
        "mailboxes": report.mailboxes,
        "diagnosis": diagnosis.problem.slug if diagnosis else None,
        "alternatives": list(diagnosis.alternatives) if diagnosis else [],
        "who": diagnosis.problem.who.value if diagnosis else None,
        "server_said": report.failure.text if report.failure else None,
    }


def _duration(step: Step) -> str:
    return duration(step.seconds) if step.seconds is not None else step.outcome.replace("_", " ")


def as_text(verdict: CheckResult) -> str:
    """Return a report as a person reads it on a terminal."""
    lines = [
        f"  {_MARKS[step.outcome]} {verdict.step_label(step.name):<34} {_duration(step):>12}  {step.detail}".rstrip()
        for step in verdict.report.steps
    ]
    ending = [verdict.sentence]
    if verdict.diagnosis:
        ending += [f"Who acts: {verdict.diagnosis.problem.who.label}", f"Diagnosis: {verdict.slug}"]
    return "\n".join((*lines, "", *ending))
