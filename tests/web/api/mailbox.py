"""A mailbox at a real Dovecot for the tests of the API, and a program that may do anything with it."""

import itertools
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from werkzeug.test import TestResponse

from tests.servers.dovecot import Dovecot
from tests.servers.services import hand_over

if TYPE_CHECKING:
    from tests.web.api.conftest import Program

USER = "odd@example.com"

_numbers = itertools.count(1)


@dataclass
class RealMailbox:
    """A connection to a mailbox at Dovecot, as a program sees it."""

    dovecot: Dovecot
    program: "Program"
    path: str

    def deliver(self, subject: str, *files: str, mailbox: str = "INBOX") -> None:
        """Put a message with attachments of these names into a mailbox."""
        number = next(_numbers)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "Zoë <zoe@example.com>", USER, subject
        message["Message-ID"] = f"<{number}@example.com>"
        message.set_content(f"{subject}\n")
        for name in files:
            message.add_attachment(name.encode(), maintype="text", subtype="csv", filename=name)
        folder = self.dovecot.create_mailbox(USER, mailbox) if mailbox != "INBOX" else self.dovecot.mail(USER)
        path = folder / "new" / f"17000{number:05}.M{number}.api"
        path.write_bytes(message.as_bytes())
        hand_over(path)

    def messages(self, mailbox: str = "INBOX") -> list[Any]:
        """List a mailbox, the newest first."""
        found: list[Any] = self.program.read(f"{self.path}/messages?mailbox={mailbox}&limit=200")["messages"]
        return found

    def subjects(self, mailbox: str = "INBOX") -> list[str]:
        """List the subjects in a mailbox, in order."""
        return sorted(each["subject"] for each in self.messages(mailbox))

    def refs(self, *subjects: str, mailbox: str = "INBOX") -> list[str]:
        """Return the references of messages."""
        by_subject = {each["subject"]: each["ref"] for each in self.messages(mailbox)}
        return [by_subject[subject] for subject in subjects]

    def act(self, what: str, **body: object) -> TestResponse:
        """Ask for an act."""
        return self.program.ask("POST", f"{self.path}/{what}", json=body)
