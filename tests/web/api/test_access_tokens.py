"""Access tokens over the API come at once where everything is in order, and never a request too late."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from tests.web.api.conftest import MakeProgram, Program, said
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import ApiToken, Connection, Grant, Scope, User, db, token_hash, utcnow, writes
from webapp.models.api_token import api_token_connection
from webapp.services.accounts.api_tokens import make_token
from webapp.services.providers.credentials import CREDENTIALS
from webapp.services.providers.oauth.client_registration import effective_client_without_secret
from webapp.services.providers.oauth.failure_json import failure_json
from webapp.services.providers.oauth.grants import store_consent
from webapp.services.providers.outlook import OUTLOOK
from webapp.web.api.authentication import authenticate_token

MINUTE = timedelta(minutes=1)
OVER = failure_json(OAuthError("The grant is over", kind=FailureKind.INVALID_GRANT))
_numbers = count(1)


@dataclass(frozen=True)
class Asking:
    """A program that has been given an access token before, and a hand in the rows that it depends on."""

    app: Flask
    program: Program
    connection_id: int

    def ask(self) -> tuple[int, Any]:
        answer = self.program.get(f"/connections/{self.connection_id}/access-token")
        return answer.status_code, said(answer)

    def write(self, statement: Any) -> None:
        with self.app.app_context():
            before = writes.set(True)
            db.session.execute(statement)
            db.session.commit()
            writes.reset(before)

    def change(self, model: Any, **values: object) -> None:
        self.write(update(model).where(self.which(model)).values(values))

    def delete(self, model: Any) -> None:
        self.write(delete(model).where(self.which(model)))

    def name(self, connection_id: int) -> None:
        """Limit the token to a connection."""
        self.change(ApiToken, limited=True)
        token_id = select(ApiToken.id).where(self.which(ApiToken)).scalar_subquery()
        self.write(insert(api_token_connection).values(token_id=token_id, connection_id=connection_id))

    def name_to_another(self) -> None:
        """Limit another token to the connection, and this one to none."""
        self.change(ApiToken, limited=True)
        with self.app.app_context():
            person = db.session.scalars(select(User).where(self.which(User))).one()
            connection = db.session.get_one(Connection, self.connection_id)
            make_token(person, "Another", [Scope.ACCESS_TOKEN], connections=[connection])
            db.session.commit()

    def which(self, model: Any) -> Any:
        """Return the name of the row of a table that matters."""
        token = ApiToken.token_hash == token_hash(self.program.token)
        grant = select(Connection.grant_id).where(Connection.id == self.connection_id)
        return {
            ApiToken: token,
            User: User.id.in_(select(ApiToken.user_id).where(token)),
            Connection: Connection.id == self.connection_id,
            Grant: Grant.id.in_(grant),
        }[model]


def connect(app: Flask, access_token: str) -> int:
    """Save a connection that a person has signed in for; its access token lives for an hour."""
    number = next(_numbers)
    address = f"anna{number}@example.com"
    tokens = TokenResponse(access_token=access_token, refresh_token="refresh", expires_at=utcnow() + 60 * MINUTE)
    with app.app_context():
        before = writes.set(True)
        client = replace(effective_client_without_secret(OUTLOOK), client_id="portal")
        connection = Connection(
            name=f"Mailbox {number}", name_key=f"mailbox {number}", address=address,
            credential_type=OUTLOOK,
            grant_id=store_consent(client, tokens, Identity(subject=address, address=address)).id,
        )  # fmt: skip
        db.session.add(connection)
        db.session.commit()
        writes.reset(before)
        return connection.id


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """Return the list of the requests that were not answered at once."""
    seen: list[Scope] = []

    def noting(scope: Scope) -> None:
        seen.append(scope)
        authenticate_token(scope)

    monkeypatch.setattr("webapp.web.api.operation.authenticate_token", noting)
    return seen


@pytest.fixture
def make_asking(app: Flask, program: MakeProgram, member: User, step_by_step: list[Scope]) -> Callable[[], Asking]:
    """Return a function that makes programs which are answered at once."""

    def make() -> Asking:
        with app.app_context():
            address = f"ben{next(_numbers)}@example.com"
            person = User(name="Ben", address=address, role=member.role, password_hash=member.password_hash)
            db.session.add(person)
            db.session.commit()
            made = Asking(app, program(person, Scope.ACCESS_TOKEN), connect(app, "the-token"))
        assert made.ask()[0] == 200  # this one is written down
        step_by_step.clear()
        assert made.ask()[0] == 200
        assert step_by_step == []
        return made

    return make


# What happens between two requests, and what the second one is answered.
ENDS: dict[str, tuple[Callable[[Asking], object], int]] = {
    "token revoked": (lambda it: it.delete(ApiToken), 401),
    "token expired": (lambda it: it.change(ApiToken, expires_at=utcnow()), 401),
    "person deactivated": (lambda it: it.change(User, active=False), 401),
    "person deleted": (lambda it: it.delete(User), 401),
    "another scope": (lambda it: it.change(ApiToken, scopes="read access-tokens"), 403),
    "limited to none": (lambda it: it.change(ApiToken, limited=True), 404),
    "limited as another is not": (lambda it: it.name_to_another(), 404),
    "limited to another": (lambda it: it.name(connect(it.app, "other")), 404),
    "connection deleted": (lambda it: it.delete(Connection), 404),
    "connection has a password": (
        lambda it: it.change(Connection, credential_type=CREDENTIALS, grant_id=None), 409,
    ),
    "connection of another type": (lambda it: it.change(Connection, credential_type=CREDENTIALS), 409),
    "grant taken away": (lambda it: it.change(Connection, grant_id=None), 409),
    "grant deleted": (lambda it: it.delete(Grant), 409),
    "grant ended": (lambda it: it.change(Grant, ended_at=utcnow(), ended_failure=OVER), 409),
    # To be renewed, for which the portal of this test has no client secret.
    "about to expire": (lambda it: it.change(Grant, access_expires_at=utcnow() + 4 * MINUTE), 502),
    "sealed for another row": (lambda it: it.change(Grant, sealed_access_token=Grant.sealed_refresh_token), 500),
}  # fmt: skip


def test_what_has_ended_or_is_to_be_renewed_is_so_at_the_very_next_request(make_asking: Callable[[], Asking]) -> None:
    heard = {}
    for what, (happens, _) in ENDS.items():
        asking = make_asking()
        happens(asking)
        heard[what], body = asking.ask()
        assert "the-token" not in str(body), what

    assert heard == {what: status for what, (_, status) in ENDS.items()}


def test_both_ways_give_the_same_and_what_was_changed_is_so_at_once(
    make_asking: Callable[[], Asking], step_by_step: list[Scope]
) -> None:
    asking = make_asking()
    _, at_once = asking.ask()
    asking.change(ApiToken, last_used_at=None)
    _, slowly = asking.ask()
    assert step_by_step == [Scope.ACCESS_TOKEN]
    assert {**at_once, "expires_in": 0} == {**slowly, "expires_in": 0}
    assert 3590 < at_once["expires_in"] <= 3600

    asking.name(asking.connection_id)
    asking.change(Connection, user="shared@example.com")
    later = connect(asking.app, "a-later-token")
    with asking.app.app_context():
        grant_id = db.session.get_one(Connection, later).grant_id
    asking.change(Connection, grant_id=grant_id)
    status, changed = asking.ask()

    assert (status, step_by_step) == (200, [Scope.ACCESS_TOKEN])
    assert (changed["access_token"], changed["imap"]["user"]) == ("a-later-token", "shared@example.com")


def test_that_a_token_is_in_use_is_still_written_down(app: Flask, make_asking: Callable[[], Asking]) -> None:
    asking = make_asking()
    asking.change(ApiToken, last_used_at=utcnow() - MINUTE)

    asking.ask()

    with app.app_context():
        seen = db.session.scalar(select(ApiToken.last_used_at).where(asking.which(ApiToken)))
    assert seen is not None
    assert seen > utcnow() - MINUTE / 2


def test_what_is_asked_in_no_transaction_leaves_others_theirs(app: Flask, make_asking: Callable[[], Asking]) -> None:
    asking = make_asking()

    with app.app_context(), db.engine.connect() as connection:
        connection.execute(delete(Grant))
        connection.rollback()

    assert asking.ask()[0] == 200


def test_a_database_that_cannot_be_asked_is_busy(
    app: Flask, make_asking: Callable[[], Asking], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = make_asking()
    with app.app_context():
        engine = db.engine

    def busy() -> None:
        raise engine.dialect.loaded_dbapi.OperationalError("locked")

    monkeypatch.setattr(engine, "raw_connection", busy)

    assert asking.ask()[0] == 503


class TestLimits:
    """How often a program may ask holds for what is answered at once."""

    @pytest.fixture
    def database(self) -> str:
        return "sqlite"

    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"api_requests_per_minute": 4}

    def test_requests_that_are_answered_at_once_are_counted(self, make_asking: Callable[[], Asking]) -> None:
        asking = make_asking()

        assert [asking.ask()[0] for _ in range(4)] == [200, 200, 429, 429]
