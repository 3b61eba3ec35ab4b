"""imapclient on a transport that is open already: it opens mailboxes, stores flags, copies, moves and expunges.

What it does not do as the portal needs it stays with `ImapProtocol`: bounded reading, SASL with challenges, responses
that make no sense, strings that are not ASCII, responses in order, pipelined and partial FETCH. See
docs/decisions/001-own-imap-reading.md.
"""

from collections.abc import Callable
from typing import Any

from imapclient import IMAPClient

from webapp.core.imap.protocol.imaplib_protocol import CommandString, ImapProtocol, TaggedResponse, tagged_response
from webapp.core.net.transport import Transport


class CommandRefusedError(Exception):
    """The server answered a command of imapclient with NO or BAD."""

    def __init__(self, answer: TaggedResponse) -> None:
        super().__init__(answer.text)
        self.answer = answer


class Client(IMAPClient):  # type: ignore[misc]
    """imapclient, but for connecting, waiting and refusals; mailbox names stay bytes, as not all can be decoded."""

    def __init__(self, host: str, port: int, transport: Transport) -> None:
        self._transport = transport
        super().__init__(host, port, ssl=False)
        self.folder_encode = False
        # imapclient has imaplib format every line for its log, passwords too. That takes time and is of no use here.
        self._imap.debug = 0

    def capabilities(self) -> tuple[bytes, ...]:
        """Return the capabilities that the protocol has read; it knows when to request them again."""
        return tuple(name.encode() for name in self._imap.capabilities)

    @property
    def protocol(self) -> ImapProtocol:
        """Return what sends the commands of imapclient, and those that imapclient does not know."""
        protocol: ImapProtocol = self._imap
        return protocol

    def _create_IMAP4(self) -> ImapProtocol:  # noqa: N802
        return ImapProtocol(self._transport)

    def _set_read_timeout(self) -> None:
        """Leave waiting to the transport, which has a deadline."""

    def _check_resp(self, expected: str, command: str, typ: str, data: Any) -> None:
        """Raise `CommandRefusedError` with the server's own words, which imapclient's exception changes."""
        if typ != expected:
            raise CommandRefusedError(tagged_response(typ, data))

    def _normalise_folder(self, folder_name: bytes | str) -> CommandString:
        """Return a name as it is: the protocol quotes it, or sends it as a literal where imapclient would raise."""
        return CommandString(folder_name.encode() if isinstance(folder_name, str) else folder_name)


def completion_of(command: Callable[[], object]) -> TaggedResponse:
    """Run a command of imapclient and return how it ended."""
    try:
        command()
    except CommandRefusedError as refused:
        return refused.answer
    return TaggedResponse("OK", "")
