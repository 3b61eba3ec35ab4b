"""Renders the message that goes with a hand-off."""

from flask import render_template

from webapp.config.app_state import current_settings
from webapp.services.handoff.html_to_text import html_message_to_text
from webapp.services.handoff.message import HandoffMessage
from webapp.services.handoff.status import HandoffStatus


def render_message(standing: HandoffStatus, url: str) -> HandoffMessage:
    """Return the message, from the same words that the page of the problem has."""
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
