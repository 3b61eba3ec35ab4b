"""The practice providers, a portal that signs people in there, and the desk."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.core.oauth.servers import Server
from tests.services.providers.oauth.authorization_helper import Desk, settings_of
from webapp.practice.oauth_server.http_server import ProviderServer


@pytest.fixture(scope="session")
def running_google() -> Iterator[ProviderServer]:
    with ProviderServer.start("google") as authority:
        yield authority


@pytest.fixture(scope="session")
def running_microsoft() -> Iterator[ProviderServer]:
    with ProviderServer.start("microsoft") as authority:
        yield authority


@pytest.fixture
def google(running_google: ProviderServer) -> ProviderServer:
    """Return a provider that does not rotate refresh tokens and can revoke; it has forgotten everything before."""
    running_google.reset()
    return running_google


@pytest.fixture
def microsoft(running_microsoft: ProviderServer) -> ProviderServer:
    """Return a provider that takes each refresh token once; it has forgotten everything before."""
    running_microsoft.reset()
    return running_microsoft


@pytest.fixture
def scripted() -> Iterator[Server]:
    """Return a provider that answers as the test says."""
    with Server() as server:
        yield server


@pytest.fixture
def more_settings(google: ProviderServer, microsoft: ProviderServer) -> dict[str, object]:
    """Sign people in at the practice providers."""
    return {**settings_of(google), **settings_of(microsoft)}


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)
