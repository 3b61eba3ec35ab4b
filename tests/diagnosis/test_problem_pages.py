"""Every problem has its words: a verdict, a cause, and a remedy by whoever acts first."""

import html
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from webapp.connections.verdict import Facts
from webapp.diagnosis.catalogue import PROBLEMS
from webapp.diagnosis.problem import Who

TEMPLATES = Path(__file__).parents[2] / "templates"
CLASSES = {Who.USER: "who-you", Who.ADMIN: "who-admin", Who.OPERATOR: "who-operator", Who.WAIT: "who-wait"}
TAGS = ("section", "ol", "ul", "li", "p", "span", "code", "h2", "h3", "a", "em", "details", "textarea", "button")
GOOGLE_S = r"Google Auth Platform|Admin console|admin\.google\.com"
MICROSOFT_S = r"Entra admin center|Exchange admin center|Microsoft 365|Get-CASMailbox"
BY_PROVIDER = (
    "app-blocked-by-admin",
    "redirect-uri-mismatch",
    "client-unknown",
    "client-secret-wrong",
    "oauth-client-misconfigured",
    "scope-missing",
    "session-policy-expiry",
    "oauth-token-rejected",
    "license-or-mailbox-missing",
    "imap-disabled",
)
WITH_MESSAGE = (
    "admin-consent-required",
    "app-blocked-by-admin",
    "conditional-access-blocked",
    "session-policy-expiry",
    "license-or-mailbox-missing",
    "mailbox-access-denied",
)
GMAIL = Facts(
    provider="gmail",
    host="imap.gmail.com",
    user="ann@example.com",
    address="ann@example.com",
    client_id="12-ab.apps.googleusercontent.com",
    redirect_uri="https://portal.example.com/oauth/gmail/callback",
    scopes="openid email https://mail.google.com/",
    reconnect_url="/connections/7",
)
OUTLOOK = Facts(
    provider="outlook",
    host="outlook.office365.com",
    user="ann@example.com",
    address="ann@example.com",
    client_id="00000000-1111-2222-3333-444444444444",
    redirect_uri="https://portal.example.com/oauth/outlook/callback",
    scopes="openid offline_access https://outlook.office.com/IMAP.AccessAsUser.All",
    tenant="organizations",
    admin_consent_url="https://login.example.com/adminconsent?client_id=1&scope=x",
    reconnect_url="/connections/7",
)
SHARED = replace(OUTLOOK, user="info@example.com", account="ann@example.com")
FIELDS = {"address", "password", "host", "port", "security", "user"}


class NoFacts:
    """What a page knows when nothing was tried: every fact is empty."""

    def __getattr__(self, name: str) -> str:
        return ""


class SomeFacts(NoFacts):
    """What a page knows after a test, with markup in every place that a person could have typed it."""

    def __getattr__(self, name: str) -> str:
        return f"<{name}>"


def rendered(slug: str, facts: object | None = None, **context: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["problem_link"] = lambda other: Markup('<a href="#{}">{}</a>').format(
        other, PROBLEMS[other].verdict
    )
    return environment.get_template(f"help/problems/{slug}.html").render(facts=facts or NoFacts(), **context)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_gives_the_cause_and_a_remedy_by_whoever_acts_first(slug: str) -> None:
    page = rendered(slug)

    assert '<section class="why">' in page
    assert "<ol>" in page
    assert f'<span class="who {CLASSES[PROBLEMS[slug].who]}">' in page


@pytest.mark.parametrize("slug", PROBLEMS)
def test_only_the_full_page_goes_on_to_more(slug: str) -> None:
    assert "How you know that it is mended" not in rendered(slug)
    assert "How you know that it is mended" in rendered(slug, full_page=True)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_never_lets_typed_markup_through(slug: str) -> None:
    page = rendered(slug, SomeFacts(), full_page=True)

    assert not re.search(rf"<({'|'.join(field.name for field in fields(Facts))})>", page)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_is_well_formed_whatever_is_known(slug: str) -> None:
    for facts in (NoFacts(), SomeFacts(), GMAIL, OUTLOOK, SHARED):
        page = rendered(slug, facts, full_page=True, heading="h2")

        for tag in TAGS:
            assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag
        assert "  ," not in page
        assert " ." not in page


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_leaves_no_gaps_and_no_empty_elements(slug: str) -> None:
    for facts in (NoFacts(), GMAIL, OUTLOOK, SHARED):
        page = rendered(slug, facts, full_page=True)

        text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())
        assert not re.search(r" [,;:.)](?= |$)|[,;][A-Za-z]", text)
        assert not re.search(r"<(ol|ul|li|p|code)>\s*</", page)
        assert not re.search(r'href=""|\(\)', page)


