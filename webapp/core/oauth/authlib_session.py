"""Authlib's OAuth2Session over our own bounded HTTP. Imported only when a request is due: it costs the portal's start.

Authlib builds the requests; what they are answered is read by `answers`, since Authlib keeps too little of an error.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from webapp.core.diagnosis.failure import Stage
from webapp.core.net.http import HttpLimits, HttpResponse
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.core.oauth.provider_request import provider_request
from webapp.core.oauth.token_response import TokenResponse, parse_token_response

if TYPE_CHECKING:
    from webapp.core.oauth.client import ClientRegistration

# In the body, as Google's and Microsoft's documentation has it (RFC 6749 section 2.3.1).
_CLIENT_AUTHENTICATION = "client_secret_post"


class TokenSession(OAuth2Session):  # type: ignore[misc]  # Authlib has no types
    """One request to a provider, from its making to its answer."""

    def __init__(
        self,
        settings: "ClientRegistration",
        limits: HttpLimits,
        ca_file: Path | None,
        *,
        secrets: tuple[str, ...],
        since: datetime,
    ) -> None:
        super().__init__(
            settings.client_id,
            settings.client_secret,
            scope=" ".join(settings.scopes),
            token_endpoint_auth_method=_CLIENT_AUTHENTICATION,
            revocation_endpoint_auth_method=_CLIENT_AUTHENTICATION,
            code_challenge_method="S256",
            trust_env=False,
        )
        # No compression: what is read is what counts against the cap.
        self.headers = CaseInsensitiveDict({"User-Agent": "Postroom", "Accept-Encoding": "identity"})
        self.adapters.clear()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _DeadlineAdapter(limits, ca_file))
        self._secrets = secrets
        self._since = since
        self._heard: TokenResponse | None = None

    def token_response(self) -> TokenResponse:
        """Return what the token endpoint granted."""
        assert self._heard is not None  # noqa: S101  (whoever asks has sent a token request)
        return self._heard

    def parse_response_token(self, resp: Response) -> Mapping[str, str]:
        """Read an answer in Authlib's stead, and return it what it wants to know of it."""
        answer = HttpResponse(status=resp.status_code, body=resp.content)
        self._heard = parse_token_response(answer, since=self._since, secrets=self._secrets)
        self.token = {"access_token": self._heard.access_token, "refresh_token": self._heard.refresh_token}
        token: Mapping[str, str] = self.token
        return token


@contextmanager
def translated_errors(stage: Stage, secrets: tuple[str, ...]) -> Iterator[None]:
    """Turn what Authlib and requests raise into an `OAuthFailure`."""
    try:
        yield
    except (AuthlibBaseError, OSError, ValueError) as error:  # those of requests are OSErrors
        raise OAuthError(
            f"{type(error).__name__}: {error}", kind=FailureKind.REFUSED, stage=stage, secrets=secrets
        ) from None


class _DeadlineAdapter(BaseAdapter):
    """The transport of requests; what requests itself would do about time, proxies and certificates is passed over."""

    def __init__(self, limits: HttpLimits, ca_file: Path | None) -> None:
        super().__init__()
        self._limits = limits
        self._ca_file = ca_file

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Exchange the request for its answer."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = provider_request(
            request.method or "GET",
            request.url or "",
            headers=request.headers,
            body=body,
            limits=self._limits,
            ca_file=self._ca_file,
        )
        response = Response()
        response.status_code = answer.status
        response.raw = io.BytesIO(answer.body)
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """Do nothing: an exchange closes its own connection."""
