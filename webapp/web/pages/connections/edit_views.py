"""Make, change and delete connections."""

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from webapp.models import CheckState, Connection, db
from webapp.models.connection import name_key
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.checks import store_report
from webapp.services.providers import ConnectionTarget
from webapp.services.providers.oauth import authorization_requests
from webapp.web.connection_lookup import get_editable_or_403
from webapp.web.error_handlers import error_response
from webapp.web.login import current_session, current_user, login_required
from webapp.web.pages.connections.form_page import FormPage
from webapp.web.pages.connections.grant_release import release_grant


@login_required
def new() -> Response:
    """Show the empty form, or the one that a person left for a provider."""
    return _returned(None) or FormPage.new().show()


@login_required
def fields() -> Response:
    """Return the fields of the chosen credential type, with what was typed before."""
    return FormPage.from_request(_saved_of_form()).show("connections/_fields.html")


@login_required
def server() -> Response:
    """Fill in the server of a well-known address."""
    return FormPage.from_request(_saved_of_form()).show("connections/_server.html")


@login_required
def create() -> Response:
    """Save a new connection."""
    page = FormPage.from_request(None)
    if "update_fields" in request.form:
        return page.show()
    if not page.is_valid() or (target := page.target()) is None:
        return _with_typed_secret(page)
    connection = Connection(owner_id=current_user().id, credential_type=page.provider.credential_type)
    return _save(page, connection, target)


@login_required
def edit(connection_id: int) -> Response:
    """Show the form of a saved connection."""
    connection = get_editable_or_403(connection_id, current_user())
    return _returned(connection) or FormPage.from_connection(connection).show()


@login_required
def update(connection_id: int) -> Response:
    """Save changes, unless another person saved theirs since the form was opened."""
    connection = get_editable_or_403(connection_id, current_user())
    page = FormPage.from_request(connection)
    if "update_fields" in request.form:
        return page.show()
    if page.form.version.data != str(connection.version):
        return _conflict(page, connection)
    if not page.is_valid() or (target := page.target()) is None:
        return _with_typed_secret(page)
    return _save(page, connection, target)


@login_required
def delete(connection_id: int) -> Response:
    """Ask, then delete a connection with its reports."""
    connection = get_editable_or_403(connection_id, current_user())
    if request.method == "GET":
        return Response(render_template("connections/delete.html", connection=connection))
    name, grant_id = connection.name, connection.grant_id
    db.session.delete(connection)
    try:
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        return error_response(409)
    flash(f"“{name}” was deleted.", "good")
    release_grant(grant_id)
    return redirect(url_for("connections.index"), 303)  # type: ignore[return-value]


def _returned(connection: Connection | None) -> Response | None:
    """Show the form again with which a person went to a provider, where the address names that trip."""
    attempt = authorization_requests.find(request.args.get("attempt", ""), current_session())
    if attempt is None or not attempt.for_form or attempt.connection is not connection:
        return None
    return FormPage.from_authorization(attempt).show()


def _saved_of_form() -> Connection | None:
    text = request.form.get("connection_id", "")
    return get_editable_or_403(int(text), current_user()) if text.isdecimal() and len(text) < 10 else None


def _with_typed_secret(page: FormPage) -> Response:
    """Show the errors, and keep the password that was typed where only the name has to be fixed."""
    if page.form.errors.keys() == {"name"}:
        target = page.provider.target_from_form(page.form, page.saved, kept=page.state.secret_for)
        if target is not None and page.state.secret_for(target.server) != target.secret_fingerprint:
            page.remember_secret(target, None)
    return page.show(status=422)


def _conflict(page: FormPage, connection: Connection) -> Response:
    page.form.version.data = str(connection.version)
    page.form.version.raw_data = [page.form.version.data]
    page.notice = (
        f"Somebody else changed this connection while you were editing it: it is now called “{connection.name}”, for "
        f"{connection.address}{f' on {connection.host} port {connection.port}' if connection.host else ''}. "
        "What you typed is still here: save again to put it in place of theirs."
    )
    return page.show(status=409)


def _save(page: FormPage, connection: Connection, target: ConnectionTarget) -> Response:
    moved = (
        connection.id is None
        or page.provider.target_from_record(connection) != target
        or connection.address != page.form.address.data
    )
    grant_before = connection.grant_id
    connection.name, connection.address = page.form.name.data, page.form.address.data
    connection.name_key = name_key(connection.name)
    connection.credential_type = page.provider.credential_type
    if connection.id is not None:
        connection.version += 1
    if moved:
        connection.state, connection.state_since, connection.last_verdict = CheckState.NOT_TESTED, None, ""
        connection.last_problem, connection.last_checked_at, connection.last_seconds = "", None, None
    db.session.add(connection)
    try:
        db.session.flush()
        page.provider.save_to(connection, page.form, target)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        return error_response(409)
    except IntegrityError:
        db.session.rollback()
        page.form.name.errors = ["There is a connection of this name already."]
        return page.show(status=422)
    report = page.state.report_for(target.server, target.secret_fingerprint)
    if report is not None and moved:
        store_report(connection, CheckResult.of(report, target.server, connection.address))
    _say_saved(connection)
    if grant_before != connection.grant_id:
        release_grant(grant_before)
    return redirect(url_for("connections.show", connection_id=connection.id), 303)  # type: ignore[return-value]


def _say_saved(connection: Connection) -> None:
    flash(f"“{connection.name}” is saved.", "good")
    others = (
        select(Connection.name).where(Connection.address == connection.address, Connection.id != connection.id).limit(1)
    )
    if (other := db.session.scalar(others)) is not None:
        flash(f"“{other}” connects to {connection.address} too.", "warning")
