"""The message that goes with a hand-off, ready for mail or chat: what is asked, the steps, and the link."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import render_template

from webapp.handoff.plain_text import plain_text
from webapp.handoff.standing import Standing
from webapp.vault import current_settings


@dataclass(frozen=True, kw_only=True)
class Message:
    """A subject and a text."""

    subject: str
    text: str

    @property
    def mailto(self) -> str:
        """Give the address that opens it in a mail program (RFC 6068)."""
        text = self.text.replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.subject)}&body={quote(text)}"


def message_of(standing: Standing, url: str) -> Message:
    """Write the message, from the same words that the page of the problem has."""
    diagnosis, hand_off = standing.diagnosis, standing.hand_off
    base = current_settings().base_url
    explained = render_template(
        f"help/problems/{diagnosis.problem.slug}.html", facts=standing.facts, heading="h3", asker=hand_off.asker
    )
    text = render_template(
        "handoff/message.txt",
        standing=standing,
        diagnosis=diagnosis,
        hand_off=hand_off,
        base_url=base,
        url=url,
        explained=plain_text(explained, base),
    )
    subject = f"{hand_off.mailbox}: {diagnosis.problem.verdict}"
    return Message(subject=subject, text=text.strip() + "\n")
