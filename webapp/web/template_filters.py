"""How values read on a page: moments, durations, counts."""

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from markupsafe import Markup, escape

from webapp.models import utcnow
from webapp.web.htmx import HTMX_INTEGRITY, HTMX_URL

_CODE = re.compile(r"`([^`]+)`")


def ago(moment: datetime | None) -> Markup | str:
    """Write a moment as people say it, with the exact time on hover and for screen readers."""
    if moment is None:
        return "–"
    exact = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.isoformat(timespec="seconds"), f"{exact:%-d %B %Y, %H:%M:%S} UTC", _words(exact, utcnow())
    )


def ago_words(moment: datetime) -> str:
    """Write a moment as people say it, in words alone."""
    return _words(moment.astimezone(UTC), utcnow())


def _words(moment: datetime, now: datetime) -> str:
    past = now - moment
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if abs(past) >= timedelta(days=7):
            return f"{moment:%-d %b}" if moment.year == now.year else f"{moment:%-d %b %Y}"
        if abs(past) >= size:
            count = abs(past) // size
            words = f"{count} {unit}{'s' if count != 1 else ''}"
            return f"{words} ago" if past > timedelta(0) else f"in {words}"
    return "just now"


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


def duration(seconds: float | None) -> str:
    """Write a duration: milliseconds below one second."""
    if seconds is None:
        return ""
    if seconds < 0.0005:
        return "< 1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def coded(text: str) -> Markup:
    """Write a text in which `code` stands between backticks."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped just before)


def marked(text: str, words: str, around: int = 160) -> Markup:
    """Quote a text with the words in it that decided marked; of a long one, what stands around them."""
    found = re.search(re.escape(words), text, re.IGNORECASE) if words else None
    start, end = found.span() if found else (0, 0)
    first, last = max(0, start - around), min(len(text), max(end, start + around) + around)
    before = ("… " if first else "") + text[first:start]
    after = text[end:last] + (" …" if last < len(text) else "")
    return escape(before) + (Markup("<mark>{}</mark>").format(text[start:end]) if found else "") + escape(after)


def init_app(app: Flask) -> None:
    """Offer them to the templates."""
    app.jinja_env.filters.update(ago=ago, since=since, duration=duration, plural=plural, marked=marked, coded=coded)
    app.jinja_env.globals.update(htmx_url=HTMX_URL, htmx_integrity=HTMX_INTEGRITY)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
