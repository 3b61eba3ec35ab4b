"""Fresh access tokens over the API: at once where everything is in order, else step by step."""

from sqlalchemy import bindparam, exists, or_, select

from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import ApiToken, Connection, CredentialType, Grant, Scope, db, token_hash, utcnow
from webapp.models.api_token import api_token_connection
from webapp.models.compiled_select import CompiledSelect
from webapp.services.accounts.api_tokens import ACTIVE_TOKEN, SEEN_EVERY
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.access_tokens import (
    REFRESH_MARGIN,
    GrantNotFoundError,
    decrypt_access_token,
    fresh_access_token,
)
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.web.api.authentication import bearer_token
from webapp.web.api.connections import find_connection
from webapp.web.api.diagnosis_problems import problem_with_diagnosis
from webapp.web.api.operation import operation
from webapp.web.api.problems import ApiError
from webapp.web.api.rate_limits import count_request
from webapp.web.api.schemas.common import AccessTokenShape, ImapServer

_NAMED = exists().where(
    api_token_connection.c.token_id == ApiToken.id, api_token_connection.c.connection_id == Connection.id
)
# All that admission, `find_connection` and `fresh_access_token` ask for, in one look: what was revoked, changed or
# ended a moment ago is not found any more, and neither is what has anything to be done first.
_IN_ORDER = CompiledSelect(
    select(
        ApiToken.id.label("token_id"),
        ApiToken.scopes.label("token_scopes"),
        Connection.credential_type,
        Connection.address,
        Connection.user,
        Grant.id,
        Grant.account,
        Grant.scopes,
        Grant.sealed_access_token,
        Grant.obtained_at,
        Grant.access_expires_at,
    )
    .select_from(ApiToken)
    .join(ApiToken.user)
    .join(Connection, Connection.id == bindparam("connection"))
    .join(Grant, (Grant.id == Connection.grant_id) & (Grant.credential_type == Connection.credential_type))
    .where(
        ACTIVE_TOKEN,
        ApiToken.last_used_at >= bindparam("noted"),
        or_(~ApiToken.limited, _NAMED),
        Grant.ended_at.is_(None),
        Grant.access_expires_at > bindparam("early"),
    )
)


def stored_access_token(scope: Scope, connection_id: int) -> AccessTokenShape | None:
    """Return the access token where nothing stands in the way and nothing has to be written."""
    now = utcnow()
    wanted = {
        "hash": token_hash(bearer_token()),
        "now": now,
        "noted": now - SEEN_EVERY,
        "connection": connection_id,
        "early": now + REFRESH_MARGIN,
    }
    row = _IN_ORDER.one_or_none(wanted)
    if row is None or scope.value not in row.token_scopes.split():
        return None
    count_request(f"token {row.token_id}")
    return AccessTokenShape.of(decrypt_access_token(row, renewed=False), ImapServer.of(row))


@operation(
    "GET", "/connections/<id:connection_id>/access-token", scope=Scope.ACCESS_TOKEN, answer=AccessTokenShape,
    errors={
        404: "None such.",
        409: "There is none to be had: a password, or nobody has signed in, or the provider has ended the grant.",
        502: "The provider refused; the diagnosis says why.",
        503: "The provider cannot be asked at the moment.",
    },
    fast_path=stored_access_token,
)  # fmt: skip
def get_access_token(connection_id: int) -> AccessTokenShape:
    """Get a fresh access token.

    It is good for some minutes at least, and comes with host, port and user name, so that any IMAP library can log in
    by XOAUTH2.
    """
    connection = find_connection(connection_id)
    if not isinstance(PROVIDERS[connection.credential_type], OAuthProvider):
        raise ApiError(409, "There is no access token", "The connection logs in with a password.")
    if connection.grant_id is None:
        raise ApiError(409, "Nobody has signed in", "Open the connection's page and sign in for it once.")
    imap = ImapServer.of(connection)
    grant_id, provider = connection.grant_id, connection.credential_type
    db.session.commit()  # the provider may be waited for
    try:
        token = fresh_access_token(grant_id)
    except GrantNotFoundError:
        raise ApiError(409, "Nobody has signed in", "Open the connection's page and sign in for it once.") from None
    except OAuthError as failure:
        raise _problem(failure, provider) from None
    return AccessTokenShape.of(token, imap)


def _problem(failure: OAuthError, credential_type: CredentialType) -> ApiError:
    """Return why there is no token, with its diagnosis."""
    status = {FailureKind.INVALID_GRANT: 409, FailureKind.TEMPORARY: 503, FailureKind.REFUSED: 502}[failure.kind]
    return problem_with_diagnosis(status, failure.failure(PROVIDERS[credential_type].provider_key))
