"""Connections: list, form, test, page of one. The blueprint; its views are in the modules below."""

from flask import Blueprint

connections = Blueprint("connections", __name__, url_prefix="/connections")

# The views register themselves on the blueprint.
from webapp.connections import editing, listing, showing, trying  # noqa: E402, F401
