"""What belongs to no part in particular: the front door, the health of the portal, and htmx's local copy."""

from flask import Blueprint, Response, redirect, send_file, url_for
from sqlalchemy import text
from werkzeug.routing import IntegerConverter, Map

from webapp.htmx import local_copy
from webapp.models import db


class IdConverter(IntegerConverter):
    """A row's number in an address; larger ones than a database column holds are not found."""

    def __init__(self, map_: Map) -> None:
        super().__init__(map_, max=2**31 - 1)


site = Blueprint("site", __name__)


@site.get("/")
def home() -> Response:
    """Lead to the connections."""
    return redirect(url_for("connections.index"), 303)  # type: ignore[return-value]


@site.get("/health")
def health() -> tuple[str, int]:
    """Say that the portal and its database answer."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200


@site.get("/vendor/htmx-2.0.10.min.js")
def htmx_file() -> Response:
    """Serve htmx where the CDN cannot be reached."""
    response = send_file(local_copy(), mimetype="text/javascript", max_age=31536000)
    response.cache_control.immutable = True
    return response
