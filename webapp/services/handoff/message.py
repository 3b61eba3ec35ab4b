"""The message that goes with a hand-off, ready for mail or chat: a request, the steps, and the link."""

from dataclasses import dataclass
from urllib.parse import quote

# Browsers on Windows hand no longer address to a mail program: nothing would open at all.
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class HandoffMessage:
    """A subject and a text; the `brief` one leaves the steps to the link."""

    subject: str
    text: str
    brief: str

    @property
    def mailto(self) -> str:
        """Return the address that opens it in a mail program (RFC 6068); a long text is replaced by the brief one."""
        whole = self._mailto(self.text)
        return whole if len(whole) <= _LONGEST else self._mailto(self.brief)

    def _mailto(self, text: str) -> str:
        lines = text.replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.subject)}&body={quote(lines)}"
