"""The message that goes with a hand-off, ready for mail or chat: what is asked, the steps, and the link."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import render_template

from webapp.config.app_state import current_settings
from webapp.services.handoff.html_to_text import html_message_to_text
from webapp.services.handoff.status import HandoffStatus

# Browsers on Windows hand no longer address to a mail program: nothing would open at all.
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class HandoffMessage:
    """A subject and a text; the `brief` one leaves the steps to the link."""

    subject: str
    text: str
    brief: str

    @property
    def mailto(self) -> str:
        """Give the address that opens it in a mail program (RFC 6068), with the brief text where the other is long."""
        whole = self._mailto(self.text)
        return whole if len(whole) <= _LONGEST else self._mailto(self.brief)

    def _mailto(self, text: str) -> str:
        lines = text.replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.subject)}&body={quote(lines)}"


def message_of(standing: HandoffStatus, url: str) -> HandoffMessage:
    """Write the message, from the same words that the page of the problem has."""
    diagnosis, hand_off = standing.diagnosis, standing.hand_off
    base = current_settings().base_url
    explained = render_template(
        f"help/problems/{diagnosis.problem.slug}.html", facts=standing.facts, heading="h3", asker=hand_off.asker
    )

    def written(explained: str) -> str:
        text = render_template("handoff/message.txt", standing=standing, base_url=base, url=url, explained=explained)
        return text.strip() + "\n"

    subject = f"{hand_off.mailbox}: {diagnosis.problem.verdict}"
    return HandoffMessage(subject=subject, text=written(html_message_to_text(explained, base)), brief=written(""))
