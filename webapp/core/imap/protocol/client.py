"""imapclient on a transport that is open already. Knows no step and no report."""

from imapclient import IMAPClient

from webapp.core.imap.protocol.imaplib_protocol import ImapProtocol
from webapp.core.net.transport import Transport


class Client(IMAPClient):  # type: ignore[misc]
    """imapclient as it is, but for opening and waiting; mailbox names stay bytes, as not all can be decoded."""

    def __init__(self, host: str, port: int, transport: Transport) -> None:
        self._transport = transport
        super().__init__(host, port, ssl=False)
        self.folder_encode = False
        # imapclient has imaplib format every line for its log, passwords too. That takes time and serves nobody here.
        self._imap.debug = 0

    def capabilities(self) -> tuple[bytes, ...]:
        """Give what the protocol has learnt; it knows when to ask again."""
        return tuple(name.encode() for name in self._imap.capabilities)

    def _create_IMAP4(self) -> ImapProtocol:  # noqa: N802
        return ImapProtocol(self._transport)

    def _set_read_timeout(self) -> None:
        """Leave waiting to the transport, which has a deadline."""
