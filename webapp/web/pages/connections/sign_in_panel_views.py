"""The sign-in panel: asked for again while its page waits, and the decisions where another account signed in."""

from dataclasses import replace
from typing import cast

from flask import Blueprint, Response, abort, flash, render_template, request

from webapp.models import AuthorizationRequest, CheckState, Connection, CredentialType, db
from webapp.services.connections import consent_links
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.checks import run_check_for
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.authorization_response import assign_grant, connection_of
from webapp.services.providers.oauth.provider import OAuthProvider, mailbox_of
from webapp.services.providers.oauth.spec import credential_type_of
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.htmx import hx_redirect, is_htmx_request
from webapp.web.login import current_session, current_user, login_required
from webapp.web.pages.connections.form_page import FormPage
from webapp.web.pages.connections.grant_release import release_grant
from webapp.web.pages.connections.sign_in_panel import SignInPanel
from webapp.web.sign_in_urls import sign_in_page_url

sign_ins = Blueprint("sign_ins", __name__, url_prefix="/sign-ins")

# What says which mailbox a form is for.
_OF_MAILBOX = ("address", "shared_mailbox")


@sign_ins.get("/<key>")
@login_required
def show(key: str) -> Response:
    """Render the panel as it stands now, for htmx; nothing new is no content."""
    kind = credential_type_of(request.args.get("kind", ""))
    if kind is None or not authorization_requests.is_key(key):
        abort(404)
    panel = _panel(_provider(kind), authorization_requests.find(key, current_session()))
    panel = panel.poll(key, request.args.get("seen", ""), request.args.get("asked", 0, int))
    if panel.state == "waiting" and panel.attempt is not None and "again" in request.args:
        return Response(status=204)
    if panel.state == "ready" and panel.standalone:
        return hx_redirect(panel.page_url)
    return _fragment(panel)


@sign_ins.post("/<key>/use-account")
@login_required
def accept_account(key: str) -> Response:
    """Take the account that signed in instead of the address that was typed."""
    attempt = _signed_in(key)
    if attempt.for_form:
        page = _form_page(attempt)
        page.form.address.data = attempt.account
        return page.show("connections/sign_in/_account_accepted.html")
    connection = _connection_of(attempt)
    connection.address = connection.user = attempt.account
    connection.state, connection.state_since, connection.last_verdict = CheckState.NOT_TESTED, None, ""
    connection.last_problem, connection.last_checked_at, connection.last_seconds = "", None, None
    return _attached(attempt)


@sign_ins.post("/<key>/prove")
@login_required
def verify_mailbox_access(key: str) -> Response:
    """Log in to the mailbox that was typed with the token of the account that signed in: if that works, it may."""
    attempt = _signed_in(key)
    provider = _provider(attempt.credential_type)
    if attempt.for_form:
        page = _form_page(attempt)
        if not _names_mailbox(page):
            return _refused(page)
        target = provider.target(attempt.grant_id, mailbox_of(page.form))
        verdict = run_check_for(target, page.form.address.data)
        if verdict.passed:
            _accept(attempt, page.form.address.data)
        page.remember_secret(target, verdict)
        return page.show("connections/sign_in/_access_verified.html")
    connection = _connection_of(attempt)
    verdict = run_check_for(
        provider.target(attempt.grant_id, connection.user or connection.address), connection.address
    )
    if verdict.passed:
        return _attached(attempt)
    return _with_result(attempt, verdict)


def _signed_in(key: str) -> AuthorizationRequest:
    """Find an attempt of this browser that has a grant, or answer 404."""
    attempt = authorization_requests.find(key, current_session())
    if attempt is None or attempt.grant_id is None:
        abort(404)
    return attempt


def _form_page(attempt: AuthorizationRequest) -> FormPage:
    """Read the form that an attempt was begun from, or answer 400 where another credential type is chosen by now."""
    page = FormPage.from_request(attempt.connection)
    if page.provider.credential_type != attempt.credential_type:
        abort(400)
    page.form.attempt.data = attempt.key
    return page


def _names_mailbox(page: FormPage) -> bool:
    """Check the fields that say which mailbox is meant; the others may be unfinished."""
    page.form.validate()
    for name, field in page.form._fields.items():
        if name not in _OF_MAILBOX:
            field.errors = []
    return not page.form.errors


def _refused(page: FormPage) -> Response:
    """Show what is wrong with the form where its results stand, and leave the panel alone."""
    response = page.show("connections/_invalid.html", 422)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#result", "innerHTML"
    return response


def _connection_of(attempt: AuthorizationRequest) -> Connection:
    """Return the connection of an attempt; abort with 403 or 404 where this person may not decide about it."""
    connection = connection_of(attempt)
    if connection is None:
        abort(404)
    if not consent_links.can_complete(current_user(), attempt):
        abort(403)
    return connection


def _accept(attempt: AuthorizationRequest, address: str) -> None:
    attempt.settled, attempt.address = True, address
    db.session.commit()


def _attached(attempt: AuthorizationRequest) -> Response:
    before = _connection_of(attempt).grant_id
    assign_grant(attempt)
    consent_links.expire_links(attempt)
    if before != attempt.grant_id:
        release_grant(before)
    return hx_redirect(sign_in_page_url(attempt))


def _with_result(attempt: AuthorizationRequest, verdict: CheckResult) -> Response:
    connection = _connection_of(attempt)
    if not is_htmx_request() or "consent" in request.form:  # the page of a link has no place for a result
        flash(f"{attempt.account} cannot open {connection.user or connection.address}: {verdict.sentence}", "bad")
        return hx_redirect(sign_in_page_url(attempt))
    panel = SignInPanel.of_connection(_provider(attempt.credential_type), connection, attempt)
    page = render_template("connections/sign_in/_access_denied.html", panel=panel, verdict=verdict)
    return Response(page, headers={"Vary": "HX-Request"})


def _fragment(panel: SignInPanel) -> Response:
    page = render_template("connections/sign_in/_panel_only.html", panel=panel)
    return Response(page, headers={"Vary": "HX-Request"})


def _panel(provider: OAuthProvider, attempt: AuthorizationRequest | None) -> SignInPanel:
    """Make the panel that a page asks about, with the attempt where it is of this provider."""
    if attempt is not None and attempt.credential_type != provider.credential_type:
        attempt = None
    number = request.args.get("connection_id", 0, int)
    saved = get_connection_or_404(number) if 0 < number < 2**31 else None
    if request.args.get("of") != "connection":
        address = request.args.get("address", "")
        return SignInPanel(provider=provider, key="", address=address, saved=saved, attempt=attempt)
    if saved is None or saved.credential_type != provider.credential_type:
        abort(404)
    return replace(SignInPanel.of_connection(provider, saved, attempt), standalone="elsewhere" in request.args)


def _provider(kind: CredentialType) -> OAuthProvider:
    return cast(OAuthProvider, PROVIDERS[kind])
