"""`messages export NAME`: the messages of a mailbox as they came, in one mbox or as a file each."""

from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from webapp.cli.decorators import with_portal
from webapp.core.phrases import plural
from webapp.services.exports import outputs
from webapp.services.exports.exit_status import EXIT_HELP, ExitStatus, exit_status_of
from webapp.services.exports.message_selection import MailboxType, MessageFilter, find_connection, selection_options
from webapp.services.exports.messages import MessageExport
from webapp.services.exports.progress_output import reporter

messages = AppGroup("messages", help="Export the messages of a mailbox.")


@messages.command(epilog=EXIT_HELP)
@click.argument("name")
@click.option("--mbox", metavar="FILE", type=MailboxType(), help="Write all into one mbox (mboxrd); - for output.")
@click.option(
    "--eml", metavar="FOLDER", type=MailboxType(),
    help="Write a file each into a folder; what is there from an earlier export is not fetched again.",
)  # fmt: skip
@selection_options
@click.option("--unread", is_flag=True, help="Only messages that are not marked as read; they stay so.")
@with_appcontext
@with_portal
def export(name: str, mbox: Path | None, eml: Path | None, selection: MessageFilter) -> None:
    """Export messages of the connection NAME into an mbox or a folder.

    Nothing in the mailbox is changed. Memory stays flat whatever is exported, a file never has its name before it is
    whole, and where the connection breaks it is opened again. The last line, in JSON, says what was done.
    """
    if mbox and not eml:
        place = outputs.mbox_file(mbox)
    elif eml and not mbox:
        place = outputs.folder(eml)
    else:
        raise click.UsageError("give one of --mbox and --eml")
    connection = find_connection(name)
    with exit_status_of(connection, selection.mailbox), reporter(err=str(mbox) == "-") as teller:
        with place as target:
            run = MessageExport(connection, selection, target, teller)
            run.run()
        teller.finish(
            f"{plural(run.done.messages, 'message')} ({run.done.bytes:,} bytes) exported",
            {**asdict(run.done), "unreadable": teller.missed_messages},
        )
    if teller.missed_messages:
        raise click.exceptions.Exit(ExitStatus.INCOMPLETE)
