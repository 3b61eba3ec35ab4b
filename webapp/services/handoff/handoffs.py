"""Hand-offs: made, found, opened and withdrawn; knows nothing of the pages that show them."""

from datetime import timedelta

from flask import url_for
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, or_, select, update

from webapp.config.app_state import SecretBoxError, current_settings, secret_box
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure
from webapp.models import (
    Connection,
    CredentialType,
    HandOff,
    SignInAttempt,
    User,
    db,
    new_token,
    token_hash,
    utcnow,
    write_transaction,
)
from webapp.services.connections.check_result import Verdict
from webapp.services.providers.oauth.authorization_requests import form_of
from webapp.services.providers.provider import possible_address

VALID = timedelta(days=14)
# So long after its end a link still says why it does not open.
_REMEMBERED = timedelta(days=60)

_FAILURE = TypeAdapter(Failure)


class NothingToMendError(Exception):
    """There is no failure to hand to anybody."""


def hand_off_report(connection: Connection, verdict: Verdict, asker: User) -> HandOff:
    """Hand off what the last test of a connection has found; raise `NothingToMendError`. Commits."""
    if verdict.report.failure is None:
        raise NothingToMendError
    return _ask(
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


def hand_off_sign_in(attempt: SignInAttempt, failure: Failure, asker: User) -> HandOff:
    """Hand off why a sign-in failed. Commits."""
    connection = attempt.connection
    address = connection.address if connection else attempt.address or attempt.account
    mailbox = connection.user if connection else possible_address(form_of(attempt).get("shared_mailbox"))
    return _ask(
        asker,
        failure,
        connection_id=attempt.connection_id,
        credential_type=attempt.credential_type,
        address=address,
        mailbox=mailbox or address,
        account=attempt.account,
        technical=failure.text,
    )


def _ask(
    asker: User,
    failure: Failure,
    *,
    connection_id: int | None,
    credential_type: CredentialType,
    address: str,
    mailbox: str,
    account: str,
    technical: str,
) -> HandOff:
    """Make a hand-off, or bring the one that is open up to date: a link that was sent goes on being the right one."""
    now = utcnow()
    db.session.execute(delete(HandOff).where(HandOff.expires_at < now - _REMEMBERED))
    of_asker = HandOff.connection_id.is_(None) & (HandOff.asked_by_id == asker.id)
    same = HandOff.connection_id == connection_id if connection_id is not None else of_asker
    hand_off = db.session.scalar(
        select(HandOff)
        .where(same, HandOff.mailbox == mailbox, HandOff.credential_type == credential_type, *_open())
        .order_by(HandOff.id.desc())
        .limit(1)
    )
    if hand_off is None or not _can_be_copied(hand_off):
        token = new_token()
        hashed = token_hash(token)
        hand_off = HandOff(
            token_hash=hashed,
            sealed_token=secret_box().seal(token, *_place(hashed)),
            connection_id=connection_id,
            credential_type=credential_type,
            address=address,
            mailbox=mailbox,
        )
        db.session.add(hand_off)
    hand_off.account, hand_off.technical = account, technical
    hand_off.failure = _FAILURE.dump_json(failure).decode()
    hand_off.problem = diagnose(failure).problem.slug
    hand_off.asked_by_id, hand_off.asked_at, hand_off.expires_at = asker.id, now, now + VALID
    db.session.commit()
    return hand_off


def failure_of(hand_off: HandOff) -> Failure:
    """Give the failure that was handed off."""
    return _FAILURE.validate_json(hand_off.failure)


def find(token: str) -> HandOff | None:
    """Find the hand-off of a token, whether it still opens or not."""
    query = select(HandOff).where(HandOff.token_hash == token_hash(token))
    return db.session.scalar(query.execution_options(populate_existing=True))


def newest_of(connection_id: int) -> HandOff | None:
    """Find the hand-off of a connection that is still open."""
    return db.session.scalar(
        select(HandOff).where(HandOff.connection_id == connection_id, *_open()).order_by(HandOff.id.desc()).limit(1)
    )


def url_of(hand_off: HandOff) -> str:
    """Give the whole address of the link; raise `SecretBoxError` when its token cannot be opened."""
    token = secret_box().open(hand_off.sealed_token, *_place(hand_off.token_hash))
    return current_settings().base_url + url_for("handoff.show", token=token)


def note_opened(hand_off: HandOff) -> None:
    """Write down when the link was opened first; in a transaction of its own, since a look reads otherwise. Commits."""
    if hand_off.opened_at is None:
        db.session.commit()
        first = HandOff.id == hand_off.id, HandOff.opened_at.is_(None)
        with write_transaction() as connection:
            connection.execute(update(HandOff).where(*first).values(opened_at=utcnow()))


def withdraw(hand_off: HandOff) -> None:
    """Close the link. Commits."""
    db.session.execute(update(HandOff).where(HandOff.id == hand_off.id).values(withdrawn_at=utcnow()))
    db.session.commit()


def _open() -> tuple[ColumnElement[bool], ...]:
    same_mailbox = HandOff.connection.has(Connection.address == HandOff.address)
    return (
        HandOff.withdrawn_at.is_(None),
        HandOff.expires_at > utcnow(),
        or_(HandOff.connection_id.is_(None), same_mailbox),
    )


def _can_be_copied(hand_off: HandOff) -> bool:
    """Say whether its link can be shown again: not where the key that sealed it was lost."""
    try:
        return bool(url_of(hand_off))
    except SecretBoxError:
        return False


def _place(hashed: str) -> tuple[object, ...]:
    return ("hand_off", hashed, "sealed_token")