@pytest.mark.parametrize("slug", BY_PROVIDER)
def test_a_page_names_only_the_consoles_of_its_provider(slug: str) -> None:
    gmail, outlook, neither = (rendered(slug, facts) for facts in (GMAIL, OUTLOOK, NoFacts()))

    assert re.search(GOOGLE_S, neither)
    assert re.search(MICROSOFT_S, neither)
    assert re.search(GOOGLE_S, gmail)
    assert not re.search(MICROSOFT_S, gmail)
    assert re.search(MICROSOFT_S, outlook)
    assert not re.search(GOOGLE_S, outlook)


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        ("admin-consent-required", OUTLOOK),
        ("app-blocked-by-admin", GMAIL),
        ("app-blocked-by-admin", OUTLOOK),
        ("oauth-app-audience", GMAIL),
        ("client-unknown", GMAIL),
        ("client-unknown", OUTLOOK),
        ("client-secret-wrong", GMAIL),
        ("client-secret-wrong", OUTLOOK),
        ("client-secret-expired", OUTLOOK),
        ("oauth-client-misconfigured", OUTLOOK),
        ("scope-missing", GMAIL),
        ("scope-missing", OUTLOOK),
        ("conditional-access-blocked", OUTLOOK),
        ("session-policy-expiry", OUTLOOK),
        ("oauth-token-rejected", GMAIL),
    ],
)
def test_who_looks_for_the_portal_in_a_console_can_copy_its_client_id(slug: str, facts: Facts) -> None:
    assert f"<code>{facts.client_id}</code>" in rendered(slug, facts)


@pytest.mark.parametrize("slug", ["redirect-uri-mismatch", "oauth-client-misconfigured"])
def test_the_return_address_can_be_copied(slug: str) -> None:
    assert f"<code>{OUTLOOK.redirect_uri}</code>" in rendered(slug, OUTLOOK)


@pytest.mark.parametrize("slug", ["admin-consent-required", "client-unknown"])
def test_an_administrator_approves_by_one_link(slug: str) -> None:
    assert 'href="https://login.example.com/adminconsent?client_id=1&amp;scope=x"' in rendered(slug, OUTLOOK)


@pytest.mark.parametrize(
    "slug", ["mfa-required", "reconnect-required", "session-policy-expiry", "scope-missing", "oauth-token-rejected"]
)
def test_who_has_to_sign_in_again_gets_there_by_one_link(slug: str) -> None:
    first = rendered(slug, OUTLOOK).partition("<ol>")[2].partition("</li>")[0]

    assert '<span class="who who-you">' in first
    assert 'href="/connections/7"' in first


def test_a_second_step_that_has_to_be_set_up_first_is_explained() -> None:
    page = rendered("mfa-required", OUTLOOK)

    assert 'href="https://aka.ms/mfasetup"' in page
    assert 'href="https://mysignins.microsoft.com/security-info"' in page
    assert "AADSTS50079" in page
    assert "Temporary Access Pass" in page.partition("who-admin")[2]


