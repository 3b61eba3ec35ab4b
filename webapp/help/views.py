"""Help: every problem a connection can have, explained once and shown here and beside a failed test."""

from flask import Blueprint, Flask, abort, render_template, url_for
from markupsafe import Markup

from webapp.connections.verdict import Facts
from webapp.diagnosis.catalogue import PROBLEMS
from webapp.diagnosis.problem import UNKNOWN, Problem
from webapp.signed_in import login_required

help_pages = Blueprint("help", __name__, url_prefix="/help")

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


def problem_link(slug: str) -> Markup:
    """Link to the page of a problem, in its own words."""
    return Markup('<a href="{}">{}</a>').format(url_for("help.problem", slug=slug), PROBLEMS[slug].verdict)


@help_pages.record_once
def _offer_links(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals.update(problem_link=problem_link)


@help_pages.get("/")
@login_required
def index() -> str:
    """List the problems."""
    rest = [slug for slug in PROBLEMS if slug != UNKNOWN and not any(slug in group for _, group in GROUPS)]
    return render_template(
        "help/index.html", groups=(*GROUPS, ("Sign-in with Google and Microsoft", tuple(rest))), problems=PROBLEMS
    )


@help_pages.get("/problems/<slug>")
@login_required
def problem(slug: str) -> str:
    """Explain one problem."""
    found: Problem | None = PROBLEMS.get(slug)
    if found is None:
        abort(404)
    return render_template("help/problem.html", problem=found, facts=Facts(), full_page=True)
