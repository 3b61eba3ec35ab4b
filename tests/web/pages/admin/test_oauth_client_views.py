"""The set-up of Google and Microsoft by an administrator: who may, what is kept, what wins, what a check says."""

import html
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import csrf_token, sign_in_as
from tests.core.oauth.servers import Request, Server, answers, http
from tests.http_client import HOSTILE_TEXTS, post, words
from tests.leaks import SECRET, leaks, stored
from webapp.config.provider_settings import ImapServer
from webapp.core.imap import Security
from webapp.models import Connection, CredentialType, Grant, OAuthClientSetting, User, db
from webapp.practice.provider_overrides import PracticeOAuth
from webapp.security.secret_box import SecretBox
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.oauth.client_registration import effective_client, effective_endpoints
from webapp.services.providers.outlook import OUTLOOK, microsoft
from webapp.web.pages.admin import oauth_client_page

GMAIL_PAGE, OUTLOOK_PAGE = "/administration/oauth/gmail", "/administration/oauth/outlook"
GOOGLE_ID, GUID = "1234567890-abc.apps.googleusercontent.com", "5f2c1d7e-0a41-4b5c-9d55-3f0d2c1b7a90"
# What providers issue has no blank in it, and the planted secret has one.
PASTED = SECRET.replace(" ", "")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture
def provider() -> Iterator[Server]:
    """Return a token endpoint that knows every client and refuses every token."""
    with Server() as running:
        running.behaviour = answers({"error": "invalid_grant"}, status="400 Bad Request")
        yield running


@pytest.fixture
def fixed() -> dict[str, object]:
    """Fix nothing by the environment; tests parametrize it."""
    return {}


@pytest.fixture
def more_settings(provider: Server, fixed: dict[str, object]) -> dict[str, object]:
    endpoint = provider.url("token")
    return {"gmail_token_endpoint": endpoint, "outlook_token_endpoint": endpoint, **fixed}


@pytest.fixture(autouse=True)
def _signed_in(client: FlaskClient, administrator: User, more_settings: dict[str, object]) -> None:
    """Sign in; names `more_settings`, which the portal only looks up, so that `fixed` can be parametrized."""
    sign_in_as(client, administrator)


def save(client: FlaskClient, path: str = GMAIL_PAGE, **fields: str) -> Any:
    """Save a registration, complete unless said otherwise."""
    client_id = GUID if path == OUTLOOK_PAGE else GOOGLE_ID
    return post(client, path, **{"client_id": client_id, "client_secret": PASTED, **fields})


def check(client: FlaskClient, path: str = GMAIL_PAGE, *, htmx: bool = True, **fields: str) -> Any:
    """Press Check set-up."""
    data = {"client_id": GOOGLE_ID, "client_secret": PASTED, **fields, "csrf_token": csrf_token(client, path)}
    return client.post(f"{path}/check", data=data, headers=HTMX if htmx else {})


def in_force(app: Flask, kind: CredentialType = GMAIL) -> tuple[str, str]:
    with app.test_request_context():
        found = effective_client(kind)
        return found.client_id, found.client_secret


def connect(app: Flask, how_many: int, client_id: str = GOOGLE_ID) -> None:
    """Store connections that a person has signed in for through a client ID, two to a grant."""
    with app.app_context():
        for number in range(how_many):
            if number % 2 == 0:
                grant = Grant(
                    credential_type=GMAIL,
                    client_id=client_id,
                    subject=str(number),
                    account=f"a{number}@example.com",
                )
                db.session.add(grant)
                db.session.flush()
            name = f"{client_id} {number}"
            db.session.add(
                Connection(
                    name=name,
                    name_key=name,
                    address="a@example.com",
                    credential_type=GMAIL,
                    grant_id=grant.id,
                )
            )
        db.session.commit()


# Who may


@pytest.mark.parametrize("path", [GMAIL_PAGE, OUTLOOK_PAGE])
def test_members_are_kept_out(app: Flask, member: User, path: str) -> None:
    browser = app.test_client()
    sign_in_as(browser, member)

    sent = [post(browser, f"{path}{action}", page="/account", client_id="x") for action in ("", "/check", "/remove")]

    assert [answer.status_code for answer in (browser.get(path), *sent)] == [403] * 4


def test_a_provider_that_is_none_has_no_page(client: FlaskClient) -> None:
    assert client.get("/administration/oauth/yahoo").status_code == 404


