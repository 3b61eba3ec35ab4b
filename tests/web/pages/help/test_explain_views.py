"""“Explain an error”: for anybody, without JavaScript; what was pasted is masked, answered and forgotten."""

import logging
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse, encode_multipart

from tests.conftest import csrf_token, sign_in_as
from tests.http_client import words
from tests.leaks import leaks, stored
from tests.web.pages.help.conftest import GMAIL_ID, OUTLOOK_ID, main_of, pages_in, see, text_of
from webapp.core.diagnosis.codes import CODES
from webapp.models import User

PATH = "/help/explain"
MFA = "AADSTS50079: Due to a configuration change made by your administrator, you must enroll in a second factor."
TOKEN = "ya29.a0AfH6SMBplantedplantedplantedplanted"


def explain(client: FlaskClient, text: str) -> TestResponse:
    """Post the form as a browser does; encoded here, since Werkzeug's client leaves large forms in an open file."""
    boundary, body = encode_multipart({"text": text, "csrf_token": csrf_token(client, PATH)})
    return client.post(PATH, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def box(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_a_stranger_reads_what_a_text_means(client: FlaskClient) -> None:
    response = explain(client, MFA)

    page = main_of(response)
    [code] = [code for code in CODES if code.code == "AADSTS50079"]
    assert response.status_code == 200
    assert "A second step of the sign-in is needed" in text_of(page)
    assert re.search(r"<mark>[^<]*50079[^<]*</mark>", page)
    assert code.meaning in text_of(page)
    assert '<section class="remedies">' in page
    assert "mfa-required" in pages_in(page)


def test_the_alternatives_are_linked(client: FlaskClient) -> None:
    page = main_of(explain(client, "535 5.7.3 AUTHENTICATE failed."))

    assert "most likely first" in page
    assert len(set(pages_in(page.partition("most likely first")[2].partition("</ol>")[0]))) > 1


@pytest.mark.parametrize(
    ("text", "client_id"),
    [
        ("Access blocked: admin_policy_enforced, accounts.google.com, imap.gmail.com", GMAIL_ID),
        ("outlook.office365.com AADSTS50105: not assigned to a role for the application", OUTLOOK_ID),
    ],
)
def test_the_values_of_this_portal_are_filled_in_for_the_provider_that_speaks(
    client: FlaskClient, text: str, client_id: str
) -> None:
    page = main_of(explain(client, text))

    assert client_id in page
    assert {GMAIL_ID, OUTLOOK_ID} - {client_id} & set(re.findall(r"[\w.-]{20,}", page)) <= {GMAIL_ID, OUTLOOK_ID} - {
        client_id
    }


def test_a_text_without_a_cause_is_not_guessed_at(client: FlaskClient) -> None:
    page = main_of(explain(client, "Something went sideways on Tuesday."))

    assert "This text names no cause that we know" in page
    assert "Technical details" in page
    assert '<section class="remedies">' not in page


def test_what_was_pasted_stands_again_with_its_secrets_masked(client: FlaskClient) -> None:
    page = main_of(explain(client, f"a1 NO [AUTHENTICATIONFAILED] failed\n  access_token={TOKEN}"))

    assert box(page).startswith("a1 NO [AUTHENTICATIONFAILED] failed\n")
    assert "•••" in box(page)


@pytest.mark.parametrize("text", [f"token {TOKEN} refused", f"AADSTS50079 {TOKEN}", f"x {TOKEN} " * 500])
def test_a_secret_in_it_comes_out_nowhere(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    caplog.set_level(logging.DEBUG)

    response = explain(client, text)

    assert leaks(response.get_data(as_text=True), str(response.headers), caplog.text, stored(app), secret=TOKEN) == []


def test_nothing_of_it_is_kept(app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    explain(client, f"a word that nobody else says: plughxyzzy {MFA}")

    assert "plughxyzzy" not in stored(app) + caplog.text
    assert "plughxyzzy" not in client.get(PATH).get_data(as_text=True)


def test_the_page_says_that_secrets_are_masked_and_nothing_is_kept(client: FlaskClient) -> None:
    page = text_of(see(client, PATH))

    assert "replaced by ••• at once" in page
    assert "kept nowhere" in page


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_nothing_pasted_is_told_at_the_field(client: FlaskClient, text: str) -> None:
    response = explain(client, text)

    assert response.status_code == 422
    assert "Paste a text first." in words(response)
    assert 'aria-invalid="true"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> AADSTS50079", "\0\x1b[31m AADSTS50079", "\ufeff漢字 AADSTS50079 \u202e"]
)
def test_nothing_pasted_becomes_markup_or_an_error(client: FlaskClient, text: str) -> None:
    response = explain(client, text)

    assert response.status_code == 200
    assert "<script>alert" not in response.get_data(as_text=True)
    assert "mfa-required" in pages_in(main_of(response))


def test_a_whole_log_of_two_megabytes_is_read(client: FlaskClient) -> None:
    line = "2026-11-27 12:00:00 INFO fetched 12 messages from INBOX, nothing to do\n"
    half = line * (1024 * 1024 // len(line) - 10)

    response = explain(client, f"{half}{MFA}\n{half}")

    page = main_of(response)
    assert response.status_code == 200
    assert "mfa-required" in pages_in(page)
    assert "this is the part of it that says most" in page
    assert len(box(page)) <= 4_000


def test_more_than_that_is_refused_with_a_sentence(client: FlaskClient) -> None:
    response = explain(client, "x" * (2 * 1024 * 1024 + 64 * 1024))

    assert response.status_code == 413
    assert "That is too much at once" in words(response)


def test_other_forms_take_no_more_than_before(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    response = client.post("/account", data={"present": "x" * 300_000, "csrf_token": csrf_token(client, "/account")})

    assert response.status_code == 413


@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_form_without_its_token_is_refused_where_it_is(client: FlaskClient, token: str) -> None:
    response = client.post(PATH, data={"text": MFA, "csrf_token": token})

    assert response.status_code == 400
    assert "This page has been open for too long" in words(response)


def test_who_explains_very_much_has_to_wait(client: FlaskClient) -> None:
    token = csrf_token(client, PATH)
    answers = [client.post(PATH, data={"text": "x", "csrf_token": token}) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "The pages of help stay open" in words(answers[-1])
    assert client.get(PATH).status_code == 200


def test_who_is_signed_in_explains_as_well(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    assert "mfa-required" in pages_in(main_of(explain(client, MFA)))
