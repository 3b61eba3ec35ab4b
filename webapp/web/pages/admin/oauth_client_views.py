"""The set-up of a provider by an administrator: the portal's OAuth client, stored, checked and removed."""

from flask import Response, abort, flash, url_for
from sqlalchemy import delete

from webapp.core.phrases import plural
from webapp.models import CredentialType, OAuthClientSetting, db
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, credential_type_of
from webapp.web.forms import render_form
from webapp.web.htmx import hx_redirect, render_page_or_fragment
from webapp.web.pages.admin.oauth_client_check import check_client_registration
from webapp.web.pages.admin.oauth_client_page import OAuthClientPage

_CLIENT = "/oauth/<kind>"
_PAGE = "admin/oauth_client.html"


def oauth_places() -> dict[str, object]:
    """Return the name of the set-up pages for the navigation of the administration."""
    return {"oauth_places": {spec.key: PROVIDERS[kind].label for kind, spec in PROVIDER_SPECS.items()}}


def oauth_client(kind: str) -> Response:
    """Show how the portal is registered with a provider, and store what was typed."""
    page = OAuthClientPage.of(_credential_type(kind))
    if not page.form.has_fields or not page.form.validate_on_submit():
        return render_form(_PAGE, page=page)
    lost = page.connected if page.entered_client.client_id != page.client.client_id else 0
    page.store()
    if lost:
        flash(f"Saved. To be reconnected with the new client ID: {plural(lost, 'connection')}.", "warning")
    else:
        flash("Saved. “Check set-up” proves it before anybody signs in.", "good")
    return _back_to(kind)


def check_oauth_client(kind: str) -> Response:
    """Prove what was typed, saved or not."""
    page = OAuthClientPage.of(_credential_type(kind))
    if not page.form.validate():
        return render_page_or_fragment(_PAGE, "admin/_oauth_invalid.html", 422, page=page)
    page.result = check_client_registration(page.entered_client)
    return render_page_or_fragment(_PAGE, "admin/_oauth_result.html", page=page)


def remove_oauth_client(kind: str) -> Response:
    """Forget what was stored on the page."""
    of_kind = OAuthClientSetting.credential_type == _credential_type(kind)
    removed = db.session.scalar(delete(OAuthClientSetting).where(of_kind).returning(OAuthClientSetting.credential_type))
    db.session.commit()
    flash("Client ID and secret are removed." if removed else "There was nothing to remove.", "good")
    return _back_to(kind)


def _credential_type(kind: str) -> CredentialType:
    found = credential_type_of(kind)
    if found is None:
        abort(404)
    return found


def _back_to(kind: str) -> Response:
    return hx_redirect(url_for("admin.oauth_client", kind=kind))