def test_the_administration_leads_to_both_pages(client: FlaskClient) -> None:
    page = client.get("/administration/people").get_data(as_text=True)

    assert f'href="{GMAIL_PAGE}"' in page
    assert f'href="{OUTLOOK_PAGE}"' in page


# What the page says


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        (GMAIL_PAGE, ["/oauth/gmail/callback", "https://mail.google.com/", "Google Auth Platform", "Web application"]),
        (
            OUTLOOK_PAGE,
            ["/oauth/outlook/callback", "IMAP.AccessAsUser.All", "platform Web", "Office 365 Exchange Online", "Value"],
        ),
    ],
)
def test_a_page_has_the_steps_and_what_to_copy(client: FlaskClient, path: str, texts: list[str]) -> None:
    page = words(client.get(path))

    assert "Not set up" in page
    assert [text for text in texts if text not in page] == []


@pytest.mark.parametrize("fixed", [{"base_url": "http://192.0.2.7"}])
def test_an_address_that_google_does_not_take_is_said(client: FlaskClient) -> None:
    page = words(client.get(GMAIL_PAGE))

    assert "Google will not accept http://192.0.2.7/oauth/gmail/callback" in page
    assert "no bare IP address" in page


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2027, 4, 1), ""),
        (date(2027, 3, 31), "ends in 30 days, on 31 March 2027"),
        (date(2027, 3, 2), "ends in 1 day, on 2 March 2027"),
        (date(2027, 3, 1), "ends today"),
        (date(2027, 2, 28), "last day was 28 February 2027"),
    ],
)
def test_the_page_warns_before_the_secret_ends(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, day: date, says: str
) -> None:
    monkeypatch.setattr(oauth_client_page, "utcnow", lambda: datetime(2027, 3, 1, 12, tzinfo=UTC))
    save(client, OUTLOOK_PAGE, secret_expires_on=day.isoformat())

    page = words(client.get(OUTLOOK_PAGE))

    assert says in page if says else "The client secret" not in page


@pytest.mark.parametrize(
    ("tenant", "starts"),
    [
        ("", "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id="),
        ("common", "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id="),
        ("Contoso.example", "https://login.microsoftonline.com/contoso.example/v2.0/adminconsent?client_id="),
        ("consumers", ""),
    ],
)
def test_microsoft_has_a_link_for_the_organisations_administrator(
    client: FlaskClient, tenant: str, starts: str
) -> None:
    save(client, OUTLOOK_PAGE, tenant=tenant)

    page = html.unescape(client.get(OUTLOOK_PAGE).get_data(as_text=True))

    if starts:
        assert f'value="{starts}{GUID}' in page
        assert f'href="{starts}{GUID}' in page
    else:
        assert "adminconsent" not in page


# What is kept


def test_what_is_saved_is_in_force(app: Flask, client: FlaskClient) -> None:
    answer = save(client, client_id=f"  {GOOGLE_ID} ", client_secret=f" {PASTED}\n")

    assert (answer.status_code, answer.headers["Location"]) == (303, GMAIL_PAGE)
    assert in_force(app) == (GOOGLE_ID, PASTED)
    assert "Gmail OAuth2 Set up" in words(client.get(GMAIL_PAGE))


def test_the_secret_is_in_no_page_no_log_and_not_in_the_database(
    app: Flask, client: FlaskClient, provider: Server, caplog: pytest.LogCaptureFixture
) -> None:
    echo = {"error": "invalid_client", "error_description": f"{PASTED} is wrong"}
    provider.behaviour = answers(echo, status="401 Unauthorized")

    pages = [
        save(client, tenant="a b", path=OUTLOOK_PAGE),
        save(client),
        client.get(GMAIL_PAGE),
        check(client),
        check(client, htmx=False),
        check(client, client_secret=""),
        check(client, client_id="has a blank", htmx=False),
    ]

    assert [page.status_code for page in pages] == [422, 303, 200, 200, 200, 200, 422]
    texts = [page.get_data(as_text=True) for page in pages]
    assert leaks(*texts, caplog.text, stored(app), secret=PASTED) == []
    assert 'name="client_secret" spellcheck="false" type="password" value=""' in texts[-1]


