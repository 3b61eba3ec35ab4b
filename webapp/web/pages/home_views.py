"""What belongs to no part in particular: the front door, the health of the portal, and htmx's local copy."""

from flask import Blueprint, Response, redirect, send_file, url_for
from sqlalchemy import text
from werkzeug.routing import IntegerConverter

from webapp.models import db
from webapp.web.htmx import local_copy


class IdConverter(IntegerConverter):
    """A row's number in an address; one that is larger than a database column holds is read as 0, which no row has.

    It is not refused here: whether a method is allowed would then be told of other routes with the same path.
    """

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Read the number."""
        number = int(value)
        return number if number < 2**31 else 0


site = Blueprint("site", __name__)


@site.get("/")
def home() -> Response:
    """Lead to the connections."""
    return redirect(url_for("connections.index"), 303)  # type: ignore[return-value]


@site.get("/health")
def health() -> tuple[str, int]:
    """Return that the portal and its database answer."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200


@site.get("/vendor/htmx-2.0.10.min.js")
def htmx_file() -> Response:
    """Serve htmx where the CDN cannot be reached."""
    response = send_file(local_copy(), mimetype="text/javascript", max_age=31536000)
    response.cache_control.immutable = True
    return response
