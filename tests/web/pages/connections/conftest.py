"""What the tests of connections share: the fields of a practice scenario, and a saved connection."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from webapp.config.app_state import secret_box
from webapp.models import Connection, User, db
from webapp.models.connection import name_key
from webapp.practice.imap_server.scenarios import SCENARIOS
from webapp.practice.process import PracticeServers
from webapp.services.providers.credentials import CREDENTIALS

Fields = Callable[..., dict[str, str]]
MakeConnection = Callable[..., int]


@pytest.fixture
def fields(with_practice: PracticeServers) -> Fields:
    """Return a function that fills in the form for a scenario."""

    def fill(key: str = "works", **changed: str) -> dict[str, str]:
        scenario = next(scenario for scenario in SCENARIOS if scenario.key == key)
        return {
            "name": "Invoices inbox",
            "address": scenario.address,
            "credential_type": "credentials",
            "password": scenario.password,
            "host": scenario.host,
            "port": str(with_practice.ports[scenario.port_name]),
            "security": scenario.security.value,
            "user": scenario.user,
            **changed,
        }

    return fill


@pytest.fixture
def make_connection(app: Flask, fields: Fields) -> MakeConnection:
    """Return a function that saves a connection without the form and returns its id."""

    def make(owner: User, key: str = "works", **changed: str) -> int:
        typed = fields(key, **changed)
        with app.app_context():
            connection = Connection(
                name=typed["name"],
                name_key=name_key(typed["name"]),
                address=typed["address"],
                credential_type=CREDENTIALS,
                host=typed["host"],
                port=int(typed["port"]),
                security=typed["security"],
                user=typed["user"] or typed["address"],
                owner_id=owner.id,
            )
            db.session.add(connection)
            db.session.flush()
            connection.sealed_password = secret_box().encrypt(
                typed["password"], "connection", connection.id, "sealed_password"
            )
            db.session.commit()
            return connection.id

    return make


@pytest.fixture
def as_member(client: FlaskClient, member: User) -> User:
    """Sign a member in."""
    sign_in_as(client, member)
    return member
