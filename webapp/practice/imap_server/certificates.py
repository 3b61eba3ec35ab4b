"""The certificates of practice mode: a CA of its own, and leaves with one fault each. Knows no server.

Only the CA outlives a start, because a person may have told a mail program to trust it; leaves are made again each
time.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from webapp.practice.imap_server.scenarios import DOMAIN

CA_NAME = "Postroom practice CA"
_DAY = timedelta(days=1)
_YEAR = 365 * _DAY


@dataclass(frozen=True)
class Certificates:
    """Where the certificates are: the CA to trust, and for each leaf one PEM file of certificate and key."""

    ca_file: Path
    good: Path
    expired: Path
    self_signed: Path
    other_name: Path


@dataclass(frozen=True)
class _Leaf:
    """A server certificate: the name it is for, when it ends counted from now, and whether it vouches for itself."""

    name: str = f"*.{DOMAIN}"
    ends_in: timedelta = _YEAR
    self_signed: bool = False


@dataclass(frozen=True)
class _Signer:
    """Who signs a certificate: a name and its key."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey


_LEAVES = {
    "good": _Leaf(),
    "expired": _Leaf(ends_in=-3 * _DAY),
    "self_signed": _Leaf(self_signed=True),
    "other_name": _Leaf(name=f"imap.{DOMAIN}"),
}


def prepare_certificates(folder: Path) -> Certificates:
    """Make the leaves, and the CA if there is none that will last."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_file, key_file = folder / "ca.pem", folder / "ca.key.pem"
    if not _is_usable(key_file):
        _write(key_file, _make_ca())
    pair = key_file.read_bytes()
    certificate = x509.load_pem_x509_certificate(pair)
    signer = _Signer(certificate.subject, _load_key(pair))
    _write(ca_file, certificate.public_bytes(Encoding.PEM))
    leaves = {name: folder / f"{name}.pem" for name in _LEAVES}
    for name, path in leaves.items():
        _write(path, _make_leaf(_LEAVES[name], signer))
    return Certificates(ca_file=ca_file, **leaves)


def _is_usable(pair_file: Path) -> bool:
    """Return whether the file holds a CA and its key, good for another year of leaves."""
    try:
        pair = pair_file.read_bytes()
        certificate = x509.load_pem_x509_certificate(pair)
        matches = certificate.public_key() == _load_key(pair).public_key()
    except (OSError, ValueError):
        return False
    return matches and certificate.not_valid_after_utc > datetime.now(UTC) + _YEAR


def _make_ca() -> bytes:
    own = _Signer(_common_name(CA_NAME), ec.generate_private_key(ec.SECP256R1()))
    builder = _builder(own.name, own.key, own, starts_in=-_DAY, ends_in=10 * _YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_signs_certificates_only(), critical=True)
    return _sign(builder, own, own.key)


def _make_leaf(leaf: _Leaf, ca: _Signer) -> bytes:
    own = _Signer(_common_name(leaf.name), ec.generate_private_key(ec.SECP256R1()))
    signer = own if leaf.self_signed else ca
    builder = _builder(own.name, own.key, signer, starts_in=leaf.ends_in - _YEAR - _DAY, ends_in=leaf.ends_in)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(leaf.name)]), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return _sign(builder, signer, own.key)


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: _Signer,
    *,
    starts_in: timedelta,
    ends_in: timedelta,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    public = key.public_key()
    # Python 3.13 checks strictly by default, and RFC 5280 section 4.2.1 wants both key identifiers.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts_in)
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    )


def _signs_certificates_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, signer: _Signer, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return certificate and key as one PEM text: written at once, they can never belong to different starts."""
    certificate = builder.sign(signer.key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM) + private


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _load_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an elliptic curve key")
    return key


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step; mkstemp makes it readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
