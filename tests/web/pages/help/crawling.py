"""Walks through all of help as a stranger, from its front page along every link."""

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient

START = "/help/"


@dataclass
class Crawl:
    """What a walk has met: the pages of help by address, the links to others, and the links that lead nowhere."""

    pages: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    dead: list[tuple[str, str]] = field(default_factory=list)


def crawl_help(client: FlaskClient) -> Crawl:
    """Follow every link of every page of help, and look up every place that a link names."""
    found = Crawl()
    links = [("", START)]
    places: list[tuple[str, str, str]] = []
    while links:
        source, link = links.pop()
        parts = urlsplit(urljoin(source, link))
        address = parts._replace(fragment="").geturl()
        if not address.startswith(START):
            found.elsewhere.add(address)
            continue
        if address not in found.pages:
            response = client.get(address)
            if response.status_code != 200:
                found.dead.append((source, link))
                continue
            found.pages[address] = response.get_data(as_text=True)
            links += [(address, each) for each in _links(found.pages[address])]
        if parts.fragment:
            places.append((source, address, parts.fragment))
    ids = {address: set(re.findall(r'\sid="([^"]+)"', page)) for address, page in found.pages.items()}
    found.dead += [(source, f"{address}#{place}") for source, address, place in places if place not in ids[address]]
    return found


def _links(page: str) -> list[str]:
    """Return the links of a page that stay in the portal."""
    links = map(unescape, re.findall(r'<a [^>]*?href="([^"]*)"', page))
    return [link for link in links if not urlsplit(link).scheme]
