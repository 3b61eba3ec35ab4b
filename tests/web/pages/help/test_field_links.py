"""The very field and step a piece of help concerns leads to it."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post
from webapp.core.imap import StepName
from webapp.models import CredentialType, User
from webapp.services.providers import PROVIDERS
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK
from webapp.web.pages.help.guides import GUIDES


@pytest.fixture
def database() -> str:
    return "sqlite"


def places_on(page: str) -> set[tuple[str, str]]:
    """Return the guides and their places that a page links to."""
    return set(re.findall(r'href="/help/guides/([\w-]+)(?:#([\w-]+))?"', page))


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.credential_type.value)
def test_every_credential_type_has_its_guide(provider: object) -> None:
    assert provider.guide in GUIDES  # type: ignore[attr-defined]


def test_the_fields_of_credentials_lead_to_their_places_in_the_guide(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    found = places_on(client.get("/connections/new").get_data(as_text=True))

    assert {("credentials", place) for place in ("server", "security", "user", "password")} <= found
    for slug, place in found:
        page = client.get(f"/help/guides/{slug}")
        assert page.status_code == 200
        assert not place or f'id="{place}"' in page.get_data(as_text=True)


@pytest.mark.parametrize("kind", [GMAIL, OUTLOOK])
def test_a_credential_type_by_oauth_leads_to_its_walk(client: FlaskClient, member: User, kind: CredentialType) -> None:
    sign_in_as(client, member)

    page = post(client, "/connections/new", update_fields="1", credential_type=kind.value).get_data(as_text=True)

    assert (PROVIDERS[kind].guide, "") in places_on(page) or "not set up" in page


@pytest.mark.parametrize("step", StepName)
def test_every_step_of_a_test_has_its_place_in_the_guide(client: FlaskClient, step: StepName) -> None:
    page = client.get("/help/guides/reading-a-test").get_data(as_text=True)

    assert f'id="step-{step.value.replace("_", "-")}"' in page
