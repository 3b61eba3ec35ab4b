"""Every problem has its words: a verdict, a cause, steps by who acts, its neighbours, and how one knows it is over."""

import html
import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.problem import Actor
from webapp.services.connections.check_result import HelpContext
from webapp.web.pages.help.guides import GUIDES

TEMPLATES = Path(__file__).parents[3] / "templates"
CLASSES = {Actor.USER: "who-you", Actor.ADMIN: "who-admin", Actor.OPERATOR: "who-operator", Actor.WAIT: "who-wait"}
TAGS = ("section", "ol", "ul", "li", "p", "span", "code", "h2", "h3", "a", "em", "button")
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
HANDED_OVER = (
    "admin-consent-required",
    "app-blocked-by-admin",
    "conditional-access-blocked",
    "session-policy-expiry",
    "license-or-mailbox-missing",
    "mailbox-access-denied",
    "delegation-not-configured",
    "tls-expired",
    "account-disabled",
)
# Today's name of a place, and the one that older articles have.
ENTRA = ("Microsoft Entra admin center", "formerly Azure Active Directory")
ENTERPRISE_APPS = ("Enterprise apps", "older: Enterprise applications")
GOOGLE_APP_ACCESS = ("Manage app access", "“Manage Third-Party App Access” in older articles")
GOOGLE_NEW_APP = ("Configure new app", "older: Add app → OAuth App Name Or Client ID")
GOOGLE_CLIENTS = ("Google Auth Platform → Clients", "formerly APIs & Services → Credentials")
GOOGLE_AUDIENCE = ("Google Auth Platform → Audience", "formerly OAuth consent screen")
GOOGLE_DATA_ACCESS = ("Google Auth Platform → Data access", "formerly OAuth consent screen → Scopes")
OUTLOOK_IMAP = ("Settings → Mail → Forwarding and IMAP", "older: Sync email")
TARGET_RESOURCES = ("Target resources", "formerly Cloud apps or actions")
OLDER_NAMES = {
    "admin-consent-required": (ENTRA, ENTERPRISE_APPS),
    "app-blocked-by-admin": (GOOGLE_APP_ACCESS, GOOGLE_NEW_APP, ENTRA, ENTERPRISE_APPS),
    "oauth-app-audience": (GOOGLE_AUDIENCE, GOOGLE_APP_ACCESS, GOOGLE_NEW_APP),
    "redirect-uri-mismatch": (GOOGLE_CLIENTS, ENTRA, ("Add Redirect URI", "older: Platform configurations")),
    "client-unknown": (GOOGLE_CLIENTS, ENTRA),
    "client-secret-wrong": (GOOGLE_CLIENTS, ENTRA),
    "client-secret-expired": (ENTRA,),
    "oauth-client-misconfigured": (GOOGLE_CLIENTS, ENTRA),
    "scope-missing": (GOOGLE_DATA_ACCESS, ENTRA),
    "wrong-tenant": (ENTRA,),
    "personal-account-unsupported": (ENTRA,),
    "mfa-required": (ENTRA,),
    "conditional-access-blocked": (ENTRA, TARGET_RESOURCES),
    "session-policy-expiry": (ENTRA, TARGET_RESOURCES, GOOGLE_APP_ACCESS),
    "reconnect-required": (GOOGLE_AUDIENCE, ENTRA),
    "oauth-token-rejected": (OUTLOOK_IMAP,),
    "imap-disabled": (OUTLOOK_IMAP, ("Manage email apps settings", "older: Mailbox features")),
    "account-locked": (ENTRA,),
}
# Texts that have several causes.
RANKED = {
    "oauth-token-rejected": "AUTHENTICATE failed.",
    "imap-disabled": "User is authenticated but not connected",
    "wrong-account": "User is authenticated but not connected",
    "mailbox-access-denied": "User is authenticated but not connected",
    "reconnect-required": "invalid_grant",
    "wrong-password": "[AUTHENTICATIONFAILED]",
}
GMAIL = HelpContext(
    provider="gmail",
    host="imap.gmail.com",
    user="ann@example.com",
    address="ann@example.com",
    client_id="12-ab.apps.googleusercontent.com",
    redirect_uri="https://portal.example.com/oauth/gmail/callback",
    scopes="openid email https://mail.google.com/",
    reconnect_url="/connections/7",
)
OUTLOOK = HelpContext(
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
OTHER_SERVER = HelpContext(
    host="imap.gmx.net", port=993, user="ann@gmx.net", address="ann@gmx.net", provider_label="GMX"
)
FIELDS = {"address", "password", "host", "port", "security", "user"}


class NoFacts:
    """What a page knows when nothing was tried: every fact is empty."""

    def __getattr__(self, name: str) -> str:
        return ""


class SomeFacts(NoFacts):
    """What a page knows after a test, with markup in every place that a person could have typed it."""

    def __getattr__(self, name: str) -> str:
        return f"<{name}>"


KNOWLEDGE = (NoFacts(), GMAIL, OUTLOOK, SHARED, OTHER_SERVER)


def problem_link(slug: str, words: str = "") -> Markup:
    return Markup('<a href="/help/problems/{}">{}</a>').format(slug, words or PROBLEMS[slug].verdict)


def guide_link(slug: str, words: str = "", anchor: str = "") -> Markup:
    return Markup('<a href="/help/guides/{}#{}">{}</a>').format(slug, anchor, words or GUIDES[slug].title)


def text_of(markup: str) -> str:
    """Read markup as a person does: without the buttons beside values."""
    without_buttons = re.sub(r'<button type="button".*?</button>', "", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", without_buttons)).split())


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)


def cause(page: str) -> str:
    """Return the words under “Why”."""
    return text_of(page.partition('<section class="why">')[2].partition("<p>")[2].partition("</section>")[0])


def remedies(page: str, who: str = "") -> list[str]:
    """Return the markup of each step, of all or of one actor ("admin")."""
    steps = page.partition('<section class="remedies">')[2].partition("</section>")[0]
    each = re.split(r'<li><span class="who who-', steps)[1:]
    return [step.partition("</span>")[2] for step in each if step.startswith(who)]


def more(page: str, element: str, kind: str) -> str:
    return page.partition(f'<{element} class="{kind}">')[2].partition(f"</{element}>")[0]


@cache
def pages() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(problem_link=problem_link, guide_link=guide_link)
    return environment


def rendered(slug: str, facts: object | None = None, **context: object) -> str:
    return pages().get_template(f"help/problems/{slug}.html").render(facts=facts or NoFacts(), **context)


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
def test_the_cause_is_told_in_two_short_sentences_to_whoever_reads(slug: str) -> None:
    for facts in KNOWLEDGE:
        told = sentences(cause(rendered(slug, facts)))

        assert len(told) == 2, told
        assert all(4 <= len(sentence.split()) <= 32 for sentence in told), told
        assert not re.search(r"\byou(r|rs)?\b", " ".join(told), re.IGNORECASE), "an administrator reads it too"


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_step_is_short_and_kind(slug: str) -> None:
    for facts in KNOWLEDGE:
        page = rendered(slug, facts, full_page=True)

        assert 1 <= len(remedies(page)) <= 7
        for step in remedies(page):
            assert 2 <= len(text_of(re.sub(r"<ul>.*?</ul>", "", step, flags=re.DOTALL)).split()) <= 75, step
        assert not re.search(
            r"contact support|unfortunately|obviously|of course|simply |just |—", text_of(page).lower()
        )


@pytest.mark.parametrize("slug", PROBLEMS)
def test_who_has_to_wait_is_told_how_long(slug: str) -> None:
    for facts in KNOWLEDGE:
        assert all(re.search(r"minute|hour|day", step) for step in remedies(rendered(slug, facts), "wait"))


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_tells_its_neighbours_apart(slug: str) -> None:
    told = re.findall(r"<li>(.*?)</li>", more(rendered(slug, full_page=True), "ul", "neighbours"), re.DOTALL)
    named = [re.findall(r'href="/help/problems/([^"]+)"', neighbour)[0] for neighbour in told]

    assert named
    assert len(set(named)) == len(named)
    assert slug not in named
    for neighbour in told:
        assert len(text_of(neighbour.partition("</a>")[2]).split()) > 3, neighbour


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_says_how_one_knows_that_it_is_mended(slug: str) -> None:
    assert len(text_of(more(rendered(slug, full_page=True), "p", "mended")).split()) > 2


@pytest.mark.parametrize("slug", RANKED)
def test_a_text_with_several_causes_has_them_ranked_and_told_apart_by_the_test(slug: str) -> None:
    page = rendered(slug, full_page=True)
    heading, _, causes = page.partition('<ol class="ranked">')

    assert RANKED[slug] in heading.rpartition("<h3>")[2]
    assert heading.rstrip().endswith("most likely first</h3>")
    assert causes.partition("</ol>")[0].count("<li>") >= 3
    assert re.search(r"\btest\b|two addresses", text_of(page.partition('class="ranked"')[2]))


@pytest.mark.parametrize("slug", OLDER_NAMES)
def test_a_place_is_found_by_its_name_of_today_and_by_the_older_one(slug: str) -> None:
    page = text_of(rendered(slug))

    for today, older in OLDER_NAMES[slug]:
        assert today in page
        assert older in page


@pytest.mark.parametrize("slug", PROBLEMS)
def test_no_older_name_stands_alone(slug: str) -> None:
    for facts in KNOWLEDGE:
        page = text_of(rendered(slug, facts, full_page=True))

        for name in ("Azure Active Directory", "OAuth consent screen", "Cloud apps or actions", "Sync email"):
            assert len(re.findall(name, page)) == len(re.findall(rf"(?:formerly|older:) {name}", page))
        for today, older in (GOOGLE_AUDIENCE, GOOGLE_CLIENTS, GOOGLE_DATA_ACCESS, OUTLOOK_IMAP):
            assert page.count(today) == page.count(f"{today} ({older})")


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_link_to_a_vendor_is_encrypted_and_tells_nobody_where_it_was_followed(slug: str) -> None:
    for facts in KNOWLEDGE:
        for link in re.findall(r"<a [^>]*>", rendered(slug, facts, full_page=True)):
            assert 'href="/' in link or re.search(r'href="https://[^"]+" rel="noreferrer"', link), link


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_value_and_command_that_is_shown_can_be_copied(slug: str) -> None:
    for facts in (GMAIL, OUTLOOK, SHARED):
        page = rendered(slug, facts, full_page=True)
        not_copyable = re.sub(r'<span class="copyable"><code>.*?</span>', "", page)

        values = (facts.client_id, facts.redirect_uri, facts.scopes, facts.tenant, html.escape(facts.admin_consent_url))
        for value in filter(None, values):
            assert f">{value}<" not in not_copyable
        assert not re.search(r"<code>[^<]* [^<]*</code>", re.sub(r"<code>Error 403: \w+</code>", "", not_copyable))
        assert len(
            re.findall(
                r'<button type="button" class="copy script-only" data-copy-value aria-label="Copy [\w\' ]+">', page
            )
        ) == page.count('class="copyable"')


@pytest.mark.parametrize("slug", PROBLEMS)
def test_no_full_stop_sticks_to_a_command_or_an_address_when_it_is_sent_as_plain_text(slug: str) -> None:
    for facts in KNOWLEDGE:
        page = rendered(slug, facts, full_page=True)

        shown = re.findall(r'class="copyable"><code>([^<]*)</code><button[^>]*>Copy</button></span>(.?)', page)
        assert not [value for value, next_sign in shown if next_sign in set(".,;") and re.search(r" |://", value)]


@pytest.mark.parametrize("slug", HANDED_OVER)
def test_what_an_administrator_has_to_do_is_complete_by_itself(slug: str) -> None:
    for facts in KNOWLEDGE:
        steps = " ".join(text_of(step) for step in remedies(rendered(slug, facts), "admin"))

        assert steps
        assert not re.search(r"\b(above|below|this page|the message|see also)\b", steps, re.IGNORECASE)
        if "client ID" in steps and facts in (OUTLOOK, SHARED):
            assert OUTLOOK.client_id in steps or "the numeric client ID of the service account" in steps


@pytest.mark.parametrize("slug", HANDED_OVER)
def test_who_cannot_act_is_told_to_hand_it_to_the_administrator(slug: str) -> None:
    for facts in KNOWLEDGE:
        steps = text_of(" ".join(remedies(rendered(slug, facts), "you")))

        assert "hand this to your administrator" in steps.lower()


@pytest.mark.parametrize("slug", PROBLEMS)
def test_the_mailbox_s_owner_always_has_a_step(slug: str) -> None:
    assert all(remedies(rendered(slug, facts), "you") for facts in KNOWLEDGE)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_whom_a_problem_was_handed_to_reads_no_steps_of_the_asker(slug: str) -> None:
    assert not remedies(rendered(slug, asker="Ann"), "you")


@pytest.mark.parametrize(
    "slug",
    [
        "imap-disabled",
        "app-password-required",
        "account-disabled",
        "account-locked",
        "license-or-mailbox-missing",
        "mailbox-access-denied",
        "web-login-required",
        "wrong-password",
        "server-unavailable",
        "too-many-connections",
        "rate-limited",
    ],
)
def test_another_provider_s_mailbox_is_not_sent_to_google_s_or_microsoft_s_screens(slug: str) -> None:
    page = rendered(slug, OTHER_SERVER)

    assert f'<span class="who {CLASSES[PROBLEMS[slug].who]}">' in page
    assert not re.search(rf"{GOOGLE_S}|{MICROSOFT_S}|Set-CASMailbox", text_of(" ".join(remedies(page, "admin"))))


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_never_lets_typed_markup_through(slug: str) -> None:
    page = rendered(slug, SomeFacts(), full_page=True)

    assert not re.search(rf"<({'|'.join(field.name for field in fields(HelpContext))})>", page)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_is_well_formed_whatever_is_known(slug: str) -> None:
    for facts in (*KNOWLEDGE, SomeFacts()):
        page = rendered(slug, facts, full_page=True, heading="h2")

        for tag in TAGS:
            assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag
        assert "  ," not in page
        assert " ." not in page


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_leaves_no_gaps_and_no_empty_elements(slug: str) -> None:
    for facts in KNOWLEDGE:
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
def test_who_looks_for_the_portal_in_a_console_can_copy_its_client_id(slug: str, facts: HelpContext) -> None:
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
    assert "Temporary Access Pass" in text_of(page.partition("who-admin")[2])


def test_an_unticked_box_is_told_apart_from_a_registration_without_the_permission() -> None:
    unticked = rendered("scope-missing", replace(GMAIL, who="user", account="ann@example.com"))

    assert "ann@example.com signed in and gave its address, but not the mail" in unticked
    assert "gave its address" not in rendered("scope-missing", replace(GMAIL, who="operator"))


def test_a_portal_that_is_not_set_up_is_told_apart_from_an_unknown_client_id() -> None:
    page = rendered("client-unknown", replace(OUTLOOK, client_id=""))

    assert "has not been done yet" in text_of(page)
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


@pytest.mark.parametrize("slug", ["imap-disabled", "mailbox-access-denied", "wrong-account", "oauth-token-rejected"])
def test_an_odd_address_is_one_word_of_a_command_that_is_copied(slug: str) -> None:
    page = rendered(slug, replace(SHARED, user="o'neil|calc@example.com", account="a&b@example.com"))
    commands = html.unescape(" ".join(re.findall(r'class="copyable"><code>([^<]*-Identity[^<]*)</code>', page)))

    assert "-Identity 'o''neil|calc@example.com'" in commands
    assert "o'neil" not in commands.replace("'o''neil", "")
    assert "a&b" not in commands.replace("'a&b@example.com'", "")


def test_an_account_that_is_the_mailbox_s_own_is_not_asked_for_again() -> None:
    own = "with exactly the mailbox's own"

    assert own in rendered("oauth-token-rejected")
    assert own in rendered("oauth-token-rejected", SHARED)
    assert own not in rendered("oauth-token-rejected", replace(OUTLOOK, account="ann@example.com"))


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
