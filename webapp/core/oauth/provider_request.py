"""One HTTP exchange with a provider, whose failures are those of OAuth."""

from collections.abc import Mapping
from pathlib import Path

from webapp.core.net.errors import NetworkError
from webapp.core.net.http import HttpLimits, HttpResponse, http_request
from webapp.core.oauth.errors import FailureKind, OAuthError


def provider_request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    limits: HttpLimits,
    ca_file: Path | None = None,
) -> HttpResponse:
    """Send one request and return its answer; everything but an answer is an `OAuthError` that quotes the cause."""
    try:
        return http_request(method, url, headers=headers, body=body, limits=limits, ca_file=ca_file)
    except NetworkError as error:
        # Without the symptom: its meaning is that of a mail server.
        raise OAuthError(error.text, kind=FailureKind.TEMPORARY) from None
