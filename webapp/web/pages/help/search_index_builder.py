"""Makes the search index of a process from the pages of help, once, when a person first searches."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from flask import current_app
from markupsafe import Markup

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import CODES
from webapp.services.connections.check_result import HelpContext
from webapp.web.pages.help.guide_views import guide_text
from webapp.web.pages.help.guides import guides
from webapp.web.pages.help.problem_views import problem_text
from webapp.web.pages.help.search_index import HelpPage, SearchIndex

_KEY = "postroom.help_search"
TERMS: dict[str, str] = tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))["problems"]
# What stands on a page and says nothing of its own: pictures, buttons, who acts, the headings of every problem.
_UNREAD = re.compile(r'<(svg|button)\b.*?</\1>|<span class="who\b.*?</span>|<h2>.*?</h2>', re.DOTALL)
_HEADING_ENDS = re.compile(r"</h[23]>")
_CELL_ENDS = re.compile(r"</(?:td|th|dt|dd|li|p|small|summary)>")
_building = Lock()


def search_index() -> SearchIndex:
    """Return the index of this process."""
    with _building:
        index: SearchIndex | None = current_app.extensions.get(_KEY)
        if index is None:
            index = current_app.extensions[_KEY] = SearchIndex(help_pages_to_search())
    return index


def help_pages_to_search() -> list[HelpPage]:
    """Read every page of help."""
    return [*_problems(), *_guides()]


def _problems() -> Iterator[HelpPage]:
    for slug, problem in PROBLEMS.items():
        yield HelpPage(
            endpoint="help.problem",
            slug=slug,
            title=problem.verdict,
            terms=f"{slug} {problem.hint} {TERMS.get(slug, '')}",
            codes=" ".join(f"{code.code} {code.meaning}" for code in CODES if code.slug == slug),
            text=_plain(problem_text(problem, HelpContext())),
        )


def _guides() -> Iterator[HelpPage]:
    for slug, guide in guides().items():
        yield HelpPage(
            endpoint="help.guide",
            slug=slug,
            title=guide.title,
            terms=f"{slug} {guide.terms} {guide.summary}",
            text=_plain(guide_text(guide)),
        )


def _plain(markup: str) -> str:
    read = _CELL_ENDS.sub(" ", _HEADING_ENDS.sub(": ", _UNREAD.sub(" ", markup)))
    return Markup(read).striptags()  # noqa: S704  (it is stripped of its markup)
