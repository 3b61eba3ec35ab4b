"""The problem pages: every problem a connection can have, explained once and shown here and beside a failed test."""

from flask import abort, render_template, request

from webapp.diagnosis.catalogue import PROBLEMS
from webapp.diagnosis.problem import UNKNOWN, Problem
from webapp.help.blueprint import help_pages
from webapp.help.portal_facts import portal_facts

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
    ("The mailbox", ("license-or-mailbox-missing", "mailbox-not-found", "mailbox-access-denied", "imap-id-required")),
)

_GROUPED = {slug for _, slugs in GROUPS for slug in slugs}
PROBLEM_GROUPS = (
    *GROUPS,
    ("Sign-in with Google and Microsoft", tuple(slug for slug in PROBLEMS if slug not in _GROUPED | {UNKNOWN})),
)


@help_pages.get("/problems/<slug>")
def problem(slug: str) -> str:
    """Explain one problem, for readers of any provider or, with `?for=gmail`, of one."""
    found: Problem | None = PROBLEMS.get(slug)
    if found is None:
        abort(404)
    return render_template(
        "help/problem.html", problem=found, facts=portal_facts(request.args.get("for", "")), full_page=True
    )
