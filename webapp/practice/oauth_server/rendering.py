"""How a provider shows its pages: their templates, and what they may load and lead to."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template

from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse

POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


def show(name: str, status: int = 200, **values: Any) -> Response:
    """Show a page."""
    return Response(render_template(f"practice/provider/{name}.html", **values), status)


def show_form(name: str, redirect_uri: str, **values: Any) -> Response:
    """Show a page with a form whose answer calls the client back."""
    page, client = show(name, **values), urlsplit(redirect_uri)
    # Chromium holds the redirect that answers a form against this too.
    page.headers["Content-Security-Policy"] = f"{POLICY}; form-action 'self' {client.scheme}://{client.netloc}"
    return page


def stop(refusal: OAuthErrorResponse) -> Response:
    """Show a fault of the request: no one may be called back."""
    return show("stopped", 400, refusal=refusal)
