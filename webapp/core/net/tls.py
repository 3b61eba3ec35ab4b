"""TLS for clients: whom to trust, what a handshake showed, and what its failure means."""

import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import cast

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.errors import TlsError
from webapp.core.net.protocol_sniffing import guess_protocol
from webapp.core.net.server_text import single_line

# OpenSSL's X509_V_ERR_* numbers; every other one is a certificate that cannot be trusted.
_CERTIFICATE_SYMPTOMS = {
    9: Symptom.CERTIFICATE_NOT_YET_VALID,
    10: Symptom.CERTIFICATE_EXPIRED,
    62: Symptom.CERTIFICATE_OTHER_NAME,  # host name
    64: Symptom.CERTIFICATE_OTHER_NAME,  # IP address
}

_TOO_OLD = {
    "DH_KEY_TOO_SMALL",
    "NO_CIPHERS_AVAILABLE",
    "NO_PROTOCOLS_AVAILABLE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "WRONG_SSL_VERSION",
}

_DistinguishedName = tuple[tuple[tuple[str, str], ...], ...]

_RECORDS = tuple(bytes([kind]) for kind in range(0x14, 0x18))  # content types of TLS, RFC 8446 section 5.1


@dataclass(frozen=True, kw_only=True)
class TlsFacts:
    """What a handshake showed."""

    protocol: str
    issuer: str
    expires: datetime


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return the context that trusts the system's store and the extra CA file; made once, as loading costs 20 ms."""
    return _trust(ca_file, ca_file.stat().st_mtime_ns if ca_file else 0)


@lru_cache(maxsize=8)
def _trust(ca_file: Path | None, _changed: int) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8997
    context.options |= ssl.OP_NO_RENEGOTIATION
    # On by default from Python 3.13; it refuses many a company's own authority for a missing extension.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def probe_bytes() -> bytes:
    """Return the first message of a TLS client, a probe for a TLS server; nothing is sent inside such a connection."""
    outgoing = ssl.MemoryBIO()
    hello = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    hello.check_hostname = False
    hello.verify_mode = ssl.CERT_NONE
    with suppress(ssl.SSLWantReadError):
        hello.wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()


def certificate_details(connection: ssl.SSLObject) -> TlsFacts:
    """Return protocol, issuer and expiry from a verified connection."""
    certificate = connection.getpeercert() or {}
    issuer = dict(pair for part in cast(_DistinguishedName, certificate.get("issuer", ())) for pair in part)
    return TlsFacts(
        protocol=(connection.version() or "TLS").replace("TLSv", "TLS "),
        issuer=single_line(issuer.get("organizationName") or issuer.get("commonName") or "unnamed issuer"),
        expires=datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC),
    )


def classify_tls_error(error: ssl.SSLError, received: bytes) -> TlsError:
    """Return what a failed handshake means, from OpenSSL's reason and from what the server sent instead of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        symptom = _CERTIFICATE_SYMPTOMS.get(error.verify_code, Symptom.CERTIFICATE_UNTRUSTED)
        return TlsError(single_line(error), symptom=symptom)
    if received and not received.startswith(_RECORDS):
        first_line, *_ = received.splitlines() or [b""]
        return TlsError(f"{single_line(error)}: {single_line(first_line)}", symptom=guess_protocol(received))
    return TlsError(single_line(error), symptom=Symptom.TLS_TOO_OLD if error.reason in _TOO_OLD else None)
