"""To a provider and back: one blueprint each, with the start of a sign-in, its callback and where that leads."""

from typing import cast

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_login import current_user as visitor
from sqlalchemy.exc import IntegrityError

from webapp.models import AuthorizationRequest, Connection, CredentialType, db, writes
from webapp.services.connections import consent_links
from webapp.services.connections.permissions import can_edit
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth import authorization_requests, authorization_response
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.provider import normalized_address_or_empty
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.error_handlers import error_response
from webapp.web.login import current_session, current_user, login_required
from webapp.web.sign_in_urls import sign_in_page_url

# What a form may bring back from the trip; a password is not among it.
_PRESERVED_FIELDS = (
    "name",
    "address",
    "shared_mailbox",
    "credential_type",
    "version",
    "host",
    "port",
    "security",
    "user",
)
_SINGLE_PARAMETERS = ("state", "code", "error", "iss")

# why a callback leads nowhere: (status, what happened, what to do)
CALLBACK_ERRORS = {
    "unknown": (
        400,
        "This sign-in is not known here",
        "It was finished, was begun long ago, or in another browser. Go back to the connection and begin again.",
    ),
    "signed-out": (
        403,
        "You were signed out of the portal meanwhile",
        "Nothing was connected. Sign in to the portal, go back to the connection and begin again.",
    ),
    "another-session": (
        403,
        "This sign-in was begun in another session of the portal",
        "Nothing was connected. Begin it again in this window, as the person who is signed in here now.",
    ),
    # For an administrator who followed the link of admin consent. No one is signed in because of it.
    "approved": (
        200,
        "{company} says that the portal is approved",
        "People of your organisation can connect their mailboxes now: they begin again, or press Reconnect.",
    ),
    "not-approved": (
        400,
        "The portal was not approved",
        "The page was cancelled, or the account may not approve it. A Global Administrator opens the link again.",
    ),
}


def make_oauth_blueprint(credential_type: CredentialType) -> Blueprint:
    """Make the blueprint of a provider."""
    provider = cast(OAuthProvider, PROVIDERS[credential_type])
    house = provider.spec
    pages = Blueprint(house.key, __name__, url_prefix=f"/oauth/{house.key}")

    @pages.post("/start")
    @login_required
    def start() -> Response:
        """Begin an attempt and lead to the provider."""
        return _authorize(provider)

    @pages.get("/callback")
    def callback_() -> Response:
        """Take what the provider sends back, and lead on to an address without it."""
        writes.set(True)
        attempt, over = _find_request(credential_type)
        if attempt is None:
            return _see_other(url_for(f"{house.key}.over", why=over))
        next_page = url_for(f"{house.key}.done", key=attempt.key) if attempt.popup else sign_in_page_url(attempt)
        if authorization_requests.consume(attempt) and authorization_response.complete(attempt, request.args):
            consent_links.expire_links(attempt)
        return _see_other(next_page)

    @pages.get("/done/<key>")
    @login_required
    def done(key: str) -> Response:
        """Tell the page that waits, close the pop-up, or lead on where there is no one to tell."""
        attempt = authorization_requests.find(key, current_session())
        if attempt is None:
            abort(404)
        failure = authorization_requests.failure_of(attempt)
        page = render_template(
            "oauth/callback_done.html",
            attempt=attempt,
            failure=failure,
            provider=provider,
            page_url=sign_in_page_url(attempt),
        )
        return Response(page)

    @pages.get("/over")
    def over() -> Response:
        """Return why a callback leads nowhere."""
        status, title, remedy = CALLBACK_ERRORS.get(request.args.get("why", ""), CALLBACK_ERRORS["unknown"])
        return error_response(status, title.format(company=house.company), remedy)

    return pages


def _authorize(provider: OAuthProvider) -> Response:
    client = effective_client(provider.credential_type)
    if not client.is_complete:
        return error_response(
            409, f"{provider.label} is not set up on this portal yet", "Ask an administrator of the portal."
        )
    for_form = request.form.get("of") != "connection"
    connection = _connection(for_form=for_form)
    if not for_form and (connection is None or connection.credential_type != provider.credential_type):
        abort(400)
    # It is told to the provider.
    address = (
        normalized_address_or_empty(request.form.get("address"))
        if for_form or connection is None
        else authorization_response.account_of(connection)
    )
    try:
        attempt, state, told = authorization_requests.create(
            request.form.get("attempt", ""),
            provider.credential_type,
            user=current_user(),
            session=current_session(),
            address=address,
            form={name: request.form[name][:1000] for name in _PRESERVED_FIELDS if name in request.form},
            connection=connection,
            for_form=for_form,
            popup=request.form.get("popup") == "1",
        )
    except IntegrityError:
        db.session.rollback()
        return error_response(409)
    url = client.oauth().authorization_url(
        redirect_uri=client.redirect_uri,
        state=state,
        nonce=told.nonce,
        verifier=told.verifier,
        **provider.authorize_parameters(address, choose="again" in request.form),
    )
    # A page that leads on, not a redirect: browsers apply form-action to all redirects after a form, and no one knows
    # in advance which hosts a provider, or the company behind it, sends people through.
    return Response(render_template("oauth/redirecting.html", provider=provider, url=url, attempt=attempt))


def _connection(*, for_form: bool) -> Connection | None:
    """Find the connection a sign-in is for, which one may change or, without its form, has a link to."""
    text = request.form.get("connection_id", "")
    if not text.isdecimal() or len(text) > 9:
        return None
    connection = get_connection_or_404(int(text))
    if not can_edit(current_user(), connection) and (for_form or not _is_let_in(connection)):
        abort(403)
    return connection


def _is_let_in(connection: Connection) -> bool:
    """Return whether one has a link to a connection, or has tried with one already and is on the connection's page."""
    before = authorization_requests.find(request.form.get("attempt", ""), current_session())
    tried = before is not None and before.connection_id == connection.id
    return consent_links.is_valid_for(request.form.get("consent", ""), connection) or (
        tried and consent_links.is_open(connection)
    )


def _find_request(credential_type: CredentialType) -> tuple[AuthorizationRequest | None, str]:
    """Find the attempt that a callback belongs to, or say why there is none: its state is checked before all else."""
    if any(len(request.args.getlist(name)) > 1 for name in _SINGLE_PARAMETERS):
        return None, "unknown"
    if "admin_consent" in request.args:
        approved = request.args["admin_consent"].lower() == "true" and "error" not in request.args
        return None, "approved" if approved else "not-approved"
    attempt = authorization_requests.find_by_state(request.args.get("state", ""))
    if attempt is None or attempt.credential_type != credential_type:
        return None, "unknown"
    if not visitor.is_authenticated:
        return None, "signed-out"
    if attempt.session_id != visitor.session.id:
        return None, "another-session"
    return attempt, ""


def _see_other(url: str) -> Response:
    return redirect(url, 303)  # type: ignore[return-value]


def oauth_blueprints() -> list[Blueprint]:
    """Return a blueprint for each registered provider."""
    return [make_oauth_blueprint(kind) for kind in PROVIDER_SPECS]
