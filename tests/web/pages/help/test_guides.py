"""The guides: complete, true of this product, filled in by the running portal; every place they name exists."""

import re
import shutil
from collections import Counter
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.conftest import sign_in_as
from tests.test_docs import our_commands
from tests.web.pages.help.conftest import GMAIL_ID, OUTLOOK_ID, pages_in, see, text_of
from tests.web.pages.help.crawling import crawl_help
from webapp import create_app
from webapp.config.settings import PREFIX
from webapp.core.imap.check.report import StepName
from webapp.models import CredentialType, User, db, writes
from webapp.services.connections.check_result import STEP_LABELS
from webapp.services.providers.known_servers import KNOWN_SERVERS
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.settings import settings_class
from webapp.web.pages.help.command_table import command_rows
from webapp.web.pages.help.guides import GUIDES
from webapp.web.pages.help.problem_views import GROUPS

ROOT = Path(__file__).parents[4]
TEMPLATES = ROOT / "templates"
OF_THE_WEB_SERVER = {"POSTROOM_BIND", "POSTROOM_LOG_LEVEL", "POSTROOM_ACCESS_LOG"}

# Places that fields, steps, problem pages and hand-offs link to.
PROMISED = {
    "reading-a-test": {f"step-{step.value.replace('_', '-')}" for step in StepName},
    "credentials": {"server", "security", "user", "password"},
    "gmail-oauth2": {"before", "sign-in", "screens", "another-account"},
    "outlook-oauth2": {"before", "sign-in", "screens", "another-account", "shared"},
    "app-is-blocked": {"values", "trust", "imap"},
    "microsoft-admin-consent": {"approve", "what"},
    "running-the-portal": {
        *("settings", "keys", "proxy", "networks", "certificates"),
        *("postgresql", "commands", "help-public", "upgrades"),
    },
}

# What guides call the things on the portal's own screens.
_FORM = ["New connection", "Test connection", "Save connection"]
SCREENS = {
    "gmail-oauth2": [*_FORM, "Gmail OAuth2", "Sign in with Google", "Signed in as", "Reconnect"],
    "outlook-oauth2": [*_FORM, "Outlook OAuth2", "Connect to Microsoft account", "Shared mailbox", "Reconnect"],
    "credentials": [*_FORM, "Credentials", "IMAP server", "STARTTLS", "Security", "Password"],
    "shared-mailboxes": ["New connection", "Outlook OAuth2", "Shared mailbox", "Connect to Microsoft account"],
    "reading-a-test": ["Technical details"],
    "app-is-blocked": ["Sign in with Google", "Reconnect", "Hand this to"],
    "microsoft-admin-consent": [" says that the portal is approved", "Hand this to", "Reconnect"],
    "setting-up-google": ["Administration", "Check set-up", "Client ID", "Client secret"],
    "setting-up-microsoft": ["Administration", "Check set-up", "Tenant"],
}

DIAGRAMS = {
    "trust": {"gmail-oauth2", "outlook-oauth2", "setting-up-google", "setting-up-microsoft"},
    "sign-in-path": {"gmail-oauth2", "outlook-oauth2"},
    "test-path": {"reading-a-test"},
    "google-gates": {"app-is-blocked"},
    "microsoft-approval": {"microsoft-admin-consent"},
    "shared-mailbox": {"shared-mailboxes"},
    "forwarding": {"forwarding-personal-gmail"},
}


