"""Who asks: a program with a bearer token (RFC 6750), or a person who tries the API on its page."""

from dataclasses import dataclass

from flask import g, request

from webapp.models import ApiToken, Scope, User, db
from webapp.services.accounts.api_tokens import find_token, touch_last_used
from webapp.web.api.problems import ApiError
from webapp.web.api.rate_limits import count_request, count_wrong_token


@dataclass(frozen=True)
class Caller:
    """A person, within what a token opens; without one, within what the person may do on the pages."""

    user: User
    token: ApiToken | None = None

    @property
    def limited(self) -> bool:
        """Return whether only some connections are open."""
        return self.token is not None and self.token.limited


def current_caller() -> Caller:
    """Return who asks in this request."""
    asker: Caller = g.api_asker
    return asker


def bearer_token() -> str:
    """Return the token that was sent, or nothing."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def authenticate_token(scope: Scope) -> None:
    """Let in the person who has a token that is in effect and has the scope."""
    text = bearer_token()
    if not text:
        raise _unauthorized(401, "A token is needed", "Send the header “Authorization: Bearer …” with an API token.")
    token = find_token(text)
    if token is None:
        db.session.rollback()
        count_wrong_token()
        why = "It was revoked, has expired, or is mistyped. Make a new one on your account's page."
        raise _unauthorized(401, "The token is not valid", why, 'error="invalid_token"')
    touch_last_used(token)
    count_request(f"token {token.id}")
    if not token.allows(scope):
        why = f"It lacks the scope “{scope.value}”: {scope.meaning}."
        raise _unauthorized(403, "The token may not do this", why, f'error="insufficient_scope", scope="{scope.value}"')
    g.api_asker = Caller(token.user, token)


def authenticate_user(user: User) -> None:
    """Let in a person who is signed in; not while a transaction is open."""
    count_request(f"person {user.id}")
    g.api_asker = Caller(user)


def _unauthorized(status: int, title: str, detail: str, challenge: str = "") -> ApiError:
    challenge = ", ".join(filter(None, ('Bearer realm="Postroom"', challenge)))
    return ApiError(status, title, detail, headers={"WWW-Authenticate": challenge})
