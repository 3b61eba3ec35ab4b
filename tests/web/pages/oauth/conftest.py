"""Practice providers in a process of their own, a portal that is registered there, and people who travel to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import sign_in_as
from tests.practice.clients import Elsewhere
from tests.web.pages.oauth.sign_in_client import KINDS, PEOPLE, Traveller
from webapp.core.oauth.jwks import JWKS_CACHE
from webapp.models import AuthorizationRequest, Connection, Grant, Model, User, db, writes
from webapp.models.connection import name_key
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.process import PracticeServers
from webapp.practice.provider_overrides import PracticeOAuth, practice_oauth
from webapp.services.providers.oauth.authorization_response import account_of

MakeTraveller = Callable[..., Traveller]
MakeConnection = Callable[..., int]


class Registrations:
    """How the portal is registered with the providers; a test may change it at any moment."""

    def __init__(self, providers: dict[Any, PracticeOAuth]) -> None:
        self._providers = providers

    def oauth_overrides(self) -> dict[Any, PracticeOAuth]:
        return self._providers

    def change(self, kind: str, **changes: Any) -> None:
        self._providers[KINDS[kind]] = replace(self._providers[KINDS[kind]], **changes)

    def move(self, kind: str, **endpoints: str) -> None:
        """Have some of the endpoints somewhere else."""
        self.change(kind, endpoints=replace(self._providers[KINDS[kind]].endpoints, **endpoints))


@pytest.fixture(autouse=True)
def registrations(app: Flask, with_practice: PracticeServers) -> Iterator[Registrations]:
    """Register the portal with both providers."""
    JWKS_CACHE.forget()
    registered = app.extensions["postroom.practice"] = Registrations(practice_oauth(with_practice.ports))
    yield registered
    JWKS_CACHE.forget()


@pytest.fixture
def providers(practice_servers: PracticeServers) -> dict[str, Elsewhere]:
    """Return the providers by the portal's names for them; they have forgotten everything before."""
    found = {key: Elsewhere.at(house, practice_servers.ports) for key, house in zip(KINDS, PROFILES, strict=True)}
    for provider in found.values():
        provider.hook("reset")
    return found


@pytest.fixture
def kind(request: pytest.FixtureRequest, database: str) -> str:
    """Return the name of a provider: with each database goes one, unless a test says which."""
    return str(getattr(request, "param", {"sqlite": "gmail", "postgresql": "outlook"}[database]))


@pytest.fixture
def make_traveller(app: Flask, providers: dict[str, Elsewhere], kind: str) -> MakeTraveller:
    """Return a function that signs a person in on a browser of their own."""

    def make(user: User) -> Traveller:
        client = app.test_client()
        sign_in_as(client, user)
        return Traveller(client, kind, providers[kind])

    return make


@pytest.fixture
def ben(make_traveller: MakeTraveller, member: User) -> Traveller:
    """Return a member who is signed in."""
    return make_traveller(member)


@pytest.fixture
def ada(make_traveller: MakeTraveller, administrator: User) -> Traveller:
    """Return an administrator who is signed in."""
    return make_traveller(administrator)


@dataclass(frozen=True)
class Rows:
    """A look into the database, and a hand in it; each method is a transaction of its own."""

    app: Flask

    def count(self, model: type[Model]) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(model)) or 0

    def attempt(self, key: str) -> AuthorizationRequest | None:
        with self.app.app_context():
            return db.session.scalar(select(AuthorizationRequest).where(AuthorizationRequest.key == key))

    def connection(self, connection_id: int) -> Connection:
        with self.app.app_context():
            return db.session.get_one(Connection, connection_id)

    def account(self, connection_id: int) -> str:
        """Return the name of the account that a connection signs in with; nothing where there is none."""
        with self.app.app_context():
            connection = db.session.get_one(Connection, connection_id)
            return account_of(connection) if connection.grant_id else ""

    def grants(self) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(select(Grant.account).order_by(Grant.id)))

    @contextmanager
    def changing(self, connection_id: int) -> Iterator[Connection]:
        """Edit a connection as another person would."""
        with self.app.app_context():
            token = writes.set(True)
            try:
                connection = db.session.get_one(Connection, connection_id)
                yield connection
                connection.version += 1
                db.session.commit()
            finally:
                writes.reset(token)

    def delete(self, connection_id: int) -> None:
        with self.app.app_context():
            token = writes.set(True)
            try:
                db.session.delete(db.session.get_one(Connection, connection_id))
                db.session.commit()
            finally:
                writes.reset(token)


@pytest.fixture
def rows(app: Flask) -> Rows:
    return Rows(app)


@pytest.fixture
def make_connection(app: Flask, kind: str) -> MakeConnection:
    """Return a function that saves a connection which no one has signed in for yet."""

    def make(owner: User | None, *, address: str = "", mailbox: str = "", name: str = "Invoices") -> int:
        with app.app_context():
            token = writes.set(True)
            try:
                connection = Connection(
                    name=name,
                    name_key=name_key(name),
                    address=address or PEOPLE[kind],
                    user=mailbox or address or PEOPLE[kind],
                    credential_type=KINDS[kind],
                    owner_id=owner.id if owner else None,
                )
                db.session.add(connection)
                db.session.commit()
                return connection.id
            finally:
                writes.reset(token)

    return make


@pytest.fixture
def connection_id(ben: Traveller, member: User, make_connection: MakeConnection) -> int:
    """Return a connection of Ben's that no one has signed in for yet."""
    return make_connection(member)


@pytest.fixture
def connected(ben: Traveller, connection_id: int, rows: Rows) -> int:
    """Return one that is connected."""
    ben.leave_from(f"/connections/{connection_id}").make()
    assert rows.account(connection_id) == PEOPLE[ben.kind]
    return connection_id
