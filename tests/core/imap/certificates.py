"""An authority and the certificates, good and bad, that servers in tests show."""

import ssl
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_BASIC = x509.BasicConstraints(ca=False, path_length=None)


class Authority:
    """Makes certificates and the server contexts that show them."""

    def __init__(self, folder: Path, name: str = "Example CA") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name, "Root")
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(self._name, self._name, self._key.public_key(), x509.random_serial_number())
            .not_valid_before(now - 90 * _DAY)
            .not_valid_after(now + 900 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(
        self,
        *,
        names: Sequence[str] = ("localhost", "127.0.0.1"),
        days: tuple[float, float] = (-1, 90),
        self_signed: bool = False,
        newest: ssl.TLSVersion | None = None,
    ) -> ssl.SSLContext:
        """Return a context that shows a certificate for those names, valid from and until those days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject, now = _name("Example Server", names[0]), datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(
                subject if self_signed else self._name, subject, key.public_key(), x509.random_serial_number()
            )
            .not_valid_before(now + days[0] * _DAY)
            .not_valid_after(now + days[1] * _DAY)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .add_extension(_BASIC, critical=True)
            .sign(key if self_signed else self._key, hashes.SHA256())
        )
        path = self._folder / f"{certificate.serial_number}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if newest:
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                context.minimum_version = context.maximum_version = newest
        return context

    def stranger(self) -> "Authority":
        """Return an authority that no one trusts."""
        folder = self._folder / "stranger"
        folder.mkdir(exist_ok=True)
        return Authority(folder, "Stranger CA")


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(IPv4Address(name))
    except ValueError:
        return x509.DNSName(name)
