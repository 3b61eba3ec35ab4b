"""What the practice provider has given out: codes, grants and tokens, in memory. Safe for use by several threads."""

import secrets
import time
from dataclasses import dataclass, field
from functools import partial
from threading import RLock

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, TokenMixin
from authlib.oauth2.rfc6749.models import ClientMixin

from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.sample_users import SampleUser

CODE_LIFETIME = 600


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """What a person has agreed to on the consent page."""

    person: SampleUser
    scope: str
    offline: bool


@dataclass(kw_only=True)
class AuthorizationCode(AuthorizationCodeMixin):  # type: ignore[misc]
    """An authorization code; `used` once it has been redeemed."""

    value: str = field(repr=False)
    consent: ConsentGiven
    client_id: str
    redirect_uri: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    expires_at: float
    used: bool = False

    def get_redirect_uri(self) -> str:
        """Return the redirect URI that the token request has to repeat."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return what was consented to."""
        return self.consent.scope

    def get_nonce(self) -> str:
        """Return the nonce for the id_token."""
        return self.nonce

    def get_auth_time(self) -> None:
        """Leave the time of the sign-in to the moment of the token."""

    def get_acr(self) -> None:
        """Claim no authentication context."""

    def get_amr(self) -> None:
        """Claim no authentication method."""


@dataclass(kw_only=True, eq=False)
class StoredGrant:
    """One consent that was redeemed; `refused` once its refresh was, for the reason in `at_refresh`."""

    person: SampleUser
    client_id: str
    scope: str
    at_refresh: OAuthErrorResponse | None = None
    refused: bool = False
    revoked: bool = False


@dataclass(kw_only=True, eq=False)
class StoredToken(TokenMixin):  # type: ignore[misc]
    """An access token, or with `refreshes` a refresh token; `used` once a rotated one has done its work."""

    value: str = field(repr=False)
    grant: StoredGrant
    scope: str
    issued_at: float
    lifetime: float
    refreshes: bool = False
    used: bool = False

    @property
    def expires_at(self) -> float:
        """Return the end of its life, in seconds of the epoch."""
        return self.issued_at + self.lifetime

    def check_client(self, client: ClientMixin) -> bool:
        """Return whether it was given to this client."""
        return bool(self.grant.client_id == client.get_client_id())

    def get_scope(self) -> str:
        """Return what it is good for."""
        return self.scope

    def is_expired(self) -> bool:
        """Return whether its time is over."""
        return not self.refreshes and time.time() >= self.expires_at

    def is_revoked(self) -> bool:
        """Return whether a person has ended it."""
        return self.used or self.grant.revoked


class TokenStore:
    """Everything given out by one provider since it started."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._codes: dict[str, AuthorizationCode] = {}
        self._tokens: dict[str, StoredToken] = {}
        self._latest: dict[tuple[str, str], StoredGrant] = {}
        self._lifetimes: dict[str, float] = {}

    def keep_code(self, code: AuthorizationCode) -> None:
        """Remember a code."""
        with self.lock:
            self._codes[code.value] = code

    def code(self, value: str) -> AuthorizationCode | None:
        """Find a code."""
        with self.lock:
            return self._codes.get(value)

    def token(self, value: str) -> StoredToken | None:
        """Find an access or refresh token, whatever has become of it."""
        with self.lock:
            return self._tokens.get(value)

    def active_access_token(self, value: str) -> StoredToken | None:
        """Find an access token that is good at this moment."""
        with self.lock:
            token = self._tokens.get(value)
            bad = token is None or token.refreshes or token.is_expired() or token.is_revoked()
            return None if bad else token

    def new_grant(self, person: SampleUser, client_id: str, scope: str) -> StoredGrant:
        """Begin a grant: it bears the fate of its person, unless the grant before has suffered it."""
        with self.lock:
            before = self.latest_grant(person, client_id)
            fate = None if before and before.refused else person.at_refresh
            grant = StoredGrant(person=person, client_id=client_id, scope=scope, at_refresh=fate)
            self._latest[person.address, client_id] = grant
            return grant

    def latest_grant(self, person: SampleUser, client_id: str) -> StoredGrant | None:
        """Find what a person has last granted a client."""
        with self.lock:
            return self._latest.get((person.address, client_id))

    def keep_tokens(self, grant: StoredGrant, access_token: str, refresh_token: str | None, *, scope: str) -> None:
        """Remember what was issued."""
        made = partial(
            StoredToken, grant=grant, scope=scope, issued_at=time.time(), lifetime=self.lifetime(grant.person)
        )
        with self.lock:
            self._tokens[access_token] = made(value=access_token)
            if refresh_token:
                self._tokens[refresh_token] = made(value=refresh_token, refreshes=True)

    def lifetime(self, person: SampleUser) -> float:
        """Return how many seconds an access token of this person lives."""
        with self.lock:
            return self._lifetimes.get(person.address, person.lifetime)

    def set_lifetime(self, address: str, seconds: float) -> None:
        """Let the access tokens a person gets from now on live otherwise."""
        with self.lock:
            self._lifetimes[address] = seconds

    def revoke(self, person: SampleUser) -> None:
        """End everything a person has granted, as Google does: all scopes, all tokens, all clients."""
        with self.lock:
            for code in self._codes.values():
                code.used = code.used or code.consent.person.address == person.address
            for token in self._tokens.values():
                token.grant.revoked = token.grant.revoked or token.grant.person.address == person.address
            for key in [key for key in self._latest if key[0] == person.address]:
                del self._latest[key]

    def reset(self) -> None:
        """Forget that anybody was ever here."""
        with self.lock:
            for memory in (self._codes, self._tokens, self._latest, self._lifetimes):
                memory.clear()

    def grants(self) -> list[StoredGrant]:
        """List what people have granted and not taken back."""
        with self.lock:
            return list(self._latest.values())


def new_secret(kind: str) -> str:
    """Make a code or token that says what it is, as those of real providers do."""
    return f"practice-{kind}-{secrets.token_urlsafe(32)}"
