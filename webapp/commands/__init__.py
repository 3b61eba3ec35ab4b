"""The commands of `flask --app wsgi`: one file a group."""

from flask import Flask

from webapp.commands.attachments import attachments
from webapp.commands.check import check
from webapp.commands.connections import connections
from webapp.commands.diagnose import diagnose_command
from webapp.commands.messages import messages
from webapp.commands.prepare import prepare
from webapp.commands.tokens import tokens
from webapp.commands.users import users


def init_app(app: Flask) -> None:
    """Register them."""
    for command in (attachments, check, connections, diagnose_command, messages, prepare, tokens, users):
        app.cli.add_command(command)
