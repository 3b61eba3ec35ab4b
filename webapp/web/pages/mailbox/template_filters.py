"""How a message reads on a page: moments, people, sizes, links in its text."""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

from webapp.web.template_filters import time_ago_html

_NAMED = re.compile(r'\s*"?([^"<>]*[^"<>\s])"?\s*<[^<>]*>\s*')
_ADDRESS = re.compile(r"https?://[^\s<>\"'\u0000-\u001f]{1,2000}", re.IGNORECASE)
_AFTER = ".,;:!?]}*_"


def arrival_html(moment: datetime | None) -> Markup | str:
    """Write when a message was sent; nothing where its date is none that a calendar has."""
    try:
        return time_ago_html(moment) if moment else ""
    except (OverflowError, ValueError):
        return ""


def exact_time(moment: datetime | None) -> str:
    """Write the very moment a message was sent."""
    try:
        return f"{moment.astimezone(UTC):%A, %-d %B %Y, %H:%M} UTC" if moment else "not said"
    except (OverflowError, ValueError):
        return "not said"


def person(text: str) -> str:
    """Return the name of a sender without the address, but for a name that itself looks like an address."""
    named = _NAMED.fullmatch(text[:1000])
    return named[1] if named and "@" not in named[1] else text


def size(count: int | None) -> str:
    """Write a size in bytes as people say it."""
    if count is None:
        return ""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def _without_what_follows(address: str) -> str:
    """Leave out the sentence's own punctuation: a closing bracket belongs to an address that has opened it."""
    address = address.rstrip(_AFTER)
    for _ in range(8):
        if not address.endswith(")") or address.count("(") >= address.count(")"):
            break
        address = address[:-1].rstrip(_AFTER)
    return address


def link_addresses(text: str) -> Markup:
    """Show a text as it is, with its web addresses made links; each leads where it says."""
    shown, at = [], 0
    for found in _ADDRESS.finditer(text):
        address = _without_what_follows(found[0])
        shown += [
            escape(text[at : found.start()]),
            Markup('<a href="{0}" target="_blank" rel="noreferrer noopener nofollow">{0}</a>').format(address),
        ]
        at = found.start() + len(address)
    return Markup().join([*shown, escape(text[at:])])
