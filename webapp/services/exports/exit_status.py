"""How a command that takes mail out ends: a number for the scheduler, and lines for the person who reads its log."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click
from sqlalchemy.exc import OperationalError

from webapp.config.app_state import KeyFileError, SecretBoxError, current_settings
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.problem import Actor
from webapp.core.imap.check.run import SessionOpenError
from webapp.core.imap.protocol.errors import (
    ConnectError,
    ImapError,
    NotFoundError,
    UidValidityChangedError,
    is_transient,
)
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import Connection
from webapp.services.connections.failure_recording import record_permanent_failure
from webapp.services.providers import PROVIDERS


class ExitStatus(IntEnum):
    """The exit status; 2 is click's own, for a command that was not typed right."""

    DONE = 0
    FAILED = 1
    LATER = 3
    ACT = 4
    RUNNING = 5
    RENUMBERED = 6
    INCOMPLETE = 7


EXIT_HELP = """\b
Exit status:
  0  all is done, also where there was nothing new
  1  the folder, the disk, a file of this machine or the portal's database is in the way
  2  the command was not typed right
  3  the mail server or the network fails for now: run it again later
  4  somebody has to act: what to do is said on standard error
  5  the same is running already
  6  the server has numbered the messages of the mailbox anew
  7  done, but for messages that the server cannot give: they are named"""


class PullError(Exception):
    """The command cannot go on; the text says why."""

    def __init__(self, status: ExitStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


class LockedByActionError(ConnectError):
    """Another act has messages in hand; so it is for two minutes where the process that did it was killed."""


@contextmanager
def exit_status_of(connection: Connection, mailbox: str) -> Iterator[None]:
    """End the command with its status and its lines whatever goes wrong inside, and take leave of the server."""
    try:
        yield
    except PullError as error:
        _end(error.status, str(error))
    except UidValidityChangedError:
        _end(
            ExitStatus.RENUMBERED,
            "The mail server has numbered the messages of this mailbox anew, so nobody knows which of them were taken"
            " already. --begin-anew starts over.",
        )
    except NotFoundError as error:
        _end(ExitStatus.ACT, f"The mailbox “{mailbox}” is not there. The server said: {error.text}")
    except LockedByActionError as error:
        _end(ExitStatus.LATER, error.text)
    except ImapError as error:
        if isinstance(error, SessionOpenError):
            record_permanent_failure(connection, error)
        _end(*_explain(error, connection))
    except (SecretBoxError, KeyFileError) as error:
        _end(ExitStatus.ACT, str(error))
    # SQLite's own error comes from the BEGIN of a transaction, which SQLAlchemy does not see.
    except (sqlite3.OperationalError, OperationalError) as error:
        said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        _end(ExitStatus.FAILED, f"The portal's database cannot be used ({said}). Run it again.")
    except OSError as error:
        _end(ExitStatus.FAILED, f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    finally:
        close_idle()


def _explain(error: ImapError, connection: Connection) -> tuple[ExitStatus, str]:
    problem = diagnose(error.failure(PROVIDERS[connection.credential_type].provider_key)).problem
    lines = (
        problem.verdict,
        f"The server said: {error.text}",
        f"Who acts: {problem.who.label}",
        f"Diagnosis: {problem.slug}",
        f"More: {current_settings().base_url}/help/problems/{problem.slug}",
    )
    return ExitStatus.LATER if is_transient(error) or problem.who is Actor.WAIT else ExitStatus.ACT, "\n".join(lines)


def _end(status: ExitStatus, text: str) -> None:
    click.echo(text, err=True)
    raise click.exceptions.Exit(status)
