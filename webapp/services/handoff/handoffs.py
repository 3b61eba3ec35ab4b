"""Hand-offs: made, found, opened and withdrawn; knows nothing of the pages that show them."""

from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, or_, select, update

from webapp.config.app_state import SecretBoxError, secret_box
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure
from webapp.models import (
    AuthorizationRequest,
    Connection,
    CredentialType,
    Handoff,
    User,
    db,
    new_token,
    token_hash,
    utcnow,
    write_transaction,
)
from webapp.services.connections.check_result import CheckResult
from webapp.services.providers.oauth.authorization_requests import form_of
from webapp.services.providers.provider import normalized_address_or_empty

VALID = timedelta(days=14)
# So long after its end a link still says why it does not open.
_REMEMBERED = timedelta(days=60)

_FAILURE = TypeAdapter(Failure)


class NoProblemError(Exception):
    """There is no failure to hand to anybody."""


def create_from_report(connection: Connection, verdict: CheckResult, asker: User) -> Handoff:
    """Hand off what the last test of a connection has found; raise `NothingToMendError`. Commits."""
    if verdict.report.failure is None:
        raise NoProblemError
    return _create(
        asker,
        verdict.report.failure,
        connection_id=connection.id,
        credential_type=connection.credential_type,
        address=connection.address,
        # A user name need not say whose mailbox it opens.
        mailbox=connection.user if "@" in connection.user else connection.address,
        account=verdict.facts.account,
        technical=verdict.technical,
    )


def create_from_authorization(attempt: AuthorizationRequest, failure: Failure, asker: User) -> Handoff:
    """Hand off why a sign-in failed. Commits."""
    connection = attempt.connection
    address = connection.address if connection else attempt.address or attempt.account
    mailbox = connection.user if connection else normalized_address_or_empty(form_of(attempt).get("shared_mailbox"))
    return _create(
        asker,
        failure,
        connection_id=attempt.connection_id,
        credential_type=attempt.credential_type,
        address=address,
        mailbox=mailbox or address,
        account=attempt.account,
        technical=failure.text,
    )


def _create(
    asker: User,
    failure: Failure,
    *,
    connection_id: int | None,
    credential_type: CredentialType,
    address: str,
    mailbox: str,
    account: str,
    technical: str,
) -> Handoff:
    """Make a hand-off, or bring the one that is open up to date: a link that was sent goes on being the right one."""
    now = utcnow()
    db.session.execute(delete(Handoff).where(Handoff.expires_at < now - _REMEMBERED))
    of_asker = Handoff.connection_id.is_(None) & (Handoff.asked_by_id == asker.id)
    same = Handoff.connection_id == connection_id if connection_id is not None else of_asker
    hand_off = db.session.scalar(
        select(Handoff)
        .where(same, Handoff.mailbox == mailbox, Handoff.credential_type == credential_type, *_open())
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    if hand_off is None or not _has_readable_token(hand_off):
        token = new_token()
        hashed = token_hash(token)
        hand_off = Handoff(
            token_hash=hashed,
            sealed_token=secret_box().encrypt(token, *_place(hashed)),
            connection_id=connection_id,
            credential_type=credential_type,
            address=address,
            mailbox=mailbox,
        )
        db.session.add(hand_off)
    hand_off.account, hand_off.technical = account, technical
    hand_off.failure = _FAILURE.dump_json(failure, by_alias=True).decode()
    hand_off.problem = diagnose(failure).problem.slug
    hand_off.asked_by_id, hand_off.asked_at, hand_off.expires_at = asker.id, now, now + VALID
    db.session.commit()
    return hand_off


def failure_of(hand_off: Handoff) -> Failure:
    """Return the failure that was handed off."""
    return _FAILURE.validate_json(hand_off.failure)


def find(token: str) -> Handoff | None:
    """Find the hand-off of a token, whether it still opens or not."""
    query = select(Handoff).where(Handoff.token_hash == token_hash(token))
    return db.session.scalar(query.execution_options(populate_existing=True))


def latest_open_for(connection_id: int) -> Handoff | None:
    """Find the hand-off of a connection that is still open."""
    return db.session.scalar(
        select(Handoff).where(Handoff.connection_id == connection_id, *_open()).order_by(Handoff.id.desc()).limit(1)
    )


def token_of(hand_off: Handoff) -> str:
    """Return the token of the link; raise `SecretBoxError` when it cannot be opened."""
    return secret_box().decrypt(hand_off.sealed_token, *_place(hand_off.token_hash))


def mark_opened(hand_off: Handoff) -> None:
    """Write down when the link was opened first; in a transaction of its own, since a look reads otherwise. Commits."""
    if hand_off.opened_at is None:
        db.session.commit()
        first = Handoff.id == hand_off.id, Handoff.opened_at.is_(None)
        with write_transaction() as connection:
            connection.execute(update(Handoff).where(*first).values(opened_at=utcnow()))


def withdraw(hand_off: Handoff) -> None:
    """Close the link. Commits."""
    db.session.execute(update(Handoff).where(Handoff.id == hand_off.id).values(withdrawn_at=utcnow()))
    db.session.commit()


def _open() -> tuple[ColumnElement[bool], ...]:
    same_mailbox = Handoff.connection.has(Connection.address == Handoff.address)
    return (
        Handoff.withdrawn_at.is_(None),
        Handoff.expires_at > utcnow(),
        or_(Handoff.connection_id.is_(None), same_mailbox),
    )


def _has_readable_token(hand_off: Handoff) -> bool:
    """Return whether its link can be shown again: not where the key that sealed it was lost."""
    try:
        return bool(token_of(hand_off))
    except SecretBoxError:
        return False


def _place(hashed: str) -> tuple[object, ...]:
    return ("hand_off", hashed, "sealed_token")
