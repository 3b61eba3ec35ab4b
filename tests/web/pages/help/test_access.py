"""Help is for everybody: a stranger reads all of it, nothing on it is secret, and a setting closes it."""

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post
from tests.leaks import leaks
from tests.web.pages.help.conftest import GMAIL_ID, SECRETS, main_of, see, text_of
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.models import Connection, OAuthClientSetting, User, db
from webapp.services.providers.credentials import CREDENTIALS
from webapp.services.providers.gmail import GMAIL
from webapp.web.pages.help.guides import GUIDES

PAGES = (
    "/help/",
    "/help/codes",
    "/help/explain",
    "/help/search?q=app+blocked",
    *(f"/help/guides/{slug}" for slug in GUIDES),
    *(f"/help/problems/{slug}?for={key}" for slug in PROBLEMS for key in ("", "gmail", "outlook")),
)


def nav_of(page: str) -> str:
    return text_of(page.partition('<nav aria-label="Main">')[2].partition("</nav>")[0])


def test_a_stranger_reads_every_page(client: FlaskClient) -> None:
    assert {path: client.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)


def test_a_stranger_has_the_way_to_help_and_the_way_in_and_no_other(client: FlaskClient) -> None:
    page = client.get("/help/").get_data(as_text=True)

    assert nav_of(page) == "Postroom Help Sign in"
    assert 'href="/help/" aria-current="page"' in page


def test_who_is_signed_in_keeps_the_own_way_around(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    assert nav_of(client.get("/help/codes").get_data(as_text=True)).startswith("Postroom Connections Help")


@pytest.mark.parametrize("path", ["/sign-in", "/join/unknown"])
def test_who_has_not_got_in_yet_finds_help(client: FlaskClient, path: str) -> None:
    assert 'href="/help/"' in client.get(path).get_data(as_text=True)


class TestClosed:
    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"help_public": False}

    @pytest.mark.parametrize("path", ["/sign-in", "/join/unknown"])
    def test_closed_help_is_not_offered_to_strangers(self, client: FlaskClient, path: str) -> None:
        assert 'href="/help/"' not in client.get(path).get_data(as_text=True)

    def test_every_page_leads_to_the_sign_in_and_back(self, client: FlaskClient) -> None:
        led = {path: client.get(path).headers.get("Location") for path in PAGES}

        assert led == {path: f"/sign-in?next={quote(path, safe='/?')}" for path in PAGES}

    def test_nothing_is_explained_to_strangers(self, client: FlaskClient) -> None:
        response = client.post("/help/explain", data={"text": "AADSTS50079"})

        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in")

    def test_who_is_signed_in_explains_a_text(self, client: FlaskClient, member: User) -> None:
        sign_in_as(client, member)

        response = post(client, "/help/explain", text="AADSTS50079")

        assert response.status_code == 200
        assert "A second step of the sign-in is needed" in text_of(main_of(response))

    def test_who_is_signed_in_reads_every_page(self, client: FlaskClient, member: User) -> None:
        sign_in_as(client, member)

        assert {client.get(path).status_code for path in PAGES} == {200}


def test_nothing_on_any_page_is_secret(app: Flask, client: FlaskClient, member: User) -> None:
    with app.app_context():
        db.session.add(
            Connection(
                owner_id=member.id,
                name="Plughxyzzy invoices",
                name_key="plughxyzzy invoices",
                address="plughxyzzy@example.org",
                credential_type=CREDENTIALS,
                host="imap.plughxyzzy.example.org",
                port=993,
                user="plughxyzzy",
            )
        )
        db.session.commit()

    pages = [client.get(path).get_data(as_text=True) for path in PAGES]

    assert [leak for secret in SECRETS.values() for leak in leaks(*pages, secret=secret)] == []
    assert not any(word in page for page in pages for word in ("plughxyzzy", "Plughxyzzy", member.address))


class TestWithAClientSecretThatCannotBeOpened:
    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {}

    def test_help_works_and_knows_the_client_id(self, app: Flask, client: FlaskClient) -> None:
        with app.app_context():
            db.session.add(OAuthClientSetting(credential_type=GMAIL, client_id=GMAIL_ID, sealed_secret="v1.gone.AAAA"))
            db.session.commit()

        assert {client.get(path).status_code for path in PAGES} == {200}
        assert GMAIL_ID in see(client, "/help/problems/client-unknown?for=gmail")
