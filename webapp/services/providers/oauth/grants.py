"""Grants: stored when a person has consented, shared by the connections of one account, given back at the end."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from webapp.config.app_state import KeyFileError, SecretBoxError, secret_box
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import Connection, Grant, db, utcnow
from webapp.services.providers.oauth.client_registration import EffectiveClient, effective_client
from webapp.services.providers.oauth.scopes import scope_text


def store_consent(client: EffectiveClient, answer: TokenResponse, identity: Identity) -> Grant:
    """Store what a consent gave, in the one grant of its account; raise `OAuthFailure` where it could not last.

    Heals a grant that had ended, for every connection that uses it. An answer without a refresh token keeps the one
    that is stored. Does not commit.
    """
    grant = _of_account(client, identity.subject)
    if not answer.refresh_token and (grant is None or not grant.sealed_refresh_token or grant.ended_at is not None):
        raise OAuthError(
            "The provider gave no refresh token, so the sign-in would end within the hour",
            kind=FailureKind.REFUSED,
            symptom=Symptom.NO_REFRESH_TOKEN,
        )
    if grant is None:
        grant = _new(client, identity)
    now = utcnow()
    box = secret_box()
    grant.account, grant.tenant = identity.address, identity.tenant[:253]
    grant.scopes = scope_text(answer.scopes if answer.scopes is not None else client.spec.scopes)
    grant.sealed_access_token = box.encrypt(answer.access_token, "grant", grant.id, "sealed_access_token")
    if answer.refresh_token:
        grant.sealed_refresh_token = box.encrypt(answer.refresh_token, "grant", grant.id, "sealed_refresh_token")
        # A renewal under way uses the refresh token before; as long as that one counts, no one else may use it.
        grant.lease_owner, grant.lease_until = "", None
    grant.access_expires_at, grant.obtained_at, grant.consented_at = answer.expires_at, now, now
    grant.ended_at, grant.ended_failure = None, ""
    # A renewal under way sees by this that its answer is older.
    grant.version = Grant.version + 1
    db.session.flush()
    return grant


def _of_account(client: EffectiveClient, subject: str) -> Grant | None:
    return db.session.scalar(
        select(Grant)
        .where(
            Grant.credential_type == client.credential_type,
            Grant.client_id == client.client_id,
            Grant.subject == subject,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _new(client: EffectiveClient, identity: Identity) -> Grant:
    grant = Grant(
        credential_type=client.credential_type,
        client_id=client.client_id,
        subject=identity.subject,
        account=identity.address,
    )
    try:
        with db.session.begin_nested():
            db.session.add(grant)
    except IntegrityError:  # the same account, signed in in two windows at the same moment
        found = _of_account(client, identity.subject)
        if found is None:
            raise
        return found
    return grant


def revoke_if_unused(grant_id: int | None) -> str:
    """Delete a grant that no connection uses any more, and revoke it where the provider can; commits.

    Google revokes all that the account has granted, so it is asked only where no other grant of this account is in use.
    Gives the failure of the revocation in words, or nothing.
    """
    # Locked before it is looked at: no one can begin to use it meanwhile.
    grant = _select_for_update(grant_id) if grant_id is not None else None
    if grant is None or _is_used(Grant.id == grant.id):
        db.session.rollback()
        return ""
    alone = not _is_used(
        Grant.credential_type == grant.credential_type, Grant.subject == grant.subject, Grant.id != grant.id
    )
    revoke = _nothing if grant.ended_at is not None or not alone else _revocation(grant)
    db.session.delete(grant)
    db.session.commit()
    return revoke()


def _select_for_update(grant_id: int) -> Grant | None:
    return db.session.scalar(
        select(Grant).where(Grant.id == grant_id).with_for_update().execution_options(populate_existing=True)
    )


def _is_used(*conditions: ColumnElement[bool]) -> bool:
    by_connection = select(Connection.id).join(Grant, Connection.grant_id == Grant.id).where(*conditions).limit(1)
    return db.session.scalar(by_connection) is not None


def _revocation(grant: Grant) -> Callable[[], str]:
    """Make ready to tell the provider; without a key the grant is deleted all the same, and what is left to do said."""
    try:
        client = effective_client(grant.credential_type)
        refresh_token = secret_box().decrypt(grant.sealed_refresh_token, "grant", grant.id, "sealed_refresh_token")
    except (SecretBoxError, KeyFileError) as error:
        words = str(error)
        return lambda: words
    return partial(_revoke, client, refresh_token) if client.endpoints.revocation else _nothing


def _revoke(client: EffectiveClient, refresh_token: str) -> str:
    if not client.is_complete:
        return "The portal has no client ID and secret for this provider any more"
    try:
        client.oauth().revoke(refresh_token)
    except OAuthError as failure:
        return failure.text
    return ""


def _nothing() -> str:
    return ""
