"""The pages of a hand-off: for who asks, behind the sign-in, and for who fixes, behind the link alone."""

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user as visitor

from webapp.config.app_state import current_settings
from webapp.models import AuthorizationRequest, CheckState, Handoff, db, utcnow
from webapp.services.connections.checks import AlreadyRunningError, ConnectionNotFoundError, check_and_store
from webapp.services.connections.permissions import can_edit
from webapp.services.connections.stored_reports import check_result_of, latest_report
from webapp.services.handoff import handoffs
from webapp.services.handoff.status import HandoffPhase, HandoffStatus
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.web import login_rate_limits as tries
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.error_handlers import error_response
from webapp.web.htmx import is_htmx_request
from webapp.web.login import current_session, current_user, login_required
from webapp.web.pages.handoff.message_rendering import render_message
from webapp.web.sign_in_urls import sign_in_page_url

handoff = Blueprint("handoff", __name__)


# For the person who asks.


@handoff.post("/connections/<id:connection_id>/hand-off")
@login_required
def create_for_connection(connection_id: int) -> Response:
    """Hand off what the last test of a connection has found."""
    connection = get_connection_or_404(connection_id)
    stored = latest_report(connection)
    try:
        if stored is None or connection.state is not CheckState.FAILS:
            raise handoffs.NoProblemError
        hand_off = handoffs.create_from_report(connection, check_result_of(connection, stored), current_user())
    except handoffs.NoProblemError:
        flash(
            "There is nothing to hand over: the last test found no fault, or the connection was changed since. "
            "Test it first.",
            "warning",
        )
        return _redirect(url_for("connections.show", connection_id=connection_id))
    return _redirect(url_for("handoff.owner_page", hand_off_id=hand_off.id))


@handoff.post("/sign-ins/<key>/hand-off")
@login_required
def create_for_sign_in(key: str) -> Response:
    """Hand off why a sign-in failed."""
    attempt = authorization_requests.find(key, current_session())
    failure = authorization_requests.failure_of(attempt) if attempt else None
    if attempt is None or failure is None:
        abort(404)
    if not (attempt.address or attempt.account or attempt.connection):
        flash("Enter the mailbox's address first: whoever mends it has to know which one it is about.", "warning")
        return _redirect(sign_in_page_url(attempt))
    provider = PROVIDER_SPECS[attempt.credential_type].key
    hand_off = handoffs.create_from_authorization(attempt, failure.failure(provider), current_user())
    return _redirect(url_for("handoff.owner_page", hand_off_id=hand_off.id, attempt=key))


@handoff.get("/hand-offs/<id:hand_off_id>")
@login_required
def owner_page(hand_off_id: int) -> Response:
    """Show the link, the message that goes with it, and how it stands."""
    hand_off = _redirect_to_owner_page(hand_off_id)
    standing = HandoffStatus(hand_off)
    url = current_settings().base_url + url_for("handoff.recipient_page", token=handoffs.token_of(hand_off))
    attempt = _attempt_behind(hand_off)
    return Response(
        render_template(
            "handoff/owner.html",
            hand_off=hand_off,
            standing=standing,
            url=url,
            message=render_message(standing, url),
            back=sign_in_page_url(attempt) if attempt else "",
            changeable=_may_withdraw(hand_off),
        )
    )


@handoff.get("/hand-offs/<id:hand_off_id>/state")
@login_required
def owner_status(hand_off_id: int) -> Response:
    """Return how it stands to a page that waits: news ask for the page again, nothing new is no content."""
    return _news(HandoffStatus(_redirect_to_owner_page(hand_off_id)).mark)


@handoff.post("/hand-offs/<id:hand_off_id>/withdraw")
@login_required
def withdraw(hand_off_id: int) -> Response:
    """Close the link before its time."""
    hand_off = _redirect_to_owner_page(hand_off_id)
    if not _may_withdraw(hand_off):
        abort(403)
    handoffs.withdraw(hand_off)
    flash("The link is withdrawn: nobody can open it any more.", "good")
    connection_id = hand_off.connection_id
    return _redirect(
        url_for("connections.show", connection_id=connection_id) if connection_id else url_for("site.home")
    )


