"""The commands of `flask --app wsgi`: one file a group."""

from flask import Flask

from webapp.cli.attachments import attachments
from webapp.cli.check import check
from webapp.cli.connections import connections
from webapp.cli.diagnose import diagnose_command
from webapp.cli.messages import messages
from webapp.cli.prepare import prepare
from webapp.cli.tokens import tokens
from webapp.cli.users import users


def init_app(app: Flask) -> None:
    """Register them."""
    for command in (attachments, check, connections, diagnose_command, messages, prepare, tokens, users):
        app.cli.add_command(command)
