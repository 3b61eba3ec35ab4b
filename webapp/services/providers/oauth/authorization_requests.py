"""Sign-in attempts: begun, called back exactly once, and looked at by the browser session that began them."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, exists, select, update

from webapp.config.app_state import secret_box
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import (
    AuthorizationRequest,
    Connection,
    CredentialType,
    Grant,
    User,
    UserSession,
    db,
    new_token,
    token_hash,
    utcnow,
)
from webapp.services.providers.oauth.failure_json import failure_from_json, failure_json

VALID = timedelta(minutes=10)
"""How long a person may take at the provider."""

# What a sign-in leaves behind is of use to a form for as long as the form's own session of typing.
_KEPT = timedelta(hours=2)
# After the callback the provider is asked for tokens, within 10 s; later no one is at work on it any more.
_AT_WORK = timedelta(seconds=30)
_KEY_LENGTHS = range(20, 44)
# So many begun and not finished in one browser are enough.
_AT_ONCE = 20


@dataclass(frozen=True)
class AuthorizationSecrets:
    """What only the portal and the provider may know of an attempt."""

    nonce: str
    verifier: str = field(repr=False)


def new_key() -> str:
    """Make the name of an attempt, for a form that may begin one."""
    return secrets.token_urlsafe(18)


def is_key(text: str) -> bool:
    """Return whether a text can be the name of an attempt."""
    return len(text) in _KEY_LENGTHS and text.isascii() and all(c.isalnum() or c in "-_" for c in text)


def create(
    key: str,
    credential_type: CredentialType,
    *,
    user: User,
    session: UserSession,
    address: str,
    form: dict[str, str],
    connection: Connection | None = None,
    for_form: bool = True,
    popup: bool = False,
) -> tuple[AuthorizationRequest, str, AuthorizationSecrets]:
    """Write down a new attempt; return it with its state and its secrets, which are stored hashed and sealed. Commits.

    Raises `IntegrityError` where the session or the connection was deleted a moment ago.
    """
    _hold(session, connection)
    _delete_old(session)
    key = _free(key, session)
    state, told = new_token(), AuthorizationSecrets(nonce=new_token(), verifier=secrets.token_urlsafe(48))
    attempt = AuthorizationRequest(
        key=key,
        state_hash=token_hash(state),
        credential_type=credential_type,
        user_id=user.id,
        session_id=session.id,
        connection_id=connection.id if connection else None,
        for_form=for_form,
        popup=popup,
        address=address,
        sealed_secrets=_seal(key, "sealed_secrets", {"nonce": told.nonce, "verifier": told.verifier}),
        sealed_form=_seal(key, "sealed_form", form),
        expires_at=utcnow() + VALID,
    )
    db.session.add(attempt)
    db.session.commit()
    return attempt, state, told


def _hold(session: UserSession, connection: Connection | None) -> None:
    """Let a browser begin one attempt at a time: of a button pressed twice, the second press finds the first.

    The connection comes before any attempt, as in a callback and in its deletion, or they would wait for each other.
    """
    if connection is not None:
        mine = select(Connection.id).where(Connection.id == connection.id)
        db.session.execute(mine.with_for_update(read=True, key_share=True))
    db.session.execute(select(UserSession.id).where(UserSession.id == session.id).with_for_update())


def _free(key: str, session: UserSession) -> str:
    """Return the key back where it can be used; a button pressed twice begins its attempt again."""
    if not is_key(key):
        return new_key()
    db.session.execute(
        delete(AuthorizationRequest).where(
            AuthorizationRequest.key == key, AuthorizationRequest.session_id == session.id
        )
    )
    taken = db.session.scalar(select(AuthorizationRequest.id).where(AuthorizationRequest.key == key))
    return new_key() if taken is not None else key


def find(key: str, session: UserSession) -> AuthorizationRequest | None:
    """Find an attempt of this browser session."""
    query = select(AuthorizationRequest).where(
        AuthorizationRequest.key == key, AuthorizationRequest.session_id == session.id
    )
    return db.session.scalar(query.execution_options(populate_existing=True)) if is_key(key) else None


def find_by_state(state: str) -> AuthorizationRequest | None:
    """Find the attempt of a state, the person who asks."""
    return db.session.scalar(select(AuthorizationRequest).where(AuthorizationRequest.state_hash == token_hash(state)))


def consume(attempt: AuthorizationRequest) -> bool:
    """Take the one callback of an attempt that is still open; of two at once, one gets it. Commits."""
    taken = db.session.execute(
        update(AuthorizationRequest)
        .where(
            AuthorizationRequest.id == attempt.id,
            AuthorizationRequest.called_back_at.is_(None),
            AuthorizationRequest.expires_at > utcnow(),
        )
        .values(called_back_at=utcnow())
        .returning(AuthorizationRequest.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.commit()
    return taken is not None


def secrets_of(attempt: AuthorizationRequest) -> AuthorizationSecrets:
    """Open the secrets of an attempt."""
    return AuthorizationSecrets(**_open(attempt, "sealed_secrets"))


def form_of(attempt: AuthorizationRequest) -> dict[str, str]:
    """Return what was typed into the form before the person left for the provider."""
    return _open(attempt, "sealed_form")


def mark_failed(attempt_id: int, failure: OAuthError, account: str = "") -> None:
    """Write down why an attempt failed, where there still is one. Commits."""
    why = {"failure": failure_json(failure), "account": account, "finished_at": utcnow()}
    written = update(AuthorizationRequest).where(AuthorizationRequest.id == attempt_id).values(why)
    db.session.execute(written.execution_options(synchronize_session=False))
    db.session.commit()


def failure_of(attempt: AuthorizationRequest) -> OAuthError | None:
    """Return why an attempt failed; one that no one is at work on any more was interrupted, one too old has expired."""
    if attempt.failure:
        return failure_from_json(attempt.failure)
    if attempt.finished_at is not None:
        return None
    if attempt.called_back_at is not None and attempt.called_back_at + _AT_WORK < utcnow():
        return OAuthError(
            "The portal was interrupted while it asked for the tokens",
            kind=FailureKind.REFUSED,
            symptom=Symptom.SIGN_IN_INTERRUPTED,
        )
    if attempt.called_back_at is None and attempt.expires_at < utcnow():
        return OAuthError(
            "Nobody came back from the provider within 10 minutes",
            kind=FailureKind.REFUSED,
            symptom=Symptom.ATTEMPT_EXPIRED,
        )
    return None


def _delete_old(session: UserSession) -> None:
    """Delete what is too old for anybody, with grants of forms never saved; and the oldest where one has too many."""
    too_old = utcnow() - _KEPT
    for statement in (
        delete(AuthorizationRequest).where(AuthorizationRequest.created_at < too_old),
        delete(Grant).where(
            Grant.consented_at < too_old,
            ~exists().where(Connection.grant_id == Grant.id),
            ~exists().where(AuthorizationRequest.grant_id == Grant.id),
        ),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    surplus = (
        select(AuthorizationRequest.id)
        .where(AuthorizationRequest.session_id == session.id)
        .order_by(AuthorizationRequest.id.desc())
        .offset(_AT_ONCE - 1)
    )
    db.session.execute(
        delete(AuthorizationRequest)
        .where(AuthorizationRequest.id.in_(surplus))
        .execution_options(synchronize_session=False)
    )


def _seal(key: str, column: str, body: dict[str, str]) -> str:
    return secret_box().encrypt(json.dumps(body), "sign_in_attempt", key, column)


def _open(attempt: AuthorizationRequest, column: str) -> dict[str, str]:
    text = secret_box().decrypt(getattr(attempt, column), "sign_in_attempt", attempt.key, column)
    body: dict[str, str] = json.loads(text)
    return body
