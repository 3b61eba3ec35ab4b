"""Links into help, as every template writes them, and whether strangers are offered any."""

from flask import Flask, has_request_context, request, url_for
from markupsafe import Markup, escape

from webapp.config.app_state import current_settings
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.web.pages.help.guides import guides

_LINK = Markup('<a href="{}">{}</a>')


def can_read_help() -> bool:
    """Return whether the person who reads this page can open help: a hand-off is read by people who cannot sign in."""
    return current_settings().help_public or not (has_request_context() and request.blueprint == "handoff")


def problem_link(slug: str, words: str = "") -> Markup:
    """Link to the page of a problem, in its own words or in others; raise `KeyError` where there is no such page."""
    verdict = PROBLEMS[slug].verdict
    return _link(url_for("help.problem", slug=slug), words or verdict)


def guide_link(slug: str, words: str = "", anchor: str = "") -> Markup:
    """Link to a guide, or to a place in it, by its title or by other words; raise `KeyError` where there is none."""
    title = guides()[slug].title
    return _link(url_for("help.guide", slug=slug, _anchor=anchor or None), words or title)


def _link(url: str, words: str) -> Markup:
    return _LINK.format(url, words) if can_read_help() else escape(words)


def _offer_links(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        problem_link=problem_link,
        guide_link=guide_link,
        help_is_offered=can_read_help,
        help_public=app.extensions["postroom.settings"].help_public,
    )
