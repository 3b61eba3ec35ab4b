"""What a command says while it runs: lines of JSON for programs, a progress bar for a person at a terminal."""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from webapp.services.exports.atomic_files import error_location


class ProgressReporter(ABC):
    """Tells how far a command has come, and counts what it has done."""

    def __init__(self) -> None:
        self.missed_messages = 0

    def missed(self, *, mailbox: str, uid: int, subject: str, why: str) -> None:
        """Tell of a message that could not be had."""
        self.missed_messages += 1
        click.echo(f"Message {uid} in {mailbox} (“{subject}”) {why}", err=True)
        self.report({"uid": uid, "mailbox": mailbox, "subject": subject, "error": why})

    @abstractmethod
    def report(self, told: Mapping[str, Any]) -> None:
        """Tell of a file, or of a message that could not be had."""

    @abstractmethod
    def reached(self, uid: int, end: int) -> None:
        """Tell how far into the mailbox it has come."""

    @abstractmethod
    def finish(self, sentence: str, summary: Mapping[str, Any]) -> None:
        """Tell what was done: a person in a sentence, a program in numbers."""


class _JsonLinesReporter(ProgressReporter):
    def __init__(self, err: bool) -> None:
        super().__init__()
        self._err = err

    def report(self, told: Mapping[str, Any]) -> None:
        with error_location("standard error" if self._err else "standard output"):
            click.echo(json.dumps(told), err=self._err)

    def reached(self, uid: int, end: int) -> None:
        pass

    def finish(self, sentence: str, summary: Mapping[str, Any]) -> None:
        self.report({"summary": True, **summary})


class _ProgressBarReporter(ProgressReporter):
    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar = bar
        self.sentence = ""

    def report(self, told: Mapping[str, Any]) -> None:
        self._bar.label = str(told.get("name", ""))[:40]

    def reached(self, uid: int, end: int) -> None:
        self._bar.length = max(end, 1)
        self._bar.update(uid - self._bar.pos)

    def finish(self, sentence: str, summary: Mapping[str, Any]) -> None:
        self.sentence = sentence


@contextmanager
def reporter(*, err: bool = False) -> Iterator[ProgressReporter]:
    """Return who tells of a run in the way that fits who listens; on standard error where the output is the mail."""
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        yield _JsonLinesReporter(err)
        return
    with click.progressbar(length=1, label="Looking", show_eta=False, file=stream) as bar:
        teller = _ProgressBarReporter(bar)
        yield teller
    click.echo(teller.sentence, file=stream)