def test_an_empty_secret_keeps_the_stored_one(app: Flask, client: FlaskClient) -> None:
    save(client, OUTLOOK_PAGE)

    save(client, OUTLOOK_PAGE, client_secret="", tenant="common", secret_expires_on="2027-03-31")

    assert in_force(app, OUTLOOK) == (GUID, PASTED)
    with app.app_context():
        row = db.session.scalars(select(OAuthClientSetting)).one()
        assert (row.tenant, row.secret_expires_on) == ("common", date(2027, 3, 31))


@pytest.mark.parametrize("act", [save, check])
def test_another_client_id_wants_its_own_secret(app: Flask, client: FlaskClient, provider: Server, act: Any) -> None:
    save(client)

    answer = act(client, client_id="other.apps.googleusercontent.com", client_secret="")

    assert answer.status_code == 422
    assert "The stored secret belongs to another client ID." in words(answer)
    assert provider.requests == []
    assert in_force(app) == (GOOGLE_ID, PASTED)


def test_a_secret_that_cannot_be_opened_is_pasted_once_more(app: Flask, client: FlaskClient) -> None:
    save(client)
    app.extensions["postroom.secret_box"] = SecretBox({"other": bytes(32)})

    page = client.get(GMAIL_PAGE)
    assert page.status_code == 200
    assert "The stored client secret cannot be opened." in words(page)
    assert refused_at("client_secret", save(client, client_secret=""))

    save(client)
    assert in_force(app) == (GOOGLE_ID, PASTED)


def test_another_client_id_says_how_many_connections_it_costs(app: Flask, client: FlaskClient) -> None:
    save(client)
    connect(app, 3)
    before = words(client.get(GMAIL_PAGE))

    save(client, client_id="other.apps.googleusercontent.com", client_secret="GOCSPX-other")
    after = words(client.get(GMAIL_PAGE))

    assert "3 connections use it" in before
    assert "With another client ID, 3 connections will have to be reconnected." in before
    assert "To be reconnected with the new client ID: 3 connections." in after
    assert "3 connections were connected through another client ID" in after
    assert in_force(app) == ("other.apps.googleusercontent.com", "GOCSPX-other")


def test_a_new_secret_of_the_same_client_id_costs_nothing(app: Flask, client: FlaskClient) -> None:
    save(client)
    connect(app, 1)

    save(client, client_secret="GOCSPX-other")

    page = words(client.get(GMAIL_PAGE))
    assert "1 connection uses it" in page
    assert "To be reconnected" not in page
    assert in_force(app) == (GOOGLE_ID, "GOCSPX-other")


def test_what_is_removed_is_gone(app: Flask, client: FlaskClient) -> None:
    save(client)

    first, again = (
        post(client, f"{GMAIL_PAGE}/remove", page=GMAIL_PAGE),
        post(client, f"{GMAIL_PAGE}/remove", page="/account"),
    )

    assert (first.status_code, again.status_code) == (303, 303)
    assert in_force(app) == ("", "")
    assert "Not set up" in words(client.get(GMAIL_PAGE))


# What is refused


def refused_at(field: str, answer: Any) -> bool:
    """Return whether a page was refused, with words beside this field."""
    return answer.status_code == 422 and f'id="{field}-error"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("field", ["client_id", "client_secret"])
def test_hostile_text_is_refused_at_its_field(app: Flask, client: FlaskClient, field: str) -> None:
    found = {name: save(client, **{field: text}) for name, text in HOSTILE_TEXTS.items()}

    assert [name for name, answer in found.items() if not refused_at(field, answer)] == []
    assert in_force(app) == ("", "")


@pytest.mark.parametrize("field", ["tenant", "secret_expires_on"])
def test_hostile_text_about_microsoft_is_refused_at_its_field(client: FlaskClient, field: str) -> None:
    texts = {name: text for name, text in HOSTILE_TEXTS.items() if text.strip()}

    found = {name: save(client, OUTLOOK_PAGE, **{field: text}) for name, text in texts.items()}

    assert [name for name, answer in found.items() if not refused_at(field, answer)] == []


def test_a_tenant_stays_one_part_of_an_address(client: FlaskClient) -> None:
    tenants = ["contoso/../common", "a..b", "https://contoso.example", "{tenantid}", "münchen.de"]

    found = {tenant: save(client, OUTLOOK_PAGE, tenant=tenant) for tenant in tenants}

    assert [tenant for tenant, answer in found.items() if not refused_at("tenant", answer)] == []
    assert "Use organizations, common, consumers" in words(found["a..b"])


