"""Where an attachment goes, and what is told of it: names that say where a file is from and cannot meet."""

from datetime import UTC
from pathlib import Path

from webapp.core.imap.mailbox.attachments import MessageAttachments, Part
from webapp.services.exports import atomic_files
from webapp.services.exports.state_file import SavedFileRecord

_LONGEST_SECTION = 20


def line_of(
    found: MessageAttachments,
    part: Part,
    *,
    folder: Path,
    whose: str,
    mailbox: str,
    size: int,
    sha256: str | None,
) -> SavedFileRecord:
    """Describe the file of an attachment; `whose` stands for the mailbox and its UIDVALIDITY."""
    summary = found.summary
    day = f"{summary.arrived.astimezone(UTC):%Y-%m-%d}" if summary.arrived else "undated"
    short = len(part.section) <= _LONGEST_SECTION
    section = part.section if short else atomic_files.digest_of(part.section)
    name = atomic_files.shorten_name(f"{day}_{whose}-{found.uid}-{section}_", part.name)
    return SavedFileRecord(
        name=part.name,
        path=str((folder / name).absolute()),
        size=size,
        sha256=sha256,
        mailbox=mailbox,
        uid=found.uid,
        section=part.section,
        message_id=found.message_id,
        subject=summary.subject,
        sender=summary.sender,
        date=summary.date.isoformat() if summary.date else None,
    )