# For the person who fixes.


@handoff.get("/hand-off/<token>")
def recipient_page(token: str) -> Response:
    """Show what is asked and how it stands. Looking notes nothing: mail scanners open every link they see."""
    hand_off, closed = _find_open(token)
    return closed or _page(hand_off, token)


@handoff.get("/hand-off/<token>/state")
def recipient_status(token: str) -> Response:
    """Return how it stands to the page that waits, and note that a browser has it open; nothing new is no content."""
    hand_off, closed = _find_open(token)
    if closed:
        return Response(status=204, headers={"HX-Refresh": "true"})
    _note_opened(hand_off)
    return _news(HandoffStatus(hand_off).test_mark)


@handoff.post("/hand-off/<token>/test")
@tries.limit_by_network
def check_again(token: str) -> Response:
    """Test the connection again, once a minute at most; a younger result is shown instead."""
    hand_off, closed = _find_open(token)
    if closed:
        return closed
    _note_opened(hand_off)
    standing = HandoffStatus(hand_off)
    connection = standing.connection
    if connection is not None and not standing.seconds_to_wait:
        try:
            check_and_store(connection.id)
        except ConnectionNotFoundError:
            abort(404)
        except AlreadyRunningError:
            pass  # its result is about to come
    if is_htmx_request():
        hand_off, closed = _find_open(token)  # it may have been withdrawn meanwhile
        return closed or _page(hand_off, token, tested=True)
    return _redirect(url_for("handoff.recipient_page", token=token, tested=1, _anchor="standing"))


def _page(hand_off: Handoff, token: str, *, tested: bool = False) -> Response:
    standing = HandoffStatus(hand_off)
    response = make_response(
        render_template(
            "handoff/_body.html" if is_htmx_request() else "handoff/recipient.html",
            hand_off=hand_off,
            standing=standing,
            token=token,
            tested=tested or "tested" in request.args,
            Phase=HandoffPhase,
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Vary"] = "HX-Request"
    return response


def _find_open(token: str) -> tuple[Handoff, Response | None]:
    """Find the hand-off of a link, or say why it does not open."""
    hand_off = handoffs.find(token)
    if hand_off is None:
        abort(404)
    if hand_off.is_open:
        return hand_off, None
    in_time = hand_off.expires_at > utcnow()
    why = "was withdrawn" if hand_off.withdrawn_at else "is for another mailbox by now" if in_time else "has expired"
    remedy = f"Ask {hand_off.asker} for a new one, if it is still needed."
    return hand_off, error_response(410, f"This link {why}", remedy)


def _note_opened(hand_off: Handoff) -> None:
    """Note a reader who is not the one who asks."""
    if not (visitor.is_authenticated and visitor.user.id == hand_off.asked_by_id):
        handoffs.mark_opened(hand_off)


def _redirect_to_owner_page(hand_off_id: int) -> Handoff:
    """Find a hand-off for its maker, an administrator or, of a connection, anybody in the team."""
    hand_off = db.session.get(Handoff, hand_off_id)
    if hand_off is None or not hand_off.is_open:
        abort(404)
    user = current_user()
    if hand_off.connection_id is None and hand_off.asked_by_id != user.id and not user.is_administrator:
        abort(404)
    return hand_off


def _may_withdraw(hand_off: Handoff) -> bool:
    user = current_user()
    if hand_off.asked_by_id == user.id or user.is_administrator:
        return True
    return hand_off.connection is not None and can_edit(user, hand_off.connection)


def _attempt_behind(hand_off: Handoff) -> AuthorizationRequest | None:
    """Find the half-filled form to go back to."""
    attempt = authorization_requests.find(request.args.get("attempt", ""), current_session())
    return attempt if attempt is not None and attempt.connection_id == hand_off.connection_id else None


def _news(mark: str) -> Response:
    return Response(status=204, headers={} if request.args.get("seen") == mark else {"HX-Refresh": "true"})


def _redirect(url: str) -> Response:
    return redirect(url, 303)  # type: ignore[return-value]
