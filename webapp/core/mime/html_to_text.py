"""HTML mail as the text that a person would read off it."""

import re
from collections.abc import Iterator
from html import unescape

from webapp.core.mime.control_characters import lines
from webapp.core.mime.html_tokenizer import BLOCKS, CharacterToken, EndTag, StartTag, TreeBalancer, attributes, names

_TAGS = BLOCKS | names("a br caption img tbody td tfoot th thead wbr")
_APART = names("blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul")
_LINK = re.compile(r"https?://[^\s<>]{1,500}", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n]+")

# Marks between pieces, which no text contains: it has lost its controls. Neighbours of one kind count once.
_LINE, _PARAGRAPH, _KEPT_SPACE = "\x01", "\x02", "\x03"
_BREAKS = re.compile(r" ?[\x01\x02\n][ \x01\x02\n]*")
_STARTS = {"br": "\n", "hr": f"{_LINE}---{_LINE}", "li": f"{_LINE}- ", "td": " ", "th": " "}


def html_to_text(html: str) -> str:
    """Return paragraphs, lists and table rows as lines, images as alternative text, links with addresses."""
    marked = re.sub(" {2,}", " ", "".join(_Reader().read(html)))
    return _BREAKS.sub(_line_ends, marked).replace(_KEPT_SPACE, " ").strip("\n ")


def _line_ends(found: re.Match[str]) -> str:
    run = found[0]
    return "\n\n" if _PARAGRAPH in run or run.count("\n") > 1 else "\n"


class _Reader:
    """What is said by pieces one after the other."""

    def __init__(self) -> None:
        self._as_is = False
        self._link = ""
        self._said: list[str] = []

    def read(self, html: str) -> Iterator[str]:
        for piece in TreeBalancer(_TAGS).read(html):
            match piece:
                case CharacterToken(source):
                    yield self._text(source)
                case StartTag(name, written):
                    yield self._start(name, written)
                case EndTag(name):
                    yield self._end(name)

    def _text(self, source: str) -> str:
        said = lines(unescape(source))
        said = said.replace(" ", _KEPT_SPACE) if self._as_is else _SPACES.sub(" ", said)
        if self._link:
            self._said.append(said)
        return said

    def _start(self, name: str, written: str) -> str:
        match name:
            case "a":
                self._link, self._said = _attribute(written, "href"), []
            case "img":
                return _SPACES.sub(" ", _attribute(written, "alt"))
            case "pre":
                self._as_is = True
        return _STARTS.get(name) or _break(name)

    def _end(self, name: str) -> str:
        match name:
            case "a":
                link, self._link = self._link, ""
                return f" <{link}>" if _LINK.fullmatch(link) and link not in "".join(self._said) else ""
            case "pre":
                self._as_is = False
        return _break(name)


def _attribute(written: str, wanted: str) -> str:
    return next((lines(unescape(value)).strip() for name, value in attributes(written) if name == wanted), "")


def _break(name: str) -> str:
    return _PARAGRAPH if name in _APART else _LINE if name in BLOCKS else ""