@pytest.fixture(scope="module")
def pages(ready_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Read every guide once, as a stranger, of a portal whose OAuth clients are set up."""
    folder = tmp_path_factory.mktemp("guides") / "data"
    shutil.copytree(ready_folder, folder)
    writes.set(False)  # what the test before has left
    app = create_app(settings_class()(data_dir=folder, gmail_client_id=GMAIL_ID, outlook_client_id=OUTLOOK_ID))
    found = all_guides(app.test_client())
    with app.app_context():
        db.engine.dispose()
    return found


def guide(client: FlaskClient, slug: str) -> str:
    """Look at a guide as a stranger does."""
    return see(client, f"/help/guides/{slug}")


def all_guides(client: FlaskClient) -> dict[str, str]:
    return {slug: guide(client, slug) for slug in GUIDES}


def ids_of(page: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', page)


def code_in(page: str) -> list[str]:
    """Return what stands on a page as code, in a line or as a block."""
    return [unescape(found) for found in re.findall(r"<(?:code|pre)\b[^>]*>([^<]*)<", page)]


@pytest.mark.parametrize("slug", GUIDES)
def test_a_guide_has_its_headings_in_order_and_its_contents_name_them(pages: dict[str, str], slug: str) -> None:
    page = pages[slug]
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    parts = re.findall(r'<h2 id="([\w-]+)">(.*?)</h2>', page, re.DOTALL)

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert len(parts) == levels.count(2) > 2
    contents = page.partition('<nav class="contents"')[2].partition("</nav>")[0]
    assert re.findall(r'<a href="#([\w-]+)">(.*?)</a>', contents) == parts


@pytest.mark.parametrize("slug", GUIDES)
def test_no_two_places_of_a_guide_have_the_same_name(pages: dict[str, str], slug: str) -> None:
    counted = Counter(ids_of(pages[slug]))

    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("slug", PROMISED)
def test_the_places_that_others_link_to_are_there(pages: dict[str, str], slug: str) -> None:
    assert PROMISED[slug] - set(ids_of(pages[slug])) == set()


def test_every_link_and_place_of_the_guides_is_there(app: Flask, client: FlaskClient) -> None:
    found = crawl_help(client)

    assert [dead for dead in found.dead if "/guides/" in "".join(dead)] == []
    assert {f"/help/guides/{slug}" for slug in GUIDES} <= found.pages.keys()
    assert [address for address in found.elsewhere if not is_page(app, address)] == []


def is_page(app: Flask, address: str) -> bool:
    """Return whether the portal has a page there, the person who may see it."""
    try:
        app.url_map.bind("").match(address.partition("?")[0], method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


class TestValuesOfThePortal:
    @pytest.mark.parametrize(
        ("slug", "values"),
        [
            ("gmail-oauth2", [GMAIL_ID, "openid email https://mail.google.com/", "/oauth/gmail/callback"]),
            ("app-is-blocked", [GMAIL_ID, "openid email https://mail.google.com/", "/help/guides/app-is-blocked"]),
            ("enabling-imap", [GMAIL_ID]),
            ("google-unverified-app", [GMAIL_ID]),
            ("setting-up-google", [GMAIL_ID, "/oauth/gmail/callback", "https://mail.google.com/"]),
            ("outlook-oauth2", [OUTLOOK_ID, "IMAP.AccessAsUser.All", "/oauth/outlook/callback", "organizations"]),
            ("microsoft-admin-consent", [OUTLOOK_ID, "/organizations/v2.0/adminconsent?client_id=" + OUTLOOK_ID]),
            ("setting-up-microsoft", [OUTLOOK_ID, "/oauth/outlook/callback", "IMAP.AccessAsUser.All"]),
        ],
    )
    def test_they_stand_in_the_guides_ready_to_copy(self, pages: dict[str, str], slug: str, values: list[str]) -> None:
        page = pages[slug]

        assert [value for value in values if not any(value in text for text in code_in(page))] == []
        assert "not set up" not in text_of(page)

    def test_a_value_has_a_button_that_copies_it(self, pages: dict[str, str]) -> None:
        page = pages["app-is-blocked"]

        assert f'<code>{GMAIL_ID}</code><button type="button" class="copy script-only" data-copy-value' in page

    @pytest.mark.parametrize(
        ("more_settings", "words"),
        [
            ({"outlook_tenant": "common"}, "takes work, school and personal accounts"),
            ({"outlook_tenant": "organizations"}, "and no personal ones"),
            ({"outlook_tenant": "example.com"}, "takes accounts of one organisation only ( example.com )"),
            ({"outlook_tenant": "consumers"}, "takes personal accounts only"),
        ],
    )
    def test_a_guide_says_which_accounts_this_portal_takes(
        self, client: FlaskClient, more_settings: dict[str, object], words: str
    ) -> None:
        assert words not in text_of(guide(client, "outlook-oauth2"))
        client.application.extensions["postroom.settings"] = client.application.extensions[
            "postroom.settings"
        ].model_copy(update={"outlook_client_id": OUTLOOK_ID})

        assert words in text_of(guide(client, "outlook-oauth2"))

    def test_the_portal_of_personal_accounts_asks_no_administrator(self, app: Flask, client: FlaskClient) -> None:
        settings = app.extensions["postroom.settings"]
        app.extensions["postroom.settings"] = settings.model_copy(update={"outlook_tenant": "consumers"})

        page = guide(client, "microsoft-admin-consent")

        assert "/adminconsent" not in page
        assert "these need no administrator" in text_of(page)


class TestNotSetUpYet:
    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {}

    @pytest.mark.parametrize(
        ("slug", "company", "set_up"),
        [
            ("gmail-oauth2", "Google", "setting-up-google"),
            ("app-is-blocked", "Google", "setting-up-google"),
            ("google-unverified-app", "Google", "setting-up-google"),
            ("outlook-oauth2", "Microsoft", "setting-up-microsoft"),
            ("microsoft-admin-consent", "Microsoft", "setting-up-microsoft"),
        ],
    )
    def test_a_guide_says_so_and_leads_to_the_set_up(
        self, client: FlaskClient, slug: str, company: str, set_up: str
    ) -> None:
        page = guide(client, slug)

        assert f"This portal is not set up with {company} yet." in text_of(page)
        assert set_up in pages_in(page)
        assert "<em>not set up yet</em>" in page

    def test_every_guide_can_be_read_all_the_same(self, client: FlaskClient) -> None:
        pages = all_guides(client)

        assert "/oauth/gmail/callback" in pages["setting-up-google"]
        assert "registered with Google already" not in text_of(pages["setting-up-google"])
        assert [slug for slug, page in pages.items() if "<code></code>" in page] == []


class TestClosedHelp:
    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"help_public": False}

    def test_nobody_is_told_to_send_it_to_somebody_without_an_account(self, client: FlaskClient, member: User) -> None:
        sign_in_as(client, member)

        assert [slug for slug, page in all_guides(client).items() if "they need no account here" in page] == []


def test_every_setting_that_a_guide_names_exists(pages: dict[str, str]) -> None:
    known = {f"{PREFIX}{name}".upper() for name in settings_class().model_fields}
    named = {name for page in pages.values() for name in re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]", page)}

    assert len(named) > len(known)
    assert {name.removesuffix("_FILE") if name != f"{PREFIX}CA_FILE" else name for name in named} - known == (
        OF_THE_WEB_SERVER
    )
    assert known - named == set()
    config = (ROOT / "webapp/gunicorn_conf.py").read_text(encoding="utf-8")
    assert [name for name in (*OF_THE_WEB_SERVER, "WEB_CONCURRENCY") if f'"{name}"' not in config] == []


def test_a_setting_shows_what_holds_without_it_and_no_value_of_this_portal(app: Flask, pages: dict[str, str]) -> None:
    settings = app.extensions["postroom.settings"]
    page = pages["running-the-portal"]
    rows = dict(re.findall(rf"<dt><code>({PREFIX}\w+)</code></dt>\s*<dd>(.*?)</dd>", page))

    assert rows.keys() == {f"{PREFIX}{name}".upper() for name in settings_class().model_fields}
    assert "Unless set: on" in text_of(rows["POSTROOM_HELP_PUBLIC"])
    assert "Unless set: 0" in text_of(rows["POSTROOM_PROXIES"])
    assert "Unless set: imap.gmail.com:993:tls" in text_of(rows["POSTROOM_GMAIL_IMAP_SERVER"])
    assert "Unless set" not in rows["POSTROOM_DATA_KEYS"] + rows["POSTROOM_CA_FILE"]
    assert str(settings.data_dir) not in page


def test_the_commands_are_those_that_there_are(app: Flask, pages: dict[str, str]) -> None:
    with app.test_request_context("/"):
        rows = command_rows()
    page = pages["running-the-portal"]

    assert {re.sub(r" \[?[A-Z]+\]?$", "", row.usage) for row in rows} == {name for name, _ in our_commands(app)}
    assert [row for row in rows if f"<code>{row.usage}</code>" not in page or row.meaning not in text_of(page)] == []
    assert all(row.meaning.endswith(".") for row in rows)


def test_a_command_named_in_the_text_exists(app: Flask, pages: dict[str, str]) -> None:
    commands = [name for name, _ in our_commands(app)]
    begins = {name.split()[0] for name in commands}
    named = {text for page in pages.values() for text in code_in(page) if text.split()[0] in begins}

    assert {"users create", "users new-password", "prepare"} <= named
    assert [text for text in named if not any(f"{text} ".startswith(f"{name} ") for name in commands)] == []


def test_options_and_programs_named_in_the_text_exist(app: Flask, client: FlaskClient, pages: dict[str, str]) -> None:
    page = pages["running-the-portal"]
    programs = {text.split()[0] for text in code_in(page) if text.startswith("bin/")}
    create = dict(our_commands(app))["users create"]

    assert programs == {"bin/serve"}
    assert "--practice" in (ROOT / "bin/serve").read_text(encoding="utf-8")
    assert "--role administrator" in page
    assert "--role" in {name for option in create.params for name in option.opts}
    assert {text for text in code_in(page) if re.fullmatch(r"/[a-z/-]+", text)} == {"/health"}
    assert client.get("/health").status_code == 200


def test_what_a_guide_calls_by_name_is_called_so_on_the_screen(pages: dict[str, str]) -> None:
    screens = "".join(
        path.read_text(encoding="utf-8")
        for folder, ending in ((TEMPLATES, "html"), (ROOT / "webapp", "py"))
        for path in folder.rglob(f"*.{ending}")
        if not path.is_relative_to(TEMPLATES / "help")
    )

    assert [words for named in SCREENS.values() for words in named if words not in screens] == []
    assert [
        (slug, words) for slug, named in SCREENS.items() for words in named if words not in text_of(pages[slug])
    ] == ([])


class TestReadingATest:
    def test_each_step_of_a_check_is_explained_in_its_order_under_its_own_name(self, pages: dict[str, str]) -> None:
        names = re.findall(r'<h2 id="step-([\w-]+)">(.*?)</h2>', pages["reading-a-test"])
        labels = {step: label.partition(" as ")[0] for step, label in STEP_LABELS.items()}

        assert [place.replace("-", "_") for place, _ in names] == [step.value for step in StepName]
        assert [name for _, name in names] == [labels[step].format(host="the server") for step in StepName]

    def test_every_problem_in_which_a_check_of_a_server_can_end_is_linked(self, pages: dict[str, str]) -> None:
        linked = set(pages_in(pages["reading-a-test"]))

        assert {slug for _, slugs in GROUPS for slug in slugs} - linked == set()

    @pytest.mark.parametrize(
        ("step", "slug"),
        [
            ("access-token", "reconnect-required"),
            ("lookup", "dns-not-found"),
            ("connect", "connection-refused"),
            ("tls", "tls-untrusted-cert"),
            ("greeting", "not-an-imap-server"),
            ("authenticate", "wrong-password"),
            ("inbox", "mailbox-access-denied"),
            ("mailboxes", "connection-dropped"),
            ("logout", "too-many-connections"),
        ],
    )
    def test_a_step_leads_to_the_problems_it_can_end_in(self, pages: dict[str, str], step: str, slug: str) -> None:
        part = pages["reading-a-test"].partition(f'id="step-{step}"')[2].partition("<h2")[0]

        assert slug in pages_in(part)
        assert "Proves:" in part


@pytest.mark.parametrize("credential_type", PROVIDER_SPECS)
def test_a_guide_has_the_pages_from_which_nobody_comes_back(
    pages: dict[str, str], credential_type: CredentialType
) -> None:
    house = PROVIDER_SPECS[credential_type]
    part = pages[f"{house.key}-oauth2"].partition('id="screens"')[2].partition("<h2")[0]

    assert [row for row in house.known_error_pages if f"“{row[0]}”" not in text_of(part)] == []
    assert {slug for _, slug in house.known_error_pages} <= set(pages_in(part))


class TestKnownServers:
    def test_every_provider_is_in_the_list_with_what_it_wants_and_where(self, pages: dict[str, str]) -> None:
        page = pages["app-passwords"]
        words = text_of(page)

        for server in KNOWN_SERVERS:
            assert f"{server.label} {server.wants}" in words
            assert f'class="mono">{server.host}<' in page
            assert not server.app_password_url or f'href="{server.app_password_url}"' in page

    def test_the_most_used_stand_first_and_the_others_by_name(self, pages: dict[str, str]) -> None:
        wanting, others = re.findall(r"<tbody>(.*?)</tbody>", pages["app-passwords"], re.DOTALL)
        labels = [unescape(label) for label in re.findall(r'scope="row" data-label="">([^<]*)<', others)]

        assert "Gmail and Google Workspace" in wanting.partition("</tr>")[0]
        assert labels == sorted(labels, key=str.lower)

    def test_every_provider_with_something_to_know_about_imap_is_in_the_other_list(self, pages: dict[str, str]) -> None:
        rows = re.findall(r"<tr>(.*?)</tr>", pages["enabling-imap"], re.DOTALL)

        for server in KNOWN_SERVERS:
            if server.imap_hint and not server.oauth:
                assert [row for row in map(text_of, rows) if server.label in row and server.imap_hint in row]


class TestSteps:
    @pytest.mark.parametrize(("slug", "kind"), [("setting-up-google", "gmail"), ("setting-up-microsoft", "outlook")])
    def test_the_steps_of_the_set_up_are_those_of_the_set_up_page(
        self, client: FlaskClient, administrator: User, slug: str, kind: str
    ) -> None:
        in_help = steps_in(guide(client, slug))
        sign_in_as(client, administrator)

        on_page = steps_in(see(client, f"/administration/oauth/{kind}"))

        assert len(in_help) > 6
        assert [re.sub(r"the form under Administration → \w+ OAuth2", "the form here", step) for step in in_help] == (
            on_page
        )

    @pytest.mark.parametrize(
        "slug", ["gmail-oauth2", "outlook-oauth2", "credentials", "app-is-blocked", "microsoft-admin-consent"]
    )
    def test_each_step_says_who_acts(self, pages: dict[str, str], slug: str) -> None:
        walks = re.findall(r'<div class="remedies">\s*<ol>(.*?)</ol>', pages[slug], re.DOTALL)
        steps = [step for walk in walks for step in re.findall(r"<li>(.{0,30})", walk, re.DOTALL)]

        assert steps
        assert [step for step in steps if not step.startswith('<span class="who who-')] == []


def steps_in(page: str) -> list[str]:
    """Read the numbered steps of a set-up, the lists inside them as part of their text."""
    steps = re.search(r'class="(?:card )?remedies[^"]*"[^>]*>.*?<ol>(.*?)</ol>', page, re.DOTALL)
    assert steps
    return [re.sub(r" (?=[:,])", "", text_of(step)) for step in re.split(r"(?m)^<li>", steps[1]) if text_of(step)]


class TestDiagrams:
    def test_each_stands_in_the_guides_that_need_it(self, pages: dict[str, str]) -> None:
        found = {name: {slug for slug, page in pages.items() if f'id="{name}-title"' in page} for name in DIAGRAMS}

        assert found == DIAGRAMS

    @pytest.mark.parametrize("slug", sorted(set().union(*DIAGRAMS.values())))
    def test_each_is_an_image_with_a_title_and_a_description_in_words(self, pages: dict[str, str], slug: str) -> None:
        drawings = re.findall(r'<figure class="diagram">\s*(<svg .*?</svg>)', pages[slug], re.DOTALL)

        assert drawings
        for drawing in drawings:
            label = re.match(r'<svg [^>]*role="img" aria-labelledby="([\w-]+)-title \1-desc">', drawing)
            assert label
            title = re.search(rf'<title id="{label[1]}-title">([^<]+)</title>', drawing)
            described = re.search(rf'<desc id="{label[1]}-desc">([^<]+)</desc>', drawing)
            assert title
            assert described
            assert len(described[1].split()) > 25
            assert "style=" not in drawing

    @pytest.mark.parametrize("slug", sorted(set().union(*DIAGRAMS.values())))
    def test_nothing_is_drawn_outside_the_picture(self, pages: dict[str, str], slug: str) -> None:
        drawings = re.findall(
            r'<figure class="diagram">\s*<svg viewBox="-2 -2 (\d+) (\d+)"(.*?)</svg>', pages[slug], re.DOTALL
        )

        assert drawings
        for width, height, drawing in drawings:
            boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawing)
            lines = re.findall(r'<tspan x="([\d.]+)" y="([\d.-]+)"', drawing)
            assert all(float(x) + float(w) <= int(width) - 4 for x, _, w, _ in boxes)
            assert all(float(y) + float(h) <= int(height) - 4 for _, y, _, h in boxes)
            assert all(0 < float(x) < int(width) and 10 < float(y) < int(height) - 4 for x, y in lines)


@pytest.mark.parametrize(
    ("slug", "dates"),
    [
        (
            "password-sign-in",
            ["30 May 2022", "14 March 2025", "1 October 2022", "January 2023", "16 September 2024", "January 2025"],
        ),
        ("enabling-imap", ["January 2025"]),
        ("app-passwords", ["16 September 2024"]),
        ("microsoft-admin-consent", ["November 2025"]),
        ("outlook-oauth2", ["late 2025", "31 January 2027"]),
    ],
)
def test_a_guide_has_the_dates_since_when_articles_elsewhere_are_wrong(
    pages: dict[str, str], slug: str, dates: list[str]
) -> None:
    words = text_of(pages[slug])

    assert [date for date in dates if date not in words] == []


def test_no_guide_shows_the_client_id_of_anybody_else(pages: dict[str, str]) -> None:
    for page in pages.values():
        google = re.findall(r"[\w-]+\.apps\.googleusercontent\.com", page)
        microsoft = re.findall(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", page)
        assert set(google) <= {GMAIL_ID}
        assert set(microsoft) <= {OUTLOOK_ID}
        assert "rivery" not in page.lower()