def test_an_unticked_box_is_told_apart_from_a_registration_without_the_permission() -> None:
    unticked = rendered("scope-missing", replace(GMAIL, who="user", account="ann@example.com"))

    assert "ann@example.com signed in and gave its address, but not the mail" in unticked
    assert "gave its address" not in rendered("scope-missing", replace(GMAIL, who="operator"))


def test_a_portal_that_is_not_set_up_is_told_apart_from_an_unknown_client_id() -> None:
    page = rendered("client-unknown", replace(OUTLOOK, client_id=""))

    assert "has not been done yet" in page
    assert "Application (client) ID" not in page


def test_a_personal_google_account_is_shown_two_ways_out() -> None:
    page = rendered("personal-account-unsupported", replace(GMAIL, account="ann@gmail.com"))

    assert "ann@gmail.com is a personal Google account" in page
    assert 'href="https://myaccount.google.com/apppasswords"' in page
    assert "Add a forwarding address" in page


def test_wrong_account_names_both_addresses() -> None:
    page = rendered("wrong-account", replace(GMAIL, account="bob@example.com"))

    assert "bob@example.com signed in, and the mailbox is ann@example.com" in page


@pytest.mark.parametrize("slug", ["wrong-account", "mailbox-access-denied"])
def test_a_shared_mailbox_is_not_mistaken_for_the_address_of_its_reader(slug: str) -> None:
    page = rendered(slug, SHARED)

    assert "Add-MailboxPermission -Identity info@example.com -User ann@example.com -AccessRights FullAccess" in page
    assert "choose info@example.com" not in page


def test_an_account_that_is_the_mailbox_s_own_is_not_asked_for_again() -> None:
    own = "with exactly the mailbox's own"

    assert own in rendered("oauth-token-rejected")
    assert own in rendered("oauth-token-rejected", SHARED)
    assert own not in rendered("oauth-token-rejected", replace(OUTLOOK, account="ann@example.com"))


@pytest.mark.parametrize("slug", WITH_MESSAGE)
@pytest.mark.parametrize("facts", [NoFacts(), GMAIL, OUTLOOK, SHARED], ids=["nothing", "gmail", "outlook", "shared"])
def test_a_message_for_the_administrator_can_be_sent_as_it_is(slug: str, facts: Facts) -> None:
    page = rendered(slug, facts)
    [text] = re.findall(
        rf'<textarea id="message-{slug}" aria-label="[^"]+" readonly rows="10">(.*?)</textarea>', page, re.S
    )

    assert f'data-copy="#message-{slug}"' in page
    assert text == text.strip()
    assert not re.search(r"^ | $|\n\n\n", text, re.MULTILINE)
    assert "<" not in text
    assert not facts.client_id or "client" not in text.lower() or facts.client_id in text


def test_a_page_without_a_message_for_anybody_has_none() -> None:
    assert {slug for slug in PROBLEMS if "<textarea" in rendered(slug)} == set(WITH_MESSAGE)


def test_headings_follow_the_page() -> None:
    assert "<h2>Why</h2>" in rendered("wrong-password", heading="h2")
    assert "<h3>Why</h3>" in rendered("wrong-password")


def test_a_page_names_the_server_that_was_tried() -> None:
    class Facts(NoFacts):
        host = "imap.example.com"

    assert "imap.example.com" in rendered("connection-timeout", Facts())


def test_every_page_belongs_to_a_problem() -> None:
    assert {path.stem for path in (TEMPLATES / "help" / "problems").glob("*.html")} == set(PROBLEMS)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.slug)
def test_a_verdict_is_a_short_sentence_and_its_fields_exist(problem: object) -> None:
    found = PROBLEMS[problem.slug]  # type: ignore[attr-defined]

    assert 10 < len(found.verdict) < 80
    assert found.verdict[0].isupper()
    assert not found.verdict.endswith(".")
    assert set(found.fields) <= FIELDS
    assert len(found.hint) < 60
    assert found.fields or not found.hint
