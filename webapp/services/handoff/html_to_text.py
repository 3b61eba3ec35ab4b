"""Turns the HTML of our own help texts into plain text for a message: lists numbered, links written out."""

from html.parser import HTMLParser
from urllib.parse import urljoin

_BLOCKS = frozenset({"p", "li", "ol", "ul", "section", "h2", "h3", "div"})
_HEADINGS = frozenset({"h2", "h3"})
_LEFT_OUT = frozenset({"button", "textarea", "script", "style", "svg", "details"})
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})


def html_message_to_text(html: str, base: str) -> str:
    """Write well-formed HTML as text; addresses are completed by `base`."""
    writer = _Writer(base)
    writer.feed(html)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    """Collects lines; a list item's mark stands before its first word, what follows is indented under it."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._lines: list[str] = []
        self._line: list[str] = []
        self._lists: list[int | None] = []  # the number of the last item; None in a list without numbers
        self._mark = ""
        self._skipped = 0
        self._href = ""
        self._in_actor = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _VOID:
            return
        if self._skipped or tag in _LEFT_OUT:
            self._skipped += 1
            return
        if tag in _BLOCKS:
            self._end_line()
        if tag in _HEADINGS and self._lines:
            self._lines.append("")
        if tag in ("ol", "ul"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li" and self._lists:
            number = self._lists[-1]
            if number is None:
                self._mark = "- "
            else:
                self._lists[-1] = number + 1
                self._mark = f"{number + 1}. "
        elif tag == "a":
            self._href = given.get("href") or ""
        elif tag == "span":
            self._in_actor = "who" in (given.get("class") or "").split()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._skipped:
            self._skipped -= 1
            return
        if tag in _BLOCKS:
            self._end_line()
        if tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "a" and self._href:
            address = urljoin(self._base + "/", self._href)
            if address not in "".join(self._line):
                self._line.append(f" ({address})")
            self._href = ""
        elif tag == "span" and self._in_actor:
            self._line.append(":")
            self._in_actor = False

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._line.append(data)

    def text(self) -> str:
        """Return what was written."""
        self._end_line()
        return "\n".join(self._lines).strip()

    def _end_line(self) -> None:
        words = " ".join("".join(self._line).split())
        self._line.clear()
        if not words:
            return
        depth = max(0, len(self._lists) - 1)
        self._lines.append("   " * depth + self._mark + words)
        self._mark = ""
