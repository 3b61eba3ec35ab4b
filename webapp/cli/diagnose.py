"""`flask diagnose`: names the problem behind a pasted error text, for people or line by line for programs.

Reads no database; it asks the same engine as the pages, and a person gets the same explanation as there.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click
from flask.cli import with_appcontext

from webapp.config.app_state import current_settings
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.explain import Explanation, explain
from webapp.core.diagnosis.failure import Failure, Stage

_STAGES = frozenset(stage.value for stage in Stage)


@click.command("diagnose")
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="Read JSON Lines on standard input and answer in JSON Lines.")
@click.option("--stage", type=click.Choice(sorted(_STAGES)), help="How far the connection had come.")
@click.option("--provider", help="google, microsoft, yahoo, …")
@with_appcontext
def diagnose_command(text: str | None, *, as_json: bool, stage: str | None, provider: str | None) -> None:
    """Name the problem behind an error text, and who can mend it."""
    if as_json:
        sys.exit(_answer_lines())
    if not text:
        if sys.stdin.isatty():
            raise click.UsageError("Give the error text, or pipe it in.")
        text = _standard_input()
    _print_answer(explain(text, stage=Stage(stage) if stage else None, provider=provider))


def _standard_input() -> str:
    """Read all of standard input; bytes that are not UTF-8 cost their own characters only."""
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _print_answer(explanation: Explanation) -> None:
    diagnosis = explanation.diagnosis
    click.echo(f"{diagnosis.problem.verdict} ({diagnosis.problem.slug})")
    click.echo(f"Who acts: {diagnosis.problem.who.label}")
    for start, end in explanation.marked:
        click.echo(f"Because it says: {' '.join(explanation.excerpt[start:end].split())}")
    if code := diagnosis.code:
        click.echo(f"{code.code}: {code.meaning}")
        click.echo(f"What to do: {code.action}")
    for slug in diagnosis.alternatives:
        click.echo(f"Could also be: {PROBLEMS[slug].verdict} ({slug})")
    click.echo(f"More: {current_settings().base_url}/help/problems/{diagnosis.problem.slug}")


def _answer_lines() -> int:
    """Answer every line on standard input; give 1 when one of them could not be read."""
    status = 0
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace")
        if not line.strip():
            continue
        try:
            answer = _answer(json.loads(line))
        except (ValueError, RecursionError) as error:
            status = 1
            answer = {"id": None, "error": str(error)}
        click.echo(json.dumps(answer, ensure_ascii=True))
    return status


def _answer(question: object) -> dict[str, Any]:
    if not isinstance(question, dict) or not isinstance(question.get("raw"), str) or "id" not in question:
        raise ValueError('each line must be an object with "id" and a text "raw"')
    diagnosis = diagnose(_failure(question))
    return {
        "id": question["id"],
        "diagnosis": diagnosis.problem.slug,
        "alternatives": list(diagnosis.alternatives),
        "who": diagnosis.problem.who.value,
    }


def _failure(question: Mapping[str, Any]) -> Failure:
    stage, provider = question.get("stage"), question.get("provider")
    return Failure(
        text=question["raw"],
        stage=Stage(stage) if isinstance(stage, str) and stage in _STAGES else None,
        provider=provider if isinstance(provider, str) and provider else None,
    )