def test_a_day_is_written_in_one_way(client: FlaskClient) -> None:
    days = ["31.3.2027", "2027-02-30", "soon"]

    found = {day: save(client, OUTLOOK_PAGE, secret_expires_on=day) for day in days}

    assert [day for day, answer in found.items() if not refused_at("secret_expires_on", answer)] == []
    assert "Write the day as in 2027-03-31." in words(found["soon"])


def test_a_refused_page_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = save(client, OUTLOOK_PAGE, client_id="<b>typed", tenant="a b", secret_expires_on="2027-03-31")

    page = answer.get_data(as_text=True)
    assert 'value="&lt;b&gt;typed"' in page
    assert 'value="a b"' in page
    assert 'value="2027-03-31"' in page


def test_a_slip_is_pointed_out_and_saved_all_the_same(app: Flask, client: FlaskClient) -> None:
    save(client, OUTLOOK_PAGE, client_id="postroom", client_secret=GUID)

    page = words(client.get(OUTLOOK_PAGE))
    assert "Is this the registration's name?" in page
    assert "This looks like the Secret ID." in page
    assert in_force(app, OUTLOOK) == ("postroom", GUID)


# What wins


@pytest.mark.parametrize(
    "fixed", [{"gmail_client_id": "env.apps.googleusercontent.com", "gmail_client_secret": "env-s"}]
)
def test_the_environment_wins_and_the_page_says_so(app: Flask, client: FlaskClient, provider: Server) -> None:
    page = words(client.get(GMAIL_PAGE))
    saved, checked = save(client), check(client)

    assert "Set by the environment" in page
    assert "Set by POSTROOM_GMAIL_CLIENT_ID , which wins over this page." in page
    assert "Set by POSTROOM_GMAIL_CLIENT_SECRET , which wins over this page." in page
    assert "env-s" not in page
    assert saved.status_code == 422
    assert in_force(app) == ("env.apps.googleusercontent.com", "env-s")
    assert "Google knows this client ID and secret" in words(checked)
    assert provider.requests[0].form["client_id"] == "env.apps.googleusercontent.com"


@pytest.mark.parametrize("fixed", [{"outlook_client_id": GUID}])
def test_what_the_environment_leaves_open_is_set_on_the_page(app: Flask, client: FlaskClient) -> None:
    save(client, OUTLOOK_PAGE, client_id="typed-all-the-same", tenant="common")

    assert in_force(app, OUTLOOK) == (GUID, PASTED)
    assert "Partly set by the environment" in words(client.get(OUTLOOK_PAGE))


@pytest.mark.parametrize("fixed", [{"gmail_client_id": "new.apps.googleusercontent.com"}])
def test_a_secret_that_was_saved_for_another_client_id_is_pointed_out(app: Flask, client: FlaskClient) -> None:
    save(client)
    with app.app_context():
        db.session.scalars(select(OAuthClientSetting)).one().client_id = GOOGLE_ID
        db.session.commit()

    assert "The stored secret was saved for another client ID." in words(client.get(GMAIL_PAGE))
    assert "belongs to another client ID" in words(check(client, client_secret=""))


def test_practice_mode_fixes_everything(app: Flask, client: FlaskClient, provider: Server) -> None:
    override = PracticeOAuth(
        endpoints=microsoft("practice"),
        client_id="practice-client",
        client_secret=PASTED,
        tenant="practice",
        imap_server=ImapServer("imap.example.com", 993, Security.TLS),
    )
    app.extensions["postroom.practice"] = SimpleNamespace(oauth_overrides=lambda: {OUTLOOK: override})

    answer = client.get(OUTLOOK_PAGE)

    page = words(answer)
    assert page.count("Practice mode sets it.") == 3
    assert ">Save<" not in answer.get_data(as_text=True)
    assert "Not set up" not in page


# What a check says


