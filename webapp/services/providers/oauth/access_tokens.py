"""Fresh access tokens. Every use of a grant goes through `fresh_access_token`.

It renews early, under a lease in the grant's row: no transaction is open while the provider is waited for, one process
asks and the others wait for what it stores. What was renewed is stored before it is used, and only where nothing newer
has been stored meanwhile. Only the provider's word that the grant is over ends it; all else is tried again next time.

A lease that has lapsed is more than a free one: a person asked, and no one knows whether the provider answered. It
stays in the row until an answer has been stored, for the person whose refresh token was used up by it.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.exc import OperationalError

from webapp.config.app_state import secret_box
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.oauth.client import TokenResponse
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import Grant, new_token, read_transaction, utcnow, write_transaction
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.failure_json import failure_from_json, failure_json
from webapp.services.providers.oauth.scopes import scope_text

REFRESH_MARGIN = timedelta(minutes=5)
"""A token is renewed when it has no longer than this to live."""
_JUST = timedelta(seconds=5)

# Longer than any answer of a provider is waited for (webapp/core/net/http.py): a lease that lapses was left
# by the dead.
LEASE_DURATION = timedelta(seconds=30)
_POLL = 0.1
_PATIENCE = 5.0
# Before each further attempt to store what the provider gives once only: a database may be busy, or be restarted.
_PAUSES = (0.3, 1.0, 3.0)

_READ = select(
    Grant.id,
    Grant.credential_type,
    Grant.client_id,
    Grant.account,
    Grant.scopes,
    Grant.sealed_access_token,
    Grant.sealed_refresh_token,
    Grant.access_expires_at,
    Grant.obtained_at,
    Grant.version,
    Grant.lease_owner,
    Grant.lease_until,
    Grant.ended_at,
    Grant.ended_failure,
).where(Grant.id == bindparam("one"))
# By its owner a lease is known for the one that was read: of many who found it free or lapsed, one takes it.
_ACQUIRE_LEASE = (
    update(Grant)
    .where(
        Grant.id == bindparam("one"),
        Grant.version == bindparam("seen"),
        Grant.lease_owner == bindparam("before"),
    )
    .values(lease_owner=bindparam("me"), lease_until=bindparam("until"))
)
_RELEASE_LEASE = (
    update(Grant)
    .where(Grant.id == bindparam("one"), Grant.lease_owner == bindparam("me"))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)


class GrantNotFoundError(Exception):
    """There is no such grant (any more)."""


@dataclass(frozen=True, kw_only=True)
class FreshToken:
    """An access token that is good for some minutes at least."""

    value: str = field(repr=False)
    account: str
    scopes: frozenset[str]
    obtained_at: datetime
    expires_at: datetime
    renewed: bool
    warning: str = ""


def fresh_access_token(grant_id: int) -> FreshToken:
    """Return an access token, renewed where it is about to expire; raise `OAuthFailure` or `NoGrantError`."""
    deadline = time.monotonic() + _PATIENCE
    first_seen, renewed_here = None, False
    while True:
        row = _read(grant_id)
        first_seen = row.version if first_seen is None else first_seen
        newer = row.version != first_seen
        if row.ended_at is not None:
            raise failure_from_json(row.ended_failure)
        # What has just been renewed is fresh, however short its life.
        if renewed_here or row.access_expires_at > utcnow() + (_JUST if newer else REFRESH_MARGIN):
            return decrypt_access_token(row, renewed=newer)
        try:
            if not _is_held(row):
                renewed_here = _renew(row)
            elif time.monotonic() < deadline:
                time.sleep(_POLL)
            else:
                raise OAuthError(
                    "Another process is renewing the access token and has not finished", kind=FailureKind.TEMPORARY
                )
        except OAuthError as failure:
            if failure.kind is not FailureKind.TEMPORARY or row.access_expires_at <= utcnow() + _JUST:
                raise
            # It was early: what is stored still lives, and the next use of the grant tries again.
            return replace(
                decrypt_access_token(row, renewed=False), warning=f"It could not be renewed yet: {failure.text}"
            )


def _read(grant_id: int) -> Any:
    with read_transaction() as connection:
        row = connection.execute(_READ, {"one": grant_id}).one_or_none()
    if row is None:
        raise GrantNotFoundError
    return row


def decrypt_access_token(row: Any, *, renewed: bool) -> FreshToken:
    """Open the access token of a grant as it was read."""
    return FreshToken(
        value=secret_box().decrypt(row.sealed_access_token, *_place(row.id, "sealed_access_token")),
        account=row.account,
        scopes=frozenset(row.scopes.split()),
        obtained_at=row.obtained_at,
        expires_at=row.access_expires_at,
        renewed=renewed,
    )


def _is_held(row: Any) -> bool:
    return row.lease_until is not None and row.lease_until >= utcnow()


def _renew(row: Any) -> bool:
    """Renew the grant as it was read; return False where another was quicker, and the caller reads it again."""
    ask = _request(row)
    me = new_token()
    if not _acquire_lease(row, me):
        return False
    try:
        answer = ask()
    except OAuthError as failure:
        if failure.kind is not FailureKind.INVALID_GRANT:
            _release_lease(row, me, answered=failure.kind is FailureKind.REFUSED)
            raise
        _mark_ended(row, failure)
    except BaseException:
        _release_lease(row, me, answered=False)
        raise
    else:
        _store(row, answer)
    return True


def _request(row: Any) -> Callable[[], TokenResponse]:
    """Make ready to ask the provider; what is missing for that is noticed before anybody else has to wait."""
    client = effective_client(row.credential_type)
    if not client.is_complete:
        raise _refusal("The portal has no client ID and secret for this provider", Symptom.CLIENT_NOT_SET_UP)
    if client.client_id != row.client_id:
        # Asked with the new one, the provider would say that the grant is over, and it would be lost for the old one.
        raise _refusal(
            "The portal's client ID is another one than this mailbox was connected with", Symptom.CLIENT_CHANGED
        )
    refresh_token = secret_box().decrypt(row.sealed_refresh_token, *_place(row.id, "sealed_refresh_token"))
    oauth = client.oauth()
    return lambda: oauth.refresh(refresh_token)


def _refusal(text: str, symptom: Symptom) -> OAuthError:
    return OAuthError(text, kind=FailureKind.REFUSED, symptom=symptom)


def _acquire_lease(row: Any, me: str) -> bool:
    wanted = {
        "one": row.id,
        "seen": row.version,
        "before": row.lease_owner,
        "me": me,
        "until": utcnow() + LEASE_DURATION,
    }
    with write_transaction() as connection:
        return bool(connection.execute(_ACQUIRE_LEASE, wanted).rowcount)


def _release_lease(row: Any, me: str, *, answered: bool) -> None:
    """Let others renew: a refusal changed nothing, but without an answer the refresh token may be used up."""
    left = {"owner": row.lease_owner, "until": row.lease_until} if answered else {"owner": me, "until": utcnow()}
    with write_transaction() as connection:
        connection.execute(_RELEASE_LEASE, {"one": row.id, "me": me, **left})


def _store(row: Any, answer: TokenResponse) -> None:
    """Store what was renewed, unless a newer consent has been stored; a refresh token is never blanked."""
    box = secret_box()
    kept: dict[str, object] = {"version": Grant.version + 1, "lease_owner": "", "lease_until": None}
    if answer.refresh_token:
        kept["sealed_refresh_token"] = box.encrypt(answer.refresh_token, *_place(row.id, "sealed_refresh_token"))
    fresh = kept | {
        "sealed_access_token": box.encrypt(answer.access_token, *_place(row.id, "sealed_access_token")),
        "access_expires_at": answer.expires_at,
        "obtained_at": utcnow(),
        "ended_at": None,
        "ended_failure": "",
    }
    if answer.scopes is not None:
        fresh["scopes"] = scope_text(answer.scopes)
    unchanged: ColumnElement[bool] = Grant.version == row.version
    # Sealed twice, a token looks different: what looks the same is the one that this renewal has used up.
    spent = Grant.sealed_refresh_token == row.sealed_refresh_token

    def store() -> None:
        with write_transaction() as connection:
            if not answer.refresh_token:
                connection.execute(update(Grant).where(Grant.id == row.id, unchanged).values(fresh))
                return
            # Who took over a lease that had lapsed was told that the grant is over, as its refresh token was spent.
            usable = or_(unchanged, and_(spent, Grant.ended_at.is_not(None)))
            if not connection.execute(update(Grant).where(Grant.id == row.id, usable).values(fresh)).rowcount:
                # A consent that gave no refresh token relies on the spent one.
                connection.execute(update(Grant).where(Grant.id == row.id, spent).values(kept))

    _retry_on_lock(store)


def _mark_ended(row: Any, failure: OAuthError) -> None:
    # Some providers take a refresh token once only: where a process died while it waited, the next one died with it.
    note = " (the renewal before this one was interrupted, which can use up a refresh token)" if row.lease_owner else ""
    ended = {
        "ended_at": utcnow(),
        "ended_failure": failure_json(failure, note),
        "version": row.version + 1,
        "lease_owner": "",
        "lease_until": None,
    }
    with write_transaction() as connection:
        connection.execute(update(Grant).where(Grant.id == row.id, Grant.version == row.version).values(ended))


def _retry_on_lock(store: Callable[[], None]) -> None:
    for pause in _PAUSES:
        try:
            return store()
        except (OperationalError, sqlite3.OperationalError):  # SQLite's own comes from BEGIN, unseen by SQLAlchemy
            time.sleep(pause)
    return store()


def _place(grant_id: int, column: str) -> tuple[object, ...]:
    return ("grant", grant_id, column)
