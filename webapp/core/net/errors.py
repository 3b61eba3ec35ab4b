"""What can go wrong between the portal and any server.

NetworkError
├── NameResolutionError      the host name has no address, or none that may be reached
├── ConnectError             refused, unreachable, timed out, dropped
│   └── ConnectionClosedError    the other side closed the connection
├── TlsError                 handshake, certificate, wrong connection security
└── ProtocolError            the other side does not speak the protocol, or sends too much
    └── LimitError           it sends more bytes than are accepted
"""

from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.symptom import Symptom


class NetworkError(Exception):
    """Any failure of a connection; `text` quotes the other side, `symptom` is what was observed."""

    stage = Stage.NETWORK

    def __init__(self, text: str, *, symptom: Symptom | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.symptom = symptom

    def failure(self, provider: str | None) -> Failure:
        """Return the error as the input of a diagnosis."""
        return Failure(text=self.text, stage=self.stage, provider=provider, symptom=self.symptom)


class NameResolutionError(NetworkError):
    """The host name has no address, or none that may be reached."""


class ConnectError(NetworkError):
    """Refused, unreachable, timed out or dropped."""


class ConnectionClosedError(ConnectError):
    """The other side closed the connection."""

    def __init__(self, text: str = "The server closed the connection", *, symptom: Symptom | None = None) -> None:
        super().__init__(text, symptom=symptom or Symptom.DROPPED)


class TlsError(NetworkError):
    """Handshake, certificate or connection security."""

    stage = Stage.TLS


class ProtocolError(NetworkError):
    """The other side does not speak the protocol, or sends too much."""

    stage = Stage.GREETING


class LimitError(ProtocolError):
    """The other side sends more than is accepted."""

    def __init__(self, text: str, *, symptom: Symptom | None = None) -> None:
        super().__init__(text, symptom=symptom or Symptom.TOO_MUCH_DATA)
