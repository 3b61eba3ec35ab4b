"""HTML of any quality as bounded, well-formed pieces: what comes out nests properly and not deeply.

Parsers of HTML take quadratic time and memory for what nests deeply or wrongly, which a sender can choose. This module
does **not** make HTML safe: it makes it cheap for what does, `documents`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.core.mime.control_characters import lines

_LONGEST = 1024 * 1024
_MOST_TAGS = 50_000
_DEEPEST = 100


def names(text: str) -> frozenset[str]:
    """Return the words of a text, as a set of names."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class CharacterToken:
    """Characters, still with their references (&amp;)."""

    source: str


@dataclass(frozen=True, slots=True)
class StartTag:
    """A start tag, with its attributes as written."""

    name: str
    attributes: str


@dataclass(frozen=True, slots=True)
class EndTag:
    """An end tag."""

    name: str


HtmlToken = CharacterToken | StartTag | EndTag

# Every alternative consumes what it looked at, so the whole takes linear time. An attribute's value may hold a ">".
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/><]*+)((?:=\s*+"[^"]*+"|=\s*+'[^']*+'|[^>])*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++)))?+""")
_SIGN = re.compile(r"<(?:(?P<tag>/?[a-zA-Z])|[!?/])")

# Their content is characters, and not for reading.
_SKIPPED = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE | re.ASCII)
    for name in names("iframe noembed noframes script style textarea title xmp")
}


def attributes(written: str) -> Iterator[tuple[str, str]]:
    """Yield names and values, still with their references; the first of one name counts."""
    seen: set[str] = set()
    for found in _ATTRIBUTE.finditer(written):
        name = found[1].lower()
        if name not in seen:
            seen.add(name)
            yield name, found[2] or found[3] or found[4] or ""


def tokens(html: str) -> Iterator[HtmlToken]:
    """Read HTML as written, without comments, declarations and what is not for reading."""
    html, place = lines(html[:_LONGEST]), 0
    while sign := _SIGN.search(html, place):
        start = sign.start()
        yield from _text(html[place:start])
        if not sign["tag"]:
            place = _skip_comment(html, start)
        elif tag := _TAG.match(html, start):
            name, place = tag[2].lower(), tag.end()
            if tag[1]:
                yield EndTag(name)
            elif name in _SKIPPED:
                end = _SKIPPED[name].search(html, place)
                place = end.start() if end else len(html)
            else:
                yield StartTag(name, tag[3])
        else:
            return  # the document ends inside a tag
    yield from _text(html[place:])


def _text(source: str) -> Iterator[CharacterToken]:
    if source:
        yield CharacterToken(source)


def _skip_comment(html: str, place: int) -> int:
    mark, start = ("-->", place + 2) if html.startswith("<!--", place) else (">", place + 1)
    end = html.find(mark, start)
    return end + len(mark) if end >= 0 else len(html)


VOID = names("br hr img wbr col")
_TABLE_PARENTS = {
    "tr": ("table", "thead", "tbody", "tfoot"),
    "td": ("tr",),
    "th": ("tr",),
    "col": ("table", "colgroup"),
} | dict.fromkeys(("thead", "tbody", "tfoot", "caption", "colgroup"), ("table",))
# Where only parts of a table belong.
_TABLE_INSIDES = names("table thead tbody tfoot tr colgroup")
_PARENTS = _TABLE_PARENTS | {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
_CELLS = names("td th caption")
BLOCKS = names("""
    address article aside blockquote center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main
    nav ol p pre section table tr ul
""")
_HEADINGS = names("h1 h2 h3 h4 h5 h6")


class TreeBalancer:
    """Tokens of known elements, each of which is closed, in the order and place where a parser expects them."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._open: list[str] = []

    def read(self, html: str) -> Iterator[HtmlToken]:
        """Yield the pieces of a document."""
        tags = 0
        for token in tokens(html):
            if isinstance(token, CharacterToken):
                yield token
            elif token.name in self._known and tags < _MOST_TAGS:
                tags += 1
                yield from self._start(token) if isinstance(token, StartTag) else self._end(token.name)
        yield from self._close_down_to(0)

    def _start(self, token: StartTag) -> Iterator[HtmlToken]:
        name = token.name
        if name in ("td", "th") and self._find(("tr",), until=("table",)) is None:
            yield from self._start(StartTag("tr", ""))
        yield from self._make_room(name)
        if not self._fits(name):
            return
        yield token
        if name not in VOID:
            self._open.append(name)

    def _make_room(self, name: str) -> Iterator[HtmlToken]:
        """Close what a start tag ends without saying so (HTML §13.1.2.4)."""
        if name in _PARENTS:
            parent = self._find(_PARENTS[name], until=("table", *_CELLS) if name not in _TABLE_PARENTS else ("table",))
            if parent is not None:
                yield from self._close_down_to(parent + 1)
            return
        if name in BLOCKS and (paragraph := self._find(("p",), until=_CELLS)) is not None:
            yield from self._close_down_to(paragraph)
        if name == "a" and (link := self._find(("a",), until=_CELLS)) is not None:
            yield from self._close_down_to(link)
        if name in _HEADINGS and self._open and self._open[-1] in _HEADINGS:
            yield from self._close_down_to(len(self._open) - 1)

    def _fits(self, name: str) -> bool:
        inmost = self._open[-1] if self._open else ""
        if len(self._open) >= _DEEPEST:
            return False
        return inmost in _PARENTS[name] if name in _PARENTS else inmost not in _TABLE_INSIDES

    def _end(self, name: str) -> Iterator[HtmlToken]:
        until = ("table",) if name == "table" or name in _TABLE_PARENTS else ("table", *_CELLS)
        if (place := self._find((name,), until=until)) is not None:
            yield from self._close_down_to(place)

    def _find(self, names: tuple[str, ...], *, until: tuple[str, ...] | frozenset[str]) -> int | None:
        """Return the place of the innermost open element of some names, not looking outside of others."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] in names:
                return place
            if self._open[place] in until:
                return None
        return None

    def _close_down_to(self, depth: int) -> Iterator[HtmlToken]:
        while len(self._open) > depth:
            yield EndTag(self._open.pop())
