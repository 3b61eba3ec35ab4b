"""Hear the server's first words and say what they mean, and when there are none, find out why."""

import re
from dataclasses import dataclass

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.errors import ConnectError, ImapError, ProtocolError
from webapp.core.imap.protocol.limits import Limits
from webapp.core.net.protocol_sniffing import guess_protocol
from webapp.core.net.server_text import single_line
from webapp.core.net.tls import probe_bytes
from webapp.core.net.transport import Transport

_LONGEST = 8192
_GREETING = re.compile(rb"\* (OK|PREAUTH|BYE)\b *(.*)", re.IGNORECASE | re.DOTALL)  # RFC 9051 section 7.1
_RESPONSE_CODE = re.compile(r"\[[^\]]*\] *")


@dataclass(frozen=True)
class Greeting:
    """What the server calls itself, and whether it lets us in at once."""

    text: str
    preauthenticated: bool


def read_greeting(transport: Transport, limits: Limits) -> Greeting:
    """Wait for the greeting and leave it in the transport, to be read again by the person who speaks IMAP."""
    transport.patience = limits.greeting
    try:
        line = transport.peek_line(_LONGEST)
    except ConnectError as error:
        raise _silence_error(error, transport, limits) from None
    finally:
        transport.patience = limits.read
    found = _GREETING.match(line)
    if not found:
        raise ProtocolError(single_line(line), symptom=_not_imap(line))
    kind, text = found[1].upper(), single_line(found[2])
    if kind == b"BYE":
        raise ProtocolError(text, symptom=Symptom.DROPPED)
    return Greeting(_RESPONSE_CODE.sub("", text, count=1), kind == b"PREAUTH")


def _silence_error(error: ConnectError, transport: Transport, limits: Limits) -> ImapError:
    said = transport.peek()
    if not said and error.symptom is Symptom.OUT_OF_TIME:
        return _probe_for_tls(transport, limits)
    if said and guess_protocol(said) is not Symptom.SPEAKS_PLAIN_IMAP:
        return ProtocolError(single_line(said), symptom=guess_protocol(said))
    return error


def _probe_for_tls(transport: Transport, limits: Limits) -> ImapError:
    silent = ProtocolError(
        f"Connected, but the server said nothing for {limits.greeting:g} seconds", symptom=Symptom.SILENT
    )
    if transport.encrypted:
        return silent
    # Servers that expect TLS from the start, or HTTP, wait for the client to speak first: do so, and see who answers.
    transport.patience = limits.probe
    try:
        transport.sendall(probe_bytes())
        transport.wait()
    except ImapError:
        return silent
    said = transport.peek().partition(b"\r\n")[0]
    answers = {
        Symptom.SPEAKS_PLAIN_IMAP: silent,
        Symptom.SPEAKS_TLS: ProtocolError("The server said nothing until spoken to in TLS", symptom=Symptom.SPEAKS_TLS),
        Symptom.SPEAKS_OTHER: ProtocolError(single_line(said), symptom=Symptom.SPEAKS_OTHER),
    }
    return answers[guess_protocol(said)]


def _not_imap(line: bytes) -> Symptom | None:
    # "* " and then none of the three words: IMAP, but not as it should be.
    return None if line.startswith(b"* ") else guess_protocol(line)
