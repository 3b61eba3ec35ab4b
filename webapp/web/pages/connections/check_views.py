"""Test connection: what was typed, or what is saved; answered on the same page."""

from flask import Response, abort, request

from webapp.models import Connection
from webapp.services.connections.checks import AlreadyRunningError, GoneError, check_connection, check_target
from webapp.services.connections.permissions import get_changeable, get_connection
from webapp.services.providers import PROVIDERS, Target
from webapp.web.error_handlers import error_response
from webapp.web.htmx import wanted
from webapp.web.login import current_user, login_required
from webapp.web.pages.connections.blueprint import connections
from webapp.web.pages.connections.detail_views import show_checked, show_connection, show_row
from webapp.web.pages.connections.form_page import FormPage


@connections.post("/test")
@login_required
def test_new() -> Response:
    """Test what was typed into a new form."""
    return _test_form(FormPage.sent(None))


@connections.post("/<id:connection_id>/edit/test")
@login_required
def test_edit(connection_id: int) -> Response:
    """Test what was typed into the form of a saved connection."""
    return _test_form(FormPage.sent(get_changeable(connection_id, current_user())))


@connections.post("/<id:connection_id>/test")
@login_required
def test_connection(connection_id: int) -> Response:
    """Test a saved connection as it is, and keep the report."""
    in_list = wanted() and request.form.get("view") == "row"
    try:
        verdict, kept = check_connection(connection_id)
    except GoneError:
        abort(404)
    except AlreadyRunningError:
        return show_row(connection_id) if in_list else _already_running()
    if in_list:
        return show_row(connection_id)
    if wanted() and kept:
        return show_checked(verdict, kept)
    return show_connection(connection_id, verdict=verdict, kept=kept is not None)


def _test_form(page: FormPage) -> Response:
    if not page.is_valid() or (target := page.target()) is None:
        return page.show("connections/_invalid.html", 422)
    saved_id = page.saved.id if page.saved else None
    try:
        if page.saved is not None and _is_as_saved(page.saved, target):
            verdict, _ = check_connection(page.saved.id)
        else:
            verdict = check_target(target, page.form.address.data)
    except GoneError:
        abort(404)
    except AlreadyRunningError:
        return _already_running()
    if saved_id is not None:
        # Read anew: it may have been deleted meanwhile.
        page.saved = get_connection(saved_id)
    page.carry(target, verdict)
    return page.show("connections/_tested.html")


def _is_as_saved(saved: Connection, target: Target) -> bool:
    return PROVIDERS[saved.credential_type].stored(saved) == target


def _already_running() -> Response:
    return error_response(
        409, "A test of this connection is running already", "Wait for its result; it takes 20 seconds at most."
    )
