"""Test connection: what was typed, or what is saved; answered on the same page."""

from flask import Response, abort, request

from webapp.models import Connection
from webapp.services.connections.checks import (
    AlreadyRunningError,
    ConnectionNotFoundError,
    check_and_store,
    run_check_for,
)
from webapp.services.providers import PROVIDERS, ConnectionTarget
from webapp.web.connection_lookup import get_connection_or_404, get_editable_or_403
from webapp.web.error_handlers import error_response
from webapp.web.htmx import is_htmx_request
from webapp.web.login import current_user, login_required
from webapp.web.pages.connections.detail_views import render_check_result, render_row, show_connection
from webapp.web.pages.connections.form_page import FormPage


@login_required
def check_unsaved() -> Response:
    """Test what was typed into a new form."""
    return _test_form(FormPage.from_request(None))


@login_required
def check_edited(connection_id: int) -> Response:
    """Test what was typed into the form of a saved connection."""
    return _test_form(FormPage.from_request(get_editable_or_403(connection_id, current_user())))


@login_required
def check_saved(connection_id: int) -> Response:
    """Test a saved connection as it is, and keep the report."""
    in_list = is_htmx_request() and request.form.get("view") == "row"
    try:
        verdict, kept = check_and_store(connection_id)
    except ConnectionNotFoundError:
        abort(404)
    except AlreadyRunningError:
        return render_row(connection_id) if in_list else _already_running()
    if in_list:
        return render_row(connection_id)
    if is_htmx_request() and kept:
        return render_check_result(verdict, kept)
    return show_connection(connection_id, verdict=verdict, kept=kept is not None)


def _test_form(page: FormPage) -> Response:
    if not page.is_valid() or (target := page.target()) is None:
        return page.show("connections/_invalid.html", 422)
    saved_id = page.saved.id if page.saved else None
    try:
        if page.saved is not None and _is_as_saved(page.saved, target):
            verdict, _ = check_and_store(page.saved.id)
        else:
            verdict = run_check_for(target, page.form.address.data)
    except ConnectionNotFoundError:
        abort(404)
    except AlreadyRunningError:
        return _already_running()
    if saved_id is not None:
        # Read again: it may have been deleted meanwhile.
        page.saved = get_connection_or_404(saved_id)
    page.remember_secret(target, verdict)
    return page.show("connections/_form_test_result.html")


def _is_as_saved(saved: Connection, target: ConnectionTarget) -> bool:
    return PROVIDERS[saved.credential_type].target_from_record(saved) == target


def _already_running() -> Response:
    return error_response(
        409, "A test of this connection is running already", "Wait for its result; it takes 20 seconds at most."
    )
