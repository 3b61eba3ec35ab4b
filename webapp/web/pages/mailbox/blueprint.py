"""The blueprint of the mailbox pages."""

from flask import Blueprint

mailboxes = Blueprint("mailboxes", __name__, url_prefix="/connections/<id:connection_id>/mail")
