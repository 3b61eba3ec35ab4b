"""Tell from the first bytes heard which protocol the other side speaks."""

from webapp.core.imap.protocol.errors import Sign

_FIRST_BYTES = (
    (b"* ", Sign.SPEAKS_PLAIN_IMAP),
    (b"\x16\x03", Sign.SPEAKS_TLS),  # a record with a handshake, RFC 8446 section 5.1
    (b"\x15\x03", Sign.SPEAKS_TLS),  # a record with an alert
)


def guess_protocol(heard: bytes) -> Sign:
    """Name the protocol: IMAP, TLS, or something else such as SMTP ("220 "), POP3 ("+OK"), "HTTP/" or "SSH-"."""
    return next((sign for start, sign in _FIRST_BYTES if heard.startswith(start)), Sign.SPEAKS_OTHER)
