"""Which page a sign-in attempt belongs to."""

from flask import url_for

from webapp.models import AuthorizationRequest


def sign_in_page_url(attempt: AuthorizationRequest) -> str:
    """Return the address of the page that an attempt was begun on."""
    if attempt.connection_id is None:
        return url_for("connections.new", attempt=attempt.key)
    endpoint = "connections.edit" if attempt.for_form else "connections.show"
    return url_for(endpoint, connection_id=attempt.connection_id, attempt=attempt.key)
