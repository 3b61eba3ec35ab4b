"""What a callback says: an error, an issuer, or nothing of use. It is quoted as text and never obeyed."""

import html
from urllib.parse import urlencode

import pytest

from tests.http_client import words
from tests.web.pages.oauth.conftest import Registrations, Rows
from tests.web.pages.oauth.sign_in_client import PEOPLE, Traveller, Trip, diagnosed
from webapp.models import Grant

SCRIPT = """<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" 'too' </pre></div>"""
MASKED = (
    "code=4/0AQSTgQFsecretsecretsecret",
    "refresh_token=1//0secretsecretsecret",
    "Bearer ya29.secretsecretsecret",
    "client_secret=GOCSPX-secretsecretsecret",
)


def come_back(trip: Trip, **said: str) -> str:
    return trip.come_back(trip.callback(**said))


@pytest.mark.parametrize(
    ("kind", "error", "slug"),
    [
        ("gmail", "access_denied", "consent-not-given"),
        ("gmail", "admin_policy_enforced", "app-blocked-by-admin"),
        ("gmail", "server_error", "server-unavailable"),
        ("outlook", "access_denied AADSTS65004: User declined to consent", "consent-not-given"),
        ("outlook", "access_denied AADSTS90094: an administrator has set a policy", "admin-consent-required"),
        ("outlook", "invalid_request AADSTS53003: Access has been blocked", "conditional-access-blocked"),
        ("outlook", "temporarily_unavailable", "server-unavailable"),
    ],
    indirect=["kind"],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_error_of_the_provider_ends_in_its_diagnosis(ben: Traveller, error: str, slug: str) -> None:
    trip = ben.leave()
    code, _, description = error.partition(" ")

    location = come_back(trip, error=code, **({"error_description": description} if description else {}))

    assert diagnosed(trip, location) == slug
    assert ben.token_calls == 0
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.leave_from(location).make())


def test_the_word_no_at_the_provider_comes_back_as_a_diagnosis(ben: Traveller) -> None:
    trip = ben.leave(name="Half typed")

    location = trip.come_back(trip.decide(decision="deny"))

    assert diagnosed(trip, location) == "consent-not-given"
    assert 'value="Half typed"' in ben.client.get(location).get_data(as_text=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["error", "error_description", "error_uri", "error_subtype", "suberror"])
def test_a_script_in_an_answer_is_a_text(ben: Traveller, name: str) -> None:
    trip = ben.leave()

    page = ben.client.get(come_back(trip, **{"error": "access_denied", name: SCRIPT}))

    markup = page.get_data(as_text=True)
    assert not any(piece in markup for piece in ("<script>alert", "<img src=x", "</pre></div>"))
    assert "&lt;script&gt;alert(1)" in markup


def test_what_looks_secret_in_an_answer_is_not_shown(ben: Traveller) -> None:
    trip = ben.leave()
    spoken = " ".join((*MASKED, trip.asked["state"], "the-code-of-this-trip"))

    page = ben.client.get(
        come_back(trip, error="access_denied", error_description=spoken, code="the-code-of-this-trip")
    )

    text = html.unescape(page.get_data(as_text=True))
    assert "access_denied" in text
    assert "secretsecret" not in text
    assert not any(secret in text for secret in (trip.asked["state"], "the-code-of-this-trip"))


@pytest.mark.parametrize(
    "spoken", ["x" * 100_000, "\0\x1b[2J\r\nSet-Cookie: a=b", "%ED%A0%80", "\u202e" * 50, "😀" * 900]
)
def test_whatever_an_answer_says_it_fits_into_page_and_database(ben: Traveller, rows: Rows, spoken: str) -> None:
    trip = ben.leave()

    location = come_back(trip, error="access_denied", error_description=spoken)

    assert diagnosed(trip, location) == "consent-not-given"
    attempt = rows.attempt(trip.key)
    assert attempt is not None
    assert len(attempt.failure) < 20_000
    assert not any(sign in ben.client.get(location).get_data(as_text=True) for sign in ("\0", "\x1b", "\u202e"))


def test_a_code_that_comes_with_an_error_is_sent_to_nobody(ben: Traveller, rows: Rows) -> None:
    trip = ben.leave()

    location = trip.come_back(f"{trip.decide()}&{urlencode({'error': 'access_denied'})}")

    assert diagnosed(trip, location) == "consent-not-given"
    assert (ben.token_calls, rows.count(Grant)) == (0, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("said", [{}, {"code": ""}, {"scope": "openid"}])
def test_an_answer_without_code_and_error_is_named_as_that(ben: Traveller, said: dict[str, str]) -> None:
    trip = ben.leave()

    location = come_back(trip, **said)

    assert "The provider sent neither a code nor an error" in words(ben.client.get(location))
    assert ben.token_calls == 0


RIGHT = {"gmail": "{base}", "outlook": "{base}/70057007-0000-4000-8000-00706f737472/v2.0"}
WRONG = ("", "https://accounts.google.com.evil.example", "{base}/v2.0", "{base}/a/b/v2.0", "{base}/\n/v2.0", "x" * 5000)


def with_issuer(path: str, issuer: str | None) -> str:
    address, _, query = path.partition("?")
    kept = [part for part in query.split("&") if not part.startswith("iss=")]
    return f"{address}?{'&'.join([*kept, *([urlencode({'iss': issuer})] if issuer is not None else [])])}"


@pytest.mark.parametrize("named", [True, False])
def test_the_issuer_may_be_named_or_not(ben: Traveller, named: bool) -> None:
    trip = ben.leave()
    issuer = RIGHT[ben.kind].format(base=ben.provider.url) if named else None

    location = trip.come_back(with_issuer(trip.decide(), issuer))

    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(location))


@pytest.mark.parametrize(("issuer", "error"), [*((issuer, "") for issuer in WRONG), (WRONG[1], "access_denied")])
def test_the_answer_of_another_issuer_is_not_believed(ben: Traveller, rows: Rows, issuer: str, error: str) -> None:
    """RFC 9207: neither its code nor its error."""
    trip = ben.leave()
    path = trip.callback(error=error, error_description="words of a stranger") if error else trip.decide()

    location = trip.come_back(with_issuer(path, issuer.format(base=ben.provider.url)))

    assert diagnosed(trip, location) == "oauth-client-misconfigured"
    assert "words of a stranger" not in words(ben.client.get(location))
    assert (ben.token_calls, rows.count(Grant)) == (0, 0)


@pytest.mark.parametrize("kind", ["gmail"], indirect=True)
def test_google_is_believed_with_and_without_its_scheme(ben: Traveller, registrations: Registrations) -> None:
    """Google's own documentation has both spellings of its issuer."""
    trip = ben.leave()
    path = with_issuer(trip.decide(), "accounts.google.com")
    registrations.move("gmail", issuer="https://accounts.google.com")

    location = trip.come_back(path)

    # On it goes to the ID token, whose issuer is the practice provider.
    assert ben.token_calls == 1
    assert "No valid verifier for this issuer" in words(ben.client.get(location))
