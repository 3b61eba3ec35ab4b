"""Recognise the protocol of the other side by the first bytes received."""

from webapp.core.diagnosis.symptom import Symptom

_FIRST_BYTES = (
    (b"* ", Symptom.SPEAKS_PLAIN_IMAP),
    (b"\x16\x03", Symptom.SPEAKS_TLS),  # a record with a handshake, RFC 8446 section 5.1
    (b"\x15\x03", Symptom.SPEAKS_TLS),  # a record with an alert
)


def guess_protocol(received: bytes) -> Symptom:
    """Return the protocol: IMAP, TLS, or something else such as SMTP ("220 "), POP3 ("+OK"), "HTTP/" or "SSH-"."""
    return next((symptom for start, symptom in _FIRST_BYTES if received.startswith(start)), Symptom.SPEAKS_OTHER)
