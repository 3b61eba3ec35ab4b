"""What comes back from a provider: a code for tokens, or an error. Decides what an attempt has come to."""

import logging
import re

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from webapp.config.app_state import KeyFileError, SecretBoxError
from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.core.oauth.errors import OAuthError
from webapp.models import AuthorizationRequest, Connection, Grant, db, utcnow
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.account_matching import same_account
from webapp.services.providers.oauth.client_registration import EffectiveClient, effective_client
from webapp.services.providers.oauth.grants import store_consent
from webapp.services.providers.provider import is_internal_address

_log = logging.getLogger(__name__)

_LONGEST_ADDRESS = 254
_TOLD = ("error", "error_description", "error_subtype", "suberror", "error_uri")


def complete(attempt: AuthorizationRequest, answer: MultiDict[str, str]) -> bool:
    """Conclude an attempt whose callback was taken: a grant, or why there is none. Commits.

    Says whether a saved connection has got its grant by it. Does nothing where the attempt was deleted meanwhile, for
    instance with its connection.
    """
    attempt_id = attempt.id
    try:
        client = effective_client(attempt.credential_type)
        tokens, identity = _exchange(client, attempt, answer)
        _require_usable_account(client, tokens, identity)
        return _store_grant(client, attempt, tokens, identity)
    except _RefusedAccountError as refused:
        authorization_requests.mark_failed(attempt_id, refused.failure, refused.account)
    except OAuthError as failure:
        authorization_requests.mark_failed(attempt_id, failure)
    except (SecretBoxError, KeyFileError) as error:
        db.session.rollback()
        _log.error("data key: %s", error)
        authorization_requests.mark_failed(attempt_id, OAuthError(f"A stored secret cannot be opened: {error}"))
    except Exception:  # the page of an error would stand at an address with a code in it
        db.session.rollback()
        _log.exception("unhandled")
        mistake = "The portal made a mistake while it concluded the sign-in"
        authorization_requests.mark_failed(attempt_id, OAuthError(mistake, symptom=Symptom.SIGN_IN_INTERRUPTED))
    return False


class _RefusedAccountError(Exception):
    def __init__(self, text: str, symptom: Symptom, account: str = "") -> None:
        self.failure = OAuthError(text, symptom=symptom)
        self.account = account


def _exchange(
    client: EffectiveClient, attempt: AuthorizationRequest, answer: MultiDict[str, str]
) -> tuple[TokenResponse, Identity]:
    if not _is_issuer(answer.get("iss"), client):
        # RFC 9207: the answer of another provider; its code is sent to no one.
        raise OAuthError(
            "The answer names another issuer than the provider that was asked", symptom=Symptom.ISSUER_DIFFERS
        )
    code = answer.get("code", "")
    if "error" in answer or not code:
        raise OAuthError(_quote(answer), stage=Stage.AUTHORIZE, secrets=(code, answer.get("state", "")))
    if not client.is_complete:
        raise OAuthError("The portal has no client ID and secret for this provider", symptom=Symptom.CLIENT_NOT_SET_UP)
    oauth, told = client.oauth(), authorization_requests.secrets_of(attempt)
    tokens = oauth.exchange_code(code, redirect_uri=client.redirect_uri, verifier=told.verifier)
    return tokens, oauth.verify_identity(tokens.id_token, nonce=told.nonce, access_token=tokens.access_token)


def _require_usable_account(client: EffectiveClient, tokens: TokenResponse, identity: Identity) -> None:
    """Refuse an account that this credential type is not for, and a consent without the mailbox."""
    if not is_internal_address(identity.address) or len(identity.address) > _LONGEST_ADDRESS:
        raise _RefusedAccountError(
            "The account that signed in names no email address, so no mailbox can be its own", Symptom.OTHER_ACCOUNT
        )
    if client.wants_organisation and not identity.hosted_domain:
        raise _RefusedAccountError(
            f"{identity.address} is a personal {client.spec.company} account: its ID token names no Workspace domain "
            "(hd)",
            Symptom.PERSONAL_GOOGLE_ACCOUNT,
            identity.address,
        )
    if tokens.scopes is not None and not client.spec.opens_mailbox(tokens.scopes):
        raise _RefusedAccountError(
            f"Granted were {' '.join(sorted(tokens.scopes))}, but not {client.spec.mail_scope}",
            Symptom.MAIL_SCOPE_NOT_GRANTED,
            identity.address,
        )


def _store_grant(
    client: EffectiveClient, attempt: AuthorizationRequest, tokens: TokenResponse, identity: Identity
) -> bool:
    if not _lock_rows(attempt):
        return False
    grant = store_consent(client, tokens, identity)
    attempt.grant_id, attempt.account, attempt.finished_at = grant.id, grant.account, utcnow()
    connection = connection_of(attempt)
    # Compared with the connection of this moment: it may have been edited during the trip.
    connected = connection is not None and same_account(account_of(connection), grant.account)
    if connected:
        assign_grant(attempt)
    db.session.commit()
    return connected


def connection_of(attempt: AuthorizationRequest) -> Connection | None:
    """Return the saved connection that an attempt is for; one of another credential type has no use for its grant."""
    connection = None if attempt.for_form else attempt.connection
    return connection if connection is not None and connection.credential_type == attempt.credential_type else None


def account_of(connection: Connection) -> str:
    """Return the account that is expected to sign in for a connection: the one that did, else that of its address."""
    grant = db.session.get(Grant, connection.grant_id) if connection.grant_id is not None else None
    return grant.account if grant else connection.address


def assign_grant(attempt: AuthorizationRequest) -> None:
    """Give the connection of an attempt its grant. Does not commit."""
    attempt.settled = True
    if attempt.connection is not None:
        attempt.connection.grant_id = attempt.grant_id
        attempt.connection.version += 1


def _lock_rows(attempt: AuthorizationRequest) -> bool:
    """Keep others from deleting or editing the attempt and its connection until the commit; say if they are there.

    The connection comes first, as in its deletion, which takes the attempt along.
    """
    connection = select(Connection).where(Connection.id == attempt.connection_id)
    itself = select(AuthorizationRequest.id).where(AuthorizationRequest.id == attempt.id)
    for query in (connection, itself) if attempt.connection_id is not None else (itself,):
        found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
        if found is None:
            db.session.commit()  # a rollback would have to read the attempt again
            return False
    return True


def _is_issuer(named: str | None, client: EffectiveClient) -> bool:
    if named is None:
        return True
    pattern = re.escape(client.endpoints.issuer).replace(re.escape("{tenantid}"), r"[0-9A-Za-z.-]+")
    spellings = {named, f"https://{named}"} if client.spec.rules.issuer_aliases else {named}
    return any(re.fullmatch(pattern, spelling) for spelling in spellings)


def _quote(answer: MultiDict[str, str]) -> str:
    """Quote what a callback says, which anybody may have written."""
    said = " ".join(f"{name}={answer[name]}" for name in _TOLD if name in answer)
    return said or "The provider sent neither a code nor an error"
