"""The page behind a one-time link: sign in at a provider for a connection that a script has made."""

from dataclasses import replace

from flask import Response, abort, render_template

from webapp.services.accounts.one_time_links import LinkClosedError
from webapp.services.connections.consent_links import connection_of
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.web.error_handlers import error_response
from webapp.web.login import login_required
from webapp.web.pages.connections.sign_in_panel import SignInPanel


@login_required
def consent_link_page(token: str) -> Response:
    """Show what the sign-in is for, with its button."""
    try:
        connection = connection_of(token)
    except LinkClosedError as error:
        return error_response(error.closed.status, error.closed.title, error.closed.remedy)
    if connection is None or not isinstance(provider := PROVIDERS[connection.credential_type], OAuthProvider):
        abort(404)
    panel = replace(SignInPanel.of_connection(provider, connection, None), standalone=True)
    page = render_template(
        "connections/consent.html", connection=connection, provider=provider, panel=panel, token=token
    )
    return Response(page)