REFUSALS = {
    "unknown client": (
        GMAIL_PAGE,
        {"error": "invalid_client", "error_description": "The OAuth client was not found."},
        "client-unknown",
        "The provider does not know the portal's client ID",
    ),
    "wrong secret": (
        GMAIL_PAGE,
        {"error": "invalid_client", "error_description": "Unauthorized"},
        "client-secret-wrong",
        "The portal's client secret is wrong",
    ),
    "expired secret": (
        OUTLOOK_PAGE,
        {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys are expired."},
        "client-secret-expired",
        "The portal's client secret has expired",
    ),
    "wrong tenant": (
        OUTLOOK_PAGE,
        {"error": "invalid_request", "error_description": "AADSTS90002: Tenant 'contoso' not found."},
        "wrong-tenant",
        "The sign-in went to the wrong organisation",
    ),
}


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "plain"])
@pytest.mark.parametrize(("path", "said", "slug", "verdict"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_diagnosed_on_the_page(
    client: FlaskClient, provider: Server, path: str, said: dict[str, str], slug: str, verdict: str, htmx: bool
) -> None:
    provider.behaviour = answers(said, status="400 Bad Request")

    answer = check(client, path, client_id=GUID, htmx=htmx)

    page = words(answer)
    assert answer.status_code == 200
    assert verdict in page
    assert "What to do" in page
    assert f"Diagnosis {slug}" in page
    assert said["error_description"] in page
    assert ("<html" in answer.get_data(as_text=True)) is not htmx


@pytest.mark.parametrize(("path", "company"), [(GMAIL_PAGE, "Google"), (OUTLOOK_PAGE, "Microsoft")])
def test_a_provider_that_refuses_only_the_invented_token_knows_the_client(
    client: FlaskClient, provider: Server, path: str, company: str
) -> None:
    answer = check(client, path, client_id=GUID)

    assert f"{company} knows this client ID and secret" in words(answer)
    assert "Not saved yet." in words(answer)
    sent = provider.requests[0].form
    assert (sent["client_id"], sent["client_secret"]) == (GUID, PASTED)


@pytest.mark.parametrize(
    "down", [answers(status="503 Service Unavailable"), answers(b"<title>Proxy</title>"), answers({"x": 1})]
)
def test_a_provider_that_is_down_proves_nothing(client: FlaskClient, provider: Server, down: Any) -> None:
    provider.behaviour = down

    page = words(check(client))

    assert "Google could not be asked" in page
    assert "they may well be right" in page


def test_a_provider_that_cannot_be_reached_proves_nothing(client: FlaskClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = client.application.extensions["postroom.settings"]
    client.application.extensions["postroom.settings"] = settings.model_copy(
        update={"gmail_token_endpoint": f"http://127.0.0.1:{port}/token"}
    )

    page = words(check(client))

    assert "Google could not be asked" in page
    assert "Diagnosis connection-refused" in page


def test_the_stored_secret_is_checked_where_none_is_typed(client: FlaskClient, provider: Server) -> None:
    save(client)

    page = words(check(client, client_secret=""))

    assert provider.requests[0].form["client_secret"] == PASTED
    assert "Not saved yet." not in page


def test_a_check_stores_nothing(app: Flask, client: FlaskClient) -> None:
    save(client)
    before = in_force(app)

    check(client, client_id="other.apps.googleusercontent.com", client_secret="GOCSPX-other")

    assert in_force(app) == before


def test_a_check_without_javascript_keeps_what_was_typed_but_the_secret(client: FlaskClient) -> None:
    answer = check(client, OUTLOOK_PAGE, client_id=GUID, tenant="contoso.example", htmx=False)

    page = answer.get_data(as_text=True)
    assert f'value="{GUID}"' in page
    assert 'value="contoso.example"' in page
    assert "Paste the secret once more" in words(answer)
    assert leaks(page, secret=PASTED) == []


def test_the_database_is_free_while_the_provider_is_waited_for(
    app: Flask, client: FlaskClient, provider: Server
) -> None:
    in_use: list[int] = []
    with app.app_context():
        pool: Any = db.engine.pool

    def note(sock: socket.socket, _: Request) -> None:
        in_use.append(pool.checkedout())
        sock.sendall(http({"error": "invalid_grant"}, status="400 Bad Request"))

    provider.behaviour = note
    check(client)

    assert in_use == [0]


def test_a_form_that_cannot_be_checked_says_why_in_place(client: FlaskClient, provider: Server) -> None:
    answer = check(client, client_id="", client_secret="")

    assert answer.status_code == 422
    assert "2 things to mend" in words(answer)
    assert "<html" not in answer.get_data(as_text=True)
    assert provider.requests == []


def test_a_typed_tenant_moves_microsofts_endpoints_but_not_those_set_from_outside(app: Flask, provider: Server) -> None:
    with app.test_request_context():
        moved = effective_endpoints(OUTLOOK, "contoso.example")

    assert moved.authorization == microsoft("contoso.example").authorization
    assert moved.token == provider.url("token")
