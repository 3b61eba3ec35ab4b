"""`attachments pull NAME`: fetch what is new among the attachments of a mailbox, as a scheduler does nightly."""

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from webapp.cli.decorators import with_portal
from webapp.core.imap.protocol.mailbox_names import same_mailbox
from webapp.core.phrases import plural
from webapp.services.exports import atomic_files
from webapp.services.exports import state_file as state
from webapp.services.exports.attachments import AttachmentPull, PullOptions
from webapp.services.exports.exit_status import EXIT_HELP, ExitStatus, exit_status_of
from webapp.services.exports.message_selection import (
    MailboxType,
    MessageFilter,
    find_connection,
    non_empty,
    selection_options,
)
from webapp.services.exports.post_actions import PostAction, PostActionType
from webapp.services.exports.progress_output import reporter

attachments = AppGroup("attachments", help="Fetch the attachments of a mailbox.")


@attachments.command(epilog=EXIT_HELP)
@click.argument("name")
@click.option(
    "--to", "folder", required=True, metavar="FOLDER", type=MailboxType(), help="Where the files go.",
)  # fmt: skip
@click.option(
    "--match", "names", multiple=True, metavar="PATTERN", callback=non_empty,
    help="Only files named so, such as '*.csv'; can be given several times.",
)  # fmt: skip
@selection_options
@click.option(
    "--state", "state_file", metavar="FILE", type=MailboxType(),
    help="Where is remembered what has been fetched; without, a hidden file in FOLDER.",
)  # fmt: skip
@click.option(
    "--then", default="nothing", show_default=True, type=PostActionType(), metavar="ACT",
    help="What happens to a message when its files are safe: move:MAILBOX, delete (to Trash), seen or nothing.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only tell what would be fetched.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N",
    help="Stop after N files, or after the message with the Nth: those of one message come together.",
)  # fmt: skip
@click.option("--begin-anew", is_flag=True, help="Forget what has been fetched, and fetch everything.")
@with_appcontext
@with_portal
def pull(
    name: str, folder: Path, names: tuple[str, ...], state_file: Path | None, then: PostAction, dry_run: bool,
    limit: int | None, begin_anew: bool, selection: MessageFilter,
) -> None:  # fmt: skip
    """Fetch new attachments of the connection NAME into a folder.

    Each attachment is fetched exactly once, as a file named by the day it came, the mailbox, the message and the part:
    2026-11-28_3fa9c1-1234-2_report.csv. Whatever ends a run, the next one goes on from there; a file that is not whole
    never has its name. Each file is told in a line of JSON, and a progress bar takes their place on a terminal.

    With another --mailbox, --match, --from, --subject or --before it is another pull: it begins from the oldest message
    and has its own --state. A day in --before that moves on fetches everything again.
    """
    connection = find_connection(name)
    if same_mailbox(then.destination, selection.mailbox):
        raise click.UsageError("a message cannot be moved to the mailbox it is in")
    order = PullOptions(
        connection=connection, selection=selection, names=names, folder=folder, then=then, limit=limit, dry_run=dry_run
    )
    source = state.PullSource.of(connection.address, selection, names)
    with exit_status_of(connection, selection.mailbox), reporter() as teller:
        if not dry_run:
            atomic_files.make_folder(folder)
        path = atomic_files.file_at(state_file or source.default_file(folder))
        lock = atomic_files.exclusive_lock(
            path.with_name(f"{path.name}.lock"), "Another pull with the same state file is running."
        )
        with nullcontext() if dry_run else lock:
            known = (state.reset if begin_anew else state.load)(path, source, selection.since)
            run = AttachmentPull(order, known, path, teller)
            run.run()
        teller.finish(
            f"{plural(run.done.files, 'file')} ({run.done.bytes:,} bytes){' would be' if dry_run else ''} fetched",
            {**asdict(run.done), "unreadable": teller.missed_messages, "dry_run": dry_run},
        )
    if teller.missed_messages:
        raise click.exceptions.Exit(ExitStatus.INCOMPLETE)
