"""The page of one connection, its reports, and its row in the list."""

import shlex

from flask import Response, abort, render_template, request, url_for
from sqlalchemy import bindparam, select

from webapp.config.app_state import current_settings
from webapp.models import CheckReport, Connection, db
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.checks import StoredReport
from webapp.services.connections.permissions import can_edit
from webapp.services.connections.stored_reports import check_result_of
from webapp.services.handoff.handoffs import latest_open_for
from webapp.services.handoff.status import HandoffStatus
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.htmx import render_page_or_fragment
from webapp.web.login import current_session, current_user, login_required
from webapp.web.pages.connections.sign_in_panel import SignInPanel

# Without the reports' bodies: the list shows one line of each.
_RECENT = (
    select(CheckReport.id, CheckReport.started_at, CheckReport.passed, CheckReport.verdict, CheckReport.seconds)
    .where(CheckReport.connection_id == bindparam("one"))
    .order_by(CheckReport.started_at.desc(), CheckReport.id.desc())
    .limit(10)
)


@login_required
def show(connection_id: int) -> Response:
    """Show a connection with its last report."""
    return show_connection(connection_id)


@login_required
def report(connection_id: int, report_id: int) -> Response:
    """Show one report of the past."""
    connection = get_connection_or_404(connection_id)
    found = db.session.get(CheckReport, report_id)
    if found is None or found.connection_id != connection_id:
        abort(404)
    verdict = check_result_of(connection, found).for_page(reconnect_url(connection))
    return Response(render_template("connections/report.html", connection=connection, verdict=verdict))


def show_connection(connection_id: int, *, verdict: CheckResult | None = None, kept: bool = True) -> Response:
    """Render the page of a connection with this verdict, or with that of its last report."""
    # A check writes past the session: what that has read before is old.
    connection = db.session.get(Connection, connection_id, populate_existing=True)
    if connection is None:
        if verdict is None:
            abort(404)
        return render_page_or_fragment(
            "connections/not_found.html", "connections/_result.html", verdict=verdict, kept=False
        )
    recent = db.session.execute(_RECENT, {"one": connection_id}).all()
    fresh, changeable = verdict is not None, can_edit(current_user(), connection)
    if verdict is None and recent:
        verdict = check_result_of(connection, db.session.get_one(CheckReport, recent[0].id))
    if verdict is not None:
        verdict = verdict.for_page(reconnect_url(connection))
    provider = PROVIDERS[connection.credential_type]
    panel = _panel(connection)
    return render_page_or_fragment(
        "connections/show.html",
        "connections/_result.html",
        connection=connection,
        provider=provider,
        server=provider.server(connection),
        panel=panel,
        reconnect=panel is not None and changeable,
        changeable=changeable,
        verdict=verdict,
        fresh=fresh,
        kept=kept,
        recent=recent,
        portal_url=current_settings().base_url,
        shell_name=shlex.quote(connection.name),
        hand_over_url=_hand_over_url(connection_id),
        standing=HandoffStatus(hand_off) if (hand_off := latest_open_for(connection_id)) else None,
    )


def render_check_result(verdict: CheckResult, kept: StoredReport) -> Response:
    """Render for htmx what a test that was kept changes on the page of its connection."""
    connection = kept.connection  # asked for again, it would cost a transaction
    verdict = verdict.for_page(reconnect_url(connection))
    report = verdict.report
    row = {"id": kept.report_id, "passed": report.passed, "verdict": verdict.sentence, "seconds": report.seconds}
    panel = _panel(connection)
    page = render_template(
        "connections/_saved_test_result.html",
        connection_id=connection.id,
        verdict=verdict,
        state=kept.state,
        since=kept.since,
        panel=panel,
        reconnect=panel is not None and can_edit(current_user(), connection),
        recent=[{**row, "started_at": report.started_at}],
        hand_over_url=_hand_over_url(connection.id),
    )
    return Response(page, headers={"Vary": "HX-Request"})


def render_row(connection_id: int) -> Response:
    """Render the row of a connection in the list, for htmx."""
    # A check writes past the session: what that has read before is old.
    connection = db.session.get(Connection, connection_id, populate_existing=True) or abort(404)
    row = render_template("connections/_row.html", connection=connection, providers=PROVIDERS)
    return Response(row, headers={"Vary": "HX-Request"})


def _hand_over_url(connection_id: int) -> str:
    return url_for("handoff.create_for_connection", connection_id=connection_id)


def _panel(connection: Connection) -> SignInPanel | None:
    """Return the sign-in panel of a connection by OAuth, with the attempt that the address names."""
    provider = PROVIDERS[connection.credential_type]
    if not isinstance(provider, OAuthProvider):
        return None
    return SignInPanel.of_connection(
        provider, connection, authorization_requests.find(request.args.get("attempt", ""), current_session())
    )


def reconnect_url(connection: Connection) -> str:
    """Return the place on the page of a connection where a person signs in for it again; nothing where no one can."""
    if not isinstance(PROVIDERS[connection.credential_type], OAuthProvider):
        return ""
    return url_for("connections.show", connection_id=connection.id) + "#sign-in"
