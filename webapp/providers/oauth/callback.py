"""What comes back from a provider: a code for tokens, or an error. Decides what an attempt has come to."""

import logging
import re

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from webapp.diagnosis.failure import Stage
from webapp.diagnosis.masking import mask
from webapp.models import Connection, CredentialType, SignInAttempt, db, utcnow
from webapp.oauth.client import Identity, TokenAnswer
from webapp.oauth.errors import Kind, OAuthFailure
from webapp.providers.oauth import attempts
from webapp.providers.oauth.accounts import same_account
from webapp.providers.oauth.clients import ClientInForce, client_in_force
from webapp.providers.oauth.grants import store_consent
from webapp.vault import KeyFileError, SecretBoxError

_log = logging.getLogger(__name__)

_LONGEST = 1500
_TOLD = ("error", "error_description", "error_subtype", "suberror", "error_uri")


def finish(attempt: SignInAttempt, answer: MultiDict[str, str]) -> None:
    """Conclude an attempt whose callback was taken: a grant, or why there is none. Commits.

    Does nothing where the attempt was deleted meanwhile, for instance with its connection.
    """
    try:
        client = client_in_force(attempt.credential_type)
        tokens, identity = _exchange(client, attempt, answer)
        _insist(client, tokens, identity)
        _keep(client, attempt, tokens, identity)
    except _RefusedAccountError as refused:
        _write_failure(attempt, refused.failure, refused.account)
    except OAuthFailure as failure:
        _write_failure(attempt, failure)
    except (SecretBoxError, KeyFileError) as error:
        db.session.rollback()
        _log.error("data key: %s", error)
        _write_failure(attempt, OAuthFailure(f"A stored secret cannot be opened: {error}", kind=Kind.REFUSED))


class _RefusedAccountError(Exception):
    def __init__(self, text: str, sign: str, account: str) -> None:
        self.failure = OAuthFailure(text, kind=Kind.REFUSED, sign=sign)
        self.account = account


def _exchange(
    client: ClientInForce, attempt: SignInAttempt, answer: MultiDict[str, str]
) -> tuple[TokenAnswer, Identity]:
    if not _is_issuer(answer.get("iss"), client):
        # RFC 9207: the answer of another provider; its code is sent to nobody.
        raise OAuthFailure(
            "The answer names another issuer than the provider that was asked", kind=Kind.REFUSED, sign="issuer-differs"
        )
    code = answer.get("code", "")
    if "error" in answer or not code:
        raise OAuthFailure(_quoted(answer), kind=Kind.REFUSED, stage=Stage.AUTHORIZE)
    if not client.is_complete:
        raise OAuthFailure(
            "The portal has no client ID and secret for this provider", kind=Kind.REFUSED, sign="client-not-set-up"
        )
    oauth, told = client.oauth(), attempts.secrets_of(attempt)
    tokens = oauth.redeem(code, redirect_uri=client.redirect_uri, verifier=told.verifier)
    return tokens, oauth.identify(tokens.id_token, nonce=told.nonce, access_token=tokens.access_token)


def _insist(client: ClientInForce, tokens: TokenAnswer, identity: Identity) -> None:
    """Refuse an account that this credential type is not for, and a consent without the mailbox."""
    if client.wants_workspace and not identity.hosted_domain:
        raise _RefusedAccountError(
            f"{identity.address} is a personal Google account: its ID token names no Workspace domain (hd)",
            "personal-google-account",
            identity.address,
        )
    if tokens.scopes is not None and not client.house.opens_mailbox(tokens.scopes):
        raise _RefusedAccountError(
            f"Granted were {' '.join(sorted(tokens.scopes))}, but not {client.house.mail_scope}",
            "mail-scope-not-granted",
            identity.address,
        )


def _keep(client: ClientInForce, attempt: SignInAttempt, tokens: TokenAnswer, identity: Identity) -> None:
    if not _is_held(attempt):
        return
    grant = store_consent(client, tokens, identity)
    attempt.grant_id, attempt.account, attempt.finished_at = grant.id, grant.account, utcnow()
    connection = attempt.connection
    if not attempt.for_form and connection is not None and same_account(attempt.address, grant.account):
        attach(attempt)
    db.session.commit()


def attach(attempt: SignInAttempt) -> None:
    """Give the connection of an attempt its grant. Does not commit."""
    attempt.settled = True
    if attempt.connection is not None:
        attempt.connection.grant_id = attempt.grant_id
        attempt.connection.version += 1


def _write_failure(attempt: SignInAttempt, failure: OAuthFailure, account: str = "") -> None:
    if _is_held(attempt):
        attempts.fail(attempt, failure, account)


def _is_held(attempt: SignInAttempt) -> bool:
    """Keep others from deleting or editing the attempt and its connection until the commit; say if they are there.

    The connection comes first, as in its deletion, which takes the attempt along.
    """
    connection = select(Connection).where(Connection.id == attempt.connection_id)
    itself = select(SignInAttempt.id).where(SignInAttempt.id == attempt.id)
    for query in (connection, itself) if attempt.connection_id is not None else (itself,):
        found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
        if found is None:
            db.session.commit()  # a rollback would have to read the attempt again
            return False
    return True


def _is_issuer(named: str | None, client: ClientInForce) -> bool:
    if named is None:
        return True
    pattern = re.escape(client.endpoints.issuer).replace(re.escape("{tenantid}"), r"[0-9A-Za-z.-]+")
    spellings = {named, f"https://{named}"} if client.credential_type is CredentialType.GMAIL else {named}
    return any(re.fullmatch(pattern, spelling) for spelling in spellings)


def _quoted(answer: MultiDict[str, str]) -> str:
    """Quote what a callback says, which anybody may have written."""
    said = " ".join(f"{name}={answer[name]}" for name in _TOLD if name in answer)
    return mask(said or "The provider sent neither a code nor an error", answer.get("code", ""))[:_LONGEST]
