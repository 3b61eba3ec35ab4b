"""The problem pages: every problem a connection can have, explained once and shown here and beside a failed test."""

from flask import abort, render_template, request
from markupsafe import Markup

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import Family
from webapp.core.diagnosis.problem import UNKNOWN, Problem
from webapp.services.connections.check_result import HelpContext
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, credential_type_of
from webapp.web.pages.help.code_views import TABLES
from webapp.web.pages.help.portal_facts import portal_facts

# Where in a connection a problem shows, in the order a check goes.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Finding and reaching the server",
        (
            "dns-not-found",
            "dns-resolver-failure",
            "address-not-allowed",
            "connection-refused",
            "connection-timeout",
            "connection-dropped",
            "proxy-blocked",
        ),
    ),
    (
        "Encryption",
        ("tls-wrong-port", "tls-untrusted-cert", "tls-hostname-mismatch", "tls-expired", "tls-too-old", "clock-skew"),
    ),
    (
        "Greeting and limits",
        ("not-an-imap-server", "login-disabled-use-tls", "too-many-connections", "rate-limited", "server-unavailable"),
    ),
    (
        "Signing in",
        (
            "wrong-password",
            "app-password-required",
            "imap-disabled",
            "basic-auth-disabled",
            "web-login-required",
            "account-locked",
            "account-disabled",
            "auth-mechanism-unsupported",
        ),
    ),
    (
        "The mailbox",
        (
            "license-or-mailbox-missing",
            "mailbox-not-found",
            "mailbox-access-denied",
            "mailbox-full",
            "imap-id-required",
        ),
    ),
)

_GROUPED = {slug for _, slugs in GROUPS for slug in slugs}
PROBLEM_GROUPS = (
    *GROUPS,
    ("Sign-in with Google and Microsoft", tuple(slug for slug in PROBLEMS if slug not in _GROUPED | {UNKNOWN})),
)

# Pages that tell readers of each provider something else: its screens, or how the portal is registered there.
BY_PROVIDER = frozenset(
    {
        "account-disabled",
        "account-locked",
        "app-blocked-by-admin",
        "app-password-required",
        "client-secret-wrong",
        "client-unknown",
        "consent-not-given",
        "imap-disabled",
        "license-or-mailbox-missing",
        "mailbox-access-denied",
        "mailbox-not-found",
        "oauth-client-misconfigured",
        "oauth-token-rejected",
        "personal-account-unsupported",
        "rate-limited",
        "reconnect-required",
        "redirect-uri-mismatch",
        "scope-missing",
        "server-unavailable",
        "session-policy-expiry",
        "sign-in-restart",
        "too-many-connections",
        "web-login-required",
        "wrong-account",
    }
)


def problem(slug: str) -> str:
    """Render one problem, for readers of any provider or, with `?for=<key>`, of one."""
    found: Problem | None = PROBLEMS.get(slug)
    if found is None:
        abort(404)
    chosen = request.args.get("for", "")
    only = provider_of_problem(slug)
    shown_for = only or (chosen if slug in BY_PROVIDER and credential_type_of(chosen) else "")
    return render_template(
        "help/problem.html",
        problem=found,
        text=problem_text(found, portal_facts(shown_for)),
        choices=_choices() if slug in BY_PROVIDER else (),
        shown_for=shown_for,
        codes=[code for family in _families(shown_for) for code in TABLES[family] if code.slug == slug],
    )


def provider_of_problem(slug: str) -> str:
    """Return the key of the provider whose readers alone meet a problem; empty where others meet it too."""
    return next((spec.key for spec in PROVIDER_SPECS.values() if slug in spec.own_problems), "")


def _choices() -> tuple[tuple[str, str], ...]:
    return ("", "any provider"), *((spec.key, spec.service) for spec in PROVIDER_SPECS.values())


def _families(shown_for: str) -> list[Family]:
    """Return the families of codes, without those that only other providers use."""
    others = [spec.code_families for spec in PROVIDER_SPECS.values() if shown_for and spec.key != shown_for]
    return [family for family in Family if not any(family in foreign for foreign in others)]


def problem_text(found: Problem, facts: HelpContext) -> Markup:
    """Return the whole text of a problem, without the page around it."""
    page = render_template(f"help/problems/{found.slug}.html", facts=facts, full_page=True, heading="h2")
    return Markup(page)  # noqa: S704  (a rendered template)
