"""Links into help, as every template writes them; one that leads nowhere is a `KeyError`."""

from flask import Flask, url_for
from markupsafe import Markup

from webapp.diagnosis.catalogue import PROBLEMS
from webapp.help.blueprint import help_pages
from webapp.help.guides import GUIDES

_LINK = Markup('<a href="{}">{}</a>')


def problem_link(slug: str, words: str = "") -> Markup:
    """Link to the page of a problem: in its own words, or in others."""
    return _LINK.format(url_for("help.problem", slug=slug), words or PROBLEMS[slug].verdict)


def guide_link(slug: str, words: str = "", anchor: str = "") -> Markup:
    """Link to a guide, or to a place in it: by its title, or by other words."""
    title = GUIDES[slug].title
    return _LINK.format(url_for("help.guide", slug=slug, _anchor=anchor or None), words or title)


@help_pages.record_once
def _offer_links(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals.update(problem_link=problem_link, guide_link=guide_link)
