"""The blueprint of the connection pages."""

from flask import Blueprint

connections = Blueprint("connections", __name__, url_prefix="/connections")
