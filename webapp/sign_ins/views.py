"""The sign-in panel: asked for again while its page waits, and the decisions where another account signed in."""

from typing import cast

from flask import Blueprint, Response, abort, flash, render_template, request

from webapp.connections.access import get_connection
from webapp.connections.form_page import FormPage
from webapp.connections.recording import check_target
from webapp.connections.verdict import Verdict
from webapp.htmx import redirect_whole_page, wanted
from webapp.models import Connection, CredentialType, SignInAttempt, State, db
from webapp.providers import PROVIDERS
from webapp.providers.oauth import attempts
from webapp.providers.oauth.callback import attach
from webapp.providers.oauth.clients import HOUSES
from webapp.providers.oauth.provider import OAuthProvider, mailbox_of
from webapp.sign_ins import consent
from webapp.sign_ins.panel import Panel
from webapp.sign_ins.redirects import page_of
from webapp.signed_in import current_session, login_required

sign_ins = Blueprint("sign_ins", __name__, url_prefix="/sign-ins")

_KINDS = {house.key: kind for kind, house in HOUSES.items()}


@sign_ins.get("/<key>")
@login_required
def show(key: str) -> Response:
    """Render the panel as it stands now, for htmx; nothing new is no content."""
    kind = _KINDS.get(request.args.get("kind", ""))
    if kind is None or not attempts.is_key(key):
        abort(404)
    panel = Panel(
        provider=_provider(kind),
        key=key,
        address=request.args.get("address", ""),
        saved=_connection(),
        for_form=request.args.get("of") != "connection",
        attempt=attempts.find(key, current_session()),
        asked=request.args.get("asked", 0, int),
        waiting=True,
    )
    if panel.state == "waiting" and panel.attempt is not None and "again" in request.args:
        return Response(status=204)
    return _fragment(panel)


@sign_ins.post("/<key>/use-account")
@login_required
def use_account(key: str) -> Response:
    """Take the account that signed in instead of the address that was typed."""
    attempt = _signed_in(key)
    if attempt.for_form:
        page = FormPage.sent(attempt.connection)
        page.form.address.data = attempt.account
        return page.show("sign_ins/_used.html")
    connection = _changeable(attempt)
    connection.address = connection.user = attempt.account
    connection.state, connection.state_since, connection.last_verdict = State.NOT_TESTED, None, ""
    return _attached(attempt)


@sign_ins.post("/<key>/prove")
@login_required
def prove(key: str) -> Response:
    """Log in to the mailbox that was typed with the token of the account that signed in: if that works, it may."""
    attempt = _signed_in(key)
    provider = _provider(attempt.credential_type)
    if attempt.for_form:
        page = FormPage.sent(attempt.connection)
        target = provider.target(attempt.grant_id, mailbox_of(page.form))
        verdict = check_target(target, page.form.address.data)
        if verdict.passed:
            _settle(attempt, page.form.address.data)
        page.carry(target, verdict)
        return page.show("sign_ins/_proved.html")
    connection = _changeable(attempt)
    verdict = check_target(provider.target(attempt.grant_id, connection.user or connection.address), connection.address)
    if verdict.passed:
        return _attached(attempt)
    return _with_result(attempt, verdict)


def _signed_in(key: str) -> SignInAttempt:
    """Find an attempt of this browser that has a grant, or answer 404."""
    attempt = attempts.find(key, current_session())
    if attempt is None or attempt.grant_id is None:
        abort(404)
    return attempt


def _changeable(attempt: SignInAttempt) -> Connection:
    """Give the connection of an attempt: who may begin one for it may conclude it."""
    if attempt.connection is None:
        abort(404)
    return attempt.connection


def _settle(attempt: SignInAttempt, address: str) -> None:
    attempt.settled, attempt.address = True, address
    db.session.commit()


def _attached(attempt: SignInAttempt) -> Response:
    attach(attempt)
    consent.close(_changeable(attempt))
    db.session.commit()
    return redirect_whole_page(page_of(attempt))


def _with_result(attempt: SignInAttempt, verdict: Verdict) -> Response:
    connection = _changeable(attempt)
    if not wanted():
        flash(f"{attempt.account} cannot open {connection.user or connection.address}: {verdict.sentence}", "bad")
        return redirect_whole_page(page_of(attempt))
    panel = Panel.of_connection(_provider(attempt.credential_type), connection, attempt)
    page = render_template("sign_ins/_refuted.html", panel=panel, verdict=verdict)
    return Response(page, headers={"Vary": "HX-Request"})


def _fragment(panel: Panel) -> Response:
    page = render_template("sign_ins/_panel.html", panel=panel)
    return Response(page, headers={"Vary": "HX-Request"})


def _connection() -> Connection | None:
    number = request.args.get("connection_id", 0, int)
    return get_connection(number) if 0 < number < 2**31 else None


def _provider(kind: CredentialType) -> OAuthProvider:
    return cast(OAuthProvider, PROVIDERS[kind])
