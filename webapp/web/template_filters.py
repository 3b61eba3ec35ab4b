"""How values read on a page: moments, durations, counts."""

import re
from datetime import UTC, datetime

from flask import Flask
from markupsafe import Markup, escape

from webapp.core.phrases import duration, plural, time_ago
from webapp.models import utcnow
from webapp.web.htmx import HTMX_INTEGRITY, HTMX_URL

_CODE = re.compile(r"`([^`]+)`")


def time_ago_html(moment: datetime | None) -> Markup | str:
    """Write a moment as people say it, with the exact time on hover and for screen readers."""
    if moment is None:
        return "–"
    exact = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.isoformat(timespec="seconds"), f"{exact:%-d %B %Y, %H:%M:%S} UTC", time_ago(exact, utcnow())
    )


def since(moment: datetime | None) -> Markup | str:
    """Write since when something holds: a day, or the time where it was today."""
    if moment is None:
        return ""
    exact, now = moment.astimezone(UTC), utcnow()
    words = (
        f"{exact:%H:%M} UTC"
        if exact.date() == now.date()
        else f"{exact:%-d %b}" + (f" {exact.year}" * (exact.year != now.year))
    )
    return Markup('<time datetime="{}" title="{}">since {}</time>').format(
        exact.isoformat(timespec="seconds"), f"{exact:%-d %B %Y, %H:%M:%S} UTC", words
    )


def code_spans(text: str) -> Markup:
    """Write a text in which `code` stands between backticks."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped just before)


def highlight(text: str, words: str, around: int = 160) -> Markup:
    """Quote a text with the words in it that decided marked; of a long one, what stands around them."""
    found = re.search(re.escape(words), text, re.IGNORECASE) if words else None
    start, end = found.span() if found else (0, 0)
    first, last = max(0, start - around), min(len(text), max(end, start + around) + around)
    before = ("… " if first else "") + text[first:start]
    after = text[end:last] + (" …" if last < len(text) else "")
    return escape(before) + (Markup("<mark>{}</mark>").format(text[start:end]) if found else "") + escape(after)


def init_app(app: Flask) -> None:
    """Offer them to the templates."""
    app.jinja_env.filters.update(
        ago=time_ago_html, since=since, duration=duration, plural=plural, marked=highlight, coded=code_spans
    )
    app.jinja_env.globals.update(htmx_url=HTMX_URL, htmx_integrity=HTMX_INTEGRITY)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
