"""Every page of the portal as a place one can get to, and what is found there: axe, sideways scrolling, the console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.action_steps import (
    create_administrator,
    fill_in,
    fill_in_practice,
    invite,
    join,
    press_save,
    press_test,
    rest,
    scenario,
    started,
)
from tests.browser.conftest import StartPortal
from tests.browser.handoff_steps import again_button, hand_over, hand_over_sign_in, let_a_minute_pass, mend, standing_of
from tests.browser.portal import Portal
from tests.browser.sign_in_steps import (
    LABELS,
    answer,
    fill_in_account,
    forget_everybody,
    open_pop_up,
    panel_of,
    provider_url,
    sign_in_button,
)
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.models import CredentialType
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.outlook import OUTLOOK
from webapp.web.mailbox_slug import encode_mailbox_name
from webapp.web.pages.help.guides import GUIDES

_ANNA = f"anna@{WORKSPACE}"
# Problems whose pages fill in most of what is long: addresses, scopes, commands.
_WITH_VALUES = ("admin-consent-required", "app-blocked-by-admin", "imap-disabled", "redirect-uri-mismatch")
LONG = "W" * 100
WIDTHS = (1280, 390, 320)

# The page, or a part of it that is not meant to be scrolled, as code is that keeps its lines: what sticks out there is
# cut off.
_SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll("main, main *")].filter(part => {
  const cuts = part === document.documentElement || getComputedStyle(part).overflowX !== "visible";
  const scrolls = part.matches("input, select, .use pre");
  return cuts && !scrolls && part.clientWidth > 1 && part.scrollWidth > part.clientWidth + 1;
}).map(part => `${part.tagName} ${part.className}: ${part.scrollWidth} in ${part.clientWidth}`)"""
# Only what depends on colours can differ between light and dark.
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What is wrong with one place; nothing where all is well."""

    light: list[str]
    dark: list[str]
    sideways: Mapping[int, list[str]]
    console: list[str]


@dataclass
class Surveyor:
    """A person with two pages of one portal, signed in and not, who looks at each place once."""

    portal: Portal
    inside: Page
    outside: Page
    start_portal: StartPortal
    faults: list[str]
    long_path: str = ""
    paths: set[str] = field(default_factory=set)
    _seen: dict[str, Findings] = field(default_factory=dict)

    def look_at(self, place: str) -> Findings:
        """Go to a place and say what is wrong there."""
        if place not in self._seen:
            self.faults.clear()
            page = PLACES[place](self)
            if page.locator("[data-htmx-cdn]").count():  # a page of the portal, not of a practice provider
                started(page)
            self.paths.add(urlsplit(page.url).path)
            self._seen[place] = self._findings(page)
        return self._seen[place]

    def _findings(self, page: Page) -> Findings:
        wide, sideways = page.viewport_size, {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            sideways[width] = page.evaluate(_SIDEWAYS)
        if wide:
            page.set_viewport_size(wide)
        console = list(self.faults)  # before axe, which calls into frames that do not answer it
        light = _violations(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        dark = _violations(page, options=_COLOURS)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        return Findings(light=light, dark=dark, sideways=sideways, console=console)

    @cached_property
    def new_portal(self) -> Portal:
        """Start a portal that no one has set up."""
        return self.start_portal()

    @cached_property
    def new_administrator(self) -> Page:
        """Set that portal up, in another tab of the one who is signed out of the first."""
        page = self.outside.context.new_page()
        create_administrator(page, self.new_portal)
        return page


def _violations(page: Page, **options: Any) -> list[str]:
    return [
        f"{violation['id']}: {violation['help']} {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in Axe().run(page, **options).response["violations"]
    ]


def _at(path: str, surveyor: Surveyor) -> Page:
    surveyor.inside.goto(path)
    return surveyor.inside


def _signed_out(path: str, surveyor: Surveyor) -> Page:
    surveyor.outside.goto(path)
    return surveyor.outside


def _tested(key: str, surveyor: Surveyor) -> Page:
    fill_in_practice(surveyor.inside, surveyor.portal, key)
    press_test(surveyor.inside).locator(".verdict").wait_for()
    surveyor.inside.get_by_text("Technical details").click()
    return surveyor.inside


def _refused_in_place(surveyor: Surveyor) -> Page:
    page = _at("/connections/new", surveyor)
    started(page)
    press_test(page).get_by_role("alert").wait_for()
    return page


def _fields_of(label: str, surveyor: Surveyor) -> Page:
    page = _at("/connections/new", surveyor)
    started(page)
    page.get_by_role("radio", name=label).check()
    rest(page)
    return page


def _refused_sign_in(surveyor: Surveyor) -> Page:
    page = _signed_out("/sign-in", surveyor)
    page.get_by_label("Email address").fill("nobody@practice.test")
    page.get_by_label("Password").fill("something else")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    return page


def _open_menu(surveyor: Surveyor) -> Page:
    page = _at("/help/", surveyor)
    page.locator("details.menu summary").click()
    return page


def _token_made(surveyor: Surveyor) -> Page:
    page = _at("/account/tokens/", surveyor)
    page.get_by_label("What it is for").fill(LONG)
    page.get_by_role("button", name="Make the token").click()
    page.get_by_label("The token is ready").wait_for()
    return page


def _new_link(surveyor: Surveyor) -> Page:
    invite(surveyor.inside, "link@practice.test")
    return surveyor.inside


def _join(surveyor: Surveyor) -> Page:
    return _signed_out(invite(surveyor.inside, "join@practice.test"), surveyor)


def _new_password(surveyor: Surveyor) -> Page:
    page = _at("/administration/people/2", surveyor)
    page.get_by_role("button", name="New password link").click()
    return _signed_out(page.get_by_label("Link, valid").input_value(), surveyor)


def _set_up(surveyor: Surveyor) -> Page:
    return _signed_out(surveyor.start_portal().way_in, surveyor)


def _not_set_up(surveyor: Surveyor) -> Page:
    page = _nothing_yet(surveyor)
    page.goto(f"{surveyor.new_portal.url}/connections/new")
    started(page)
    page.get_by_role("radio", name=LABELS[GMAIL]).check()
    rest(page)
    return page


def _set_up_page(kind: CredentialType, surveyor: Surveyor) -> Page:
    page = _nothing_yet(surveyor)
    page.goto(f"{surveyor.new_portal.url}/administration/oauth/{PROVIDER_SPECS[kind].key}")
    return page


def _set_up_checked(kind: CredentialType, surveyor: Surveyor) -> Page:
    page = _at(f"/administration/oauth/{PROVIDER_SPECS[kind].key}", surveyor)
    started(page)
    page.get_by_role("button", name="Check set-up").click()
    page.locator(".verdict").wait_for()
    return page


def _begun(kind: CredentialType, address: str, surveyor: Surveyor) -> Page:
    """Begin a sign-in in the form, and return the pop-up."""
    forget_everybody(surveyor.portal)
    fill_in_account(surveyor.inside, kind, address)
    return open_pop_up(surveyor.inside, sign_in_button(surveyor.inside, kind))


def _answered(kind: CredentialType, address: str, decision: str, state: str, surveyor: Surveyor) -> Page:
    pop_up = _begun(kind, address, surveyor)
    answer(pop_up, decision)
    expect(panel_of(surveyor.inside)).to_have_attribute("data-state", state)
    pop_up.close()
    return surveyor.inside


def _waiting(surveyor: Surveyor) -> Page:
    _begun(GMAIL, _ANNA, surveyor).close()
    panel_of(surveyor.inside).get_by_text("Does the window show an error instead?").click()
    return surveyor.inside


def _at_the_provider(kind: CredentialType, address: str, surveyor: Surveyor) -> Page:
    pop_up = _begun(kind, address, surveyor)
    surveyor.inside.goto(pop_up.url)
    pop_up.close()
    return surveyor.inside


def _provider_accounts(kind: CredentialType, surveyor: Surveyor) -> Page:
    return _at(provider_url(surveyor.portal, kind), surveyor)


def _done(address: str, decision: str, state: str, surveyor: Surveyor) -> Page:
    page = _answered(GMAIL, address, decision, state, surveyor)
    key = panel_of(page).get_attribute("data-attempt")
    return _at(f"/oauth/gmail/done/{key}", surveyor)


def _done_at_microsoft(surveyor: Surveyor) -> Page:
    page = _answered(OUTLOOK, f"anton@{OFFICE}", "Allow", "ready", surveyor)
    key = panel_of(page).get_attribute("data-attempt")
    return _at(f"/oauth/outlook/done/{key}", surveyor)


def _leaving(surveyor: Surveyor) -> Page:
    """Leave for the provider in the same window, and never arrive there."""
    page = surveyor.inside.context.new_page()
    page.add_init_script("window.open = () => null")
    page.route(f"{provider_url(surveyor.portal, GMAIL)}/**", lambda route: route.fulfill(status=204))
    fill_in_account(page, GMAIL, _ANNA)
    sign_in_button(page, GMAIL).click(no_wait_after=True)
    page.get_by_role("heading", name="Taking you to Google").wait_for()
    return page


def _connected(address: str, surveyor: Surveyor) -> Page:
    """Save a connection by OAuth and test it."""
    page = _answered(OUTLOOK, address, "Allow", "ready", surveyor)
    page.get_by_label("Connection name").fill(f"Saved, {address}")
    press_save(page)
    page.locator("#state").wait_for()
    press_test(page).locator(".verdict").wait_for()
    return page


def _consent(surveyor: Surveyor) -> Page:
    added = surveyor.portal.command(
        *("connections", "add", "--name", "By a script", "--address", _ANNA, "--type", GMAIL.value)
    )
    return _at(added.split()[-1], surveyor)


def _explained(text: str, surveyor: Surveyor) -> Page:
    page = _signed_out("/help/explain", surveyor)
    page.get_by_label("Error text").fill(text)
    page.get_by_role("button", name="Explain").click()
    page.locator("#answer, .error").first.wait_for()
    return page


def _handed_over(surveyor: Surveyor) -> Page:
    hand_over(_at("/connections/4", surveyor))
    return surveyor.inside


def _connection_handed_over(surveyor: Surveyor) -> Page:
    _handed_over(surveyor)
    return _at("/connections/4", surveyor)


def _hand_off(surveyor: Surveyor) -> Page:
    return _signed_out(hand_over(_at("/connections/4", surveyor)), surveyor)


def _sign_in_handed_off(surveyor: Surveyor) -> Page:
    _answered(OUTLOOK, f"silas@{OFFICE}", "Allow", "failed", surveyor)
    return _signed_out(hand_over_sign_in(surveyor.inside), surveyor)


def _hand_off_withdrawn(surveyor: Surveyor) -> Page:
    link = hand_over(_at("/connections/4", surveyor))
    surveyor.inside.get_by_role("button", name="Withdraw the link").click()
    return _signed_out(link, surveyor)


def _mended_hand_off(surveyor: Surveyor) -> Page:
    forget_everybody(surveyor.portal)
    page = surveyor.inside
    fill_in_practice(page, surveyor.portal, "account-disabled", name="Handed off and mended")
    press_save(page)
    press_test(page).locator(".verdict").wait_for()
    link = hand_over(page)
    let_a_minute_pass(surveyor.portal)
    mend(page, "account-disabled")
    stranger = _signed_out(link, surveyor)
    again_button(stranger).click()
    expect(standing_of(stranger)).to_have_text("It works now")
    return stranger


def _mended_scenario(surveyor: Surveyor) -> Page:
    mend(surveyor.inside, "outlook-shared-denied")
    return surveyor.inside


def _approval(surveyor: Surveyor) -> Page:
    asked = {
        "client_id": "practice-microsoft-client",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        "redirect_uri": f"{surveyor.portal.url}/oauth/outlook/callback",
    }
    return _at(f"{provider_url(surveyor.portal, OUTLOOK)}/{OFFICE}/v2.0/adminconsent?{urlencode(asked)}", surveyor)


def _letter(subject: str, query: str, surveyor: Surveyor) -> Page:
    page = _at("/connections/1/mail/", surveyor)
    page.locator(".letters a", has_text=subject).click()
    page.get_by_role("heading", name=subject).wait_for()
    return _at(page.url + query, surveyor) if query else page


def _chosen(mailbox: str, button: str, surveyor: Surveyor) -> Page:
    """Select all messages of a mailbox that no other test looks into, and press a button where one is named."""
    page = _at(f"/connections/3/mail/{encode_mailbox_name(mailbox)}/", surveyor)
    page.get_by_label("Select all on this page").check()
    if button:
        page.get_by_role("button", name=button, exact=True).click()
        page.locator(".actions").wait_for()
    return page


def _moved(surveyor: Surveyor) -> Page:
    page = _chosen("Invoices", "Archive", surveyor)
    page.get_by_role("button", name="Archive 3 messages").click()
    page.get_by_role("button", name="Undo").wait_for()
    return page


def _nothing_yet(surveyor: Surveyor) -> Page:
    return surveyor.new_administrator


def furnish(surveyor: Surveyor) -> None:
    """Put the longest names that are allowed into the lists, none of them with a blank."""
    page = surveyor.inside
    page.goto("/connections/new")
    started(page)
    wanted = scenario("app-password-required", address=f"{'a' * 64}@{'b' * 60}.practice.test")
    fill_in(page, LONG, wanted, surveyor.portal.ports["moods"])
    press_test(page).locator(".verdict").wait_for()
    press_save(page)
    page.locator("#state").wait_for()
    surveyor.long_path = page.url
    join(surveyor.outside, invite(page, f"{'c' * 64}@{'d' * 60}.practice.test"), LONG)
    surveyor.outside.context.clear_cookies()


def _long_connection(surveyor: Surveyor) -> Page:
    return _at(surveyor.long_path, surveyor)


# In a practice portal connections 1 to 5 are the examples: 1 works, 2 fails, 5 is not tested; person 1 is oneself.
PLACES: Mapping[str, Callable[[Surveyor], Page]] = {
    "sign-in": partial(_signed_out, "/sign-in"),
    "sign-in refused": _refused_sign_in,
    "set-up": _set_up,
    "join": _join,
    "new password": _new_password,
    "closed link": partial(_signed_out, "/join/unknown"),
    "no connections yet": _nothing_yet,
    "connections": partial(_at, "/connections/"),
    "nothing matches": partial(_at, "/connections/?search=nowhere"),
    "new connection": partial(_at, "/connections/new"),
    "new connection, Gmail": partial(_fields_of, "Gmail OAuth2"),
    "new connection, Outlook": partial(_fields_of, "Outlook OAuth2"),
    "new connection, not set up": _not_set_up,
    "sign-in waits": _waiting,
    "sign-in succeeded": partial(_answered, GMAIL, _ANNA, "Allow", "ready"),
    "sign-in denied": partial(_answered, GMAIL, _ANNA, "Deny", "failed"),
    "sign-in refused by the provider": partial(_answered, OUTLOOK, f"silas@{OFFICE}", "Allow", "failed"),
    "sign-in of another account": partial(_answered, GMAIL, f"wanda@{WORKSPACE}", "Allow", "other"),
    "leaving for the provider": _leaving,
    "sign-in done": partial(_done, _ANNA, "Allow", "ready"),
    "sign-in done, denied": partial(_done, _ANNA, "Deny", "failed"),
    "sign-in done, Microsoft": _done_at_microsoft,
    "sign-in over": partial(_at, "/oauth/gmail/over?why=signed-out"),
    "sign-in over, Microsoft": partial(_at, "/oauth/outlook/over"),
    "connection by OAuth": partial(_connected, f"anton@{OFFICE}"),
    "connection to be reconnected": partial(_connected, f"mara@{OFFICE}"),
    "link for a consent": _consent,
    "provider: who are you": partial(_at_the_provider, OUTLOOK, f"nobody@{OFFICE}"),
    "provider: do you agree": partial(_at_the_provider, GMAIL, _ANNA),
    "provider: blocked": partial(_at_the_provider, GMAIL, f"bea@{WORKSPACE}"),
    "provider: do you approve": _approval,
    "provider: accounts": partial(_provider_accounts, GMAIL),
    "new connection, refused": _refused_in_place,
    "test passed": partial(_tested, "works"),
    "test failed": partial(_tested, "app-password-required"),
    "connection that works": partial(_at, "/connections/1"),
    "connection that fails": partial(_at, "/connections/2"),
    "connection not tested": partial(_at, "/connections/5"),
    "connection with a long name": _long_connection,
    "mail": partial(_at, "/connections/1/mail/"),
    "mail, nothing found": partial(_at, f"/connections/1/mail/{encode_mailbox_name('INBOX')}/?text=nothing&unread=1"),
    "mail, no such mailbox": partial(_at, f"/connections/1/mail/{encode_mailbox_name(LONG)}/"),
    "mail that cannot be opened": partial(_at, f"/connections/2/mail/{encode_mailbox_name('INBOX')}/"),
    "mail, selected": partial(_chosen, "INBOX", ""),
    "mail, where to": partial(_chosen, "Sent", "Move to…"),
    "mail, where to from a long name": partial(
        _at, f"/connections/3/mail/{encode_mailbox_name(LONG)}/preview?kind=move&validity=1&m=1."
    ),
    "mail, what will happen": partial(_chosen, "Sent", "Delete"),
    "mail, for good": partial(_chosen, "Trash", "Delete permanently"),
    "mail, moved": _moved,
    "recent changes": partial(_at, "/connections/3/mail/changes"),
    "no recent changes": partial(_at, "/connections/1/mail/changes"),
    "message": partial(_letter, "Ihre Rechnung Nr. 2204", ""),
    "message as designed": partial(_letter, "This week at the harbour", "?view=html"),
    "message that is gone": partial(_at, f"/connections/1/mail/{encode_mailbox_name('INBOX')}/1.1"),
    "edit": partial(_at, "/connections/2/edit"),
    "report": partial(_at, "/connections/2/reports/2"),
    "delete": partial(_at, "/connections/2/delete"),
    "account": partial(_at, "/account"),
    "API tokens": partial(_at, "/account/tokens/"),
    "API token, made": _token_made,
    "API reference": partial(_at, "/api/v1/"),
    "user menu": _open_menu,
    "people": partial(_at, "/administration/people"),
    "nobody found": partial(_at, "/administration/people?q=nobody"),
    "oneself": partial(_at, "/administration/people/1"),
    "person": partial(_at, "/administration/people/2"),
    "invite": partial(_at, "/administration/people/invite"),
    "Gmail set-up": partial(_set_up_page, GMAIL),
    "Outlook set-up": partial(_set_up_page, OUTLOOK),
    "Gmail set-up, checked": partial(_set_up_checked, GMAIL),
    "Outlook set-up, checked": partial(_set_up_checked, OUTLOOK),
    "new link": _new_link,
    "no link": partial(_at, "/administration/link"),
    "practice": partial(_at, "/practice/"),
    "practice, mended": _mended_scenario,
    "handed over": _handed_over,
    "connection handed over": _connection_handed_over,
    "hand-off": _hand_off,
    "hand-off of a sign-in": _sign_in_handed_off,
    "hand-off, mended": _mended_hand_off,
    "hand-off, withdrawn": _hand_off_withdrawn,
    "help": partial(_at, "/help/"),
    "help, signed out": partial(_signed_out, "/help/"),
    "search": partial(_signed_out, "/help/search"),
    "search: a code": partial(_signed_out, "/help/search?q=AADSTS50079"),
    "search: an error text": partial(_signed_out, "/help/search?q=wrong+version+number"),
    "search: words": partial(_signed_out, "/help/search?q=app+blocked"),
    "search: nothing found": partial(_signed_out, f"/help/search?q={LONG}"),
    "explain an error": partial(_signed_out, "/help/explain"),
    "explain an error, empty": partial(_explained, " "),
    "explained": partial(_explained, f"AADSTS50079: you must enroll in multi-factor authentication. Trace {LONG}"),
    "explained, unknown": partial(_explained, f"Not today, says house rule 4711. {LONG}"),
    "codes": partial(_signed_out, "/help/codes"),
    "not found": partial(_at, "/nowhere"),
    **{f"help: {slug}": partial(_at, f"/help/problems/{slug}") for slug in PROBLEMS},
    **{
        f"help: {slug}, {key}": partial(_signed_out, f"/help/problems/{slug}?for={key}")
        for slug in _WITH_VALUES
        for key in ("gmail", "outlook")
    },
    **{f"guide: {slug}": partial(_signed_out, f"/help/guides/{slug}") for slug in GUIDES},
}
