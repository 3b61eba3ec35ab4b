"""Puts people and example connections into a practice portal, and the ports of its servers into the examples."""

from collections.abc import Mapping

from sqlalchemy import select

from webapp.config.app_state import secret_box
from webapp.models import Connection, Role, User, db, new_token
from webapp.models.connection import name_key
from webapp.practice.imap_server.scenarios import DOMAIN, SCENARIOS, Scenario
from webapp.security.password_hashing import hash_password
from webapp.services.connections.checks import check_and_store
from webapp.services.providers.credentials import CREDENTIALS

_SCENARIOS = {scenario.key: scenario for scenario in SCENARIOS}

# name of the example: (scenario, whether it is tested at once)
_EXAMPLES = {
    "Invoices inbox": ("works", True),
    "Support mailbox": ("app-password-required", True),
    "Vendor reports": ("works-starttls", True),
    "Branch office": ("tls-expired", True),
    "Old archive": ("works-user-name", False),
}


def seed(ports: Mapping[str, int]) -> User:
    """Make what is missing and return the ready administrator."""
    administrator = _person("Ada Park", f"ada@{DOMAIN}", Role.ADMINISTRATOR)
    member = _person("Ben Ito", f"ben.ito@{DOMAIN}", Role.MEMBER)
    if db.session.scalar(select(Connection.id).limit(1)) is None:
        for place, (name, (key, tested)) in enumerate(_EXAMPLES.items()):
            connection = _example(name, _SCENARIOS[key], ports, member if place % 2 else administrator)
            if tested:
                check_and_store(connection.id)
    else:
        _move_to(ports)
    return administrator


def _person(name: str, address: str, role: Role) -> User:
    user = db.session.scalar(select(User).where(User.address == address))
    if user is None:
        user = User(name=name, address=address, role=role, password_hash=hash_password(new_token()))
        db.session.add(user)
        db.session.commit()
    return user


def _example(name: str, scenario: Scenario, ports: Mapping[str, int], owner: User) -> Connection:
    connection = Connection(
        name=name,
        name_key=name_key(name),
        address=scenario.address,
        credential_type=CREDENTIALS,
        host=scenario.host,
        port=ports[scenario.port_name],
        security=scenario.security.value,
        user=scenario.login,
        owner_id=owner.id,
    )
    db.session.add(connection)
    db.session.flush()
    connection.sealed_password = secret_box().encrypt(scenario.password, "connection", connection.id, "sealed_password")
    db.session.commit()
    return connection


def _move_to(ports: Mapping[str, int]) -> None:
    """Follow the servers where a port was taken and another one chosen."""
    for name, (key, _) in _EXAMPLES.items():
        connection = db.session.scalar(select(Connection).where(Connection.name_key == name_key(name)))
        scenario = _SCENARIOS[key]
        if connection is not None and connection.host == scenario.host:
            connection.port = ports[scenario.port_name]
    db.session.commit()
