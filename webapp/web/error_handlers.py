"""Every failure of a request ends in a sentence: a page for a browser, a fragment for htmx."""

import logging
import sqlite3
from typing import Any

from flask import Flask, Response, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from webapp.models import db
from webapp.security.key_files import KeyFileError
from webapp.security.secret_box import SecretBoxError
from webapp.web.extensions import login_manager
from webapp.web.htmx import render_page_or_fragment
from webapp.web.problem_details import FOR_PROGRAMS, is_for_program, problem_details

log = logging.getLogger(__name__)

# Forms for people who are not signed in.
_FOR_STRANGERS = (
    "accounts.sign_in",
    "accounts.links.join",
    "accounts.links.new_password",
    "handoff.check_again",
    "help.explain",
)

# status: (what happened, what to do)
SENTENCES = {
    400: ("This request cannot be understood", "Go back, reload the page and try again."),
    403: ("This is not yours to change", "Ask its owner or an administrator of the portal."),
    404: ("There is nothing here", "It may have been deleted, or the address is mistyped."),
    405: ("This page cannot be used that way", "Go back and use the buttons of the page."),
    409: ("Somebody else was quicker", "Reload the page to see what has changed, then try again."),
    413: ("That is too much at once", "Shorten what you typed and send it again."),
    416: ("The file is not as long as that", "Load it again from its beginning."),
    429: ("Too many attempts", "Wait a few minutes, then try again."),
    500: ("The portal made a mistake", "Nothing was changed. Try again; if it stays, tell whoever runs this portal."),
    503: ("The portal is busy", "Nothing was changed. Try again in a moment."),
}


# What a mail server has done by then is done.
_ACTS = (
    "mailboxes.execute_action",
    "mailboxes.undo",
    "mailboxes.resume",
    "api.set_message_flags",
    "api.move_messages",
    "api.copy_messages",
    "api.delete_messages",
    "api.undo_act",
)
_PERHAPS_DONE = "It may have been done, or a part of it: look at the messages before you try again."


def error_response(status: int, title: str = "", remedy: str = "", *, plain: bool = False) -> Response:
    """Answer with a status and its sentence; `plain` leaves out what the database would have to be asked for."""
    known = SENTENCES.get(status) or SENTENCES[500 if status >= 500 else 400]
    if is_for_program():
        known = FOR_PROGRAMS.get(status, known)
    if status >= 500 and request.endpoint in _ACTS:
        known = (known[0], _PERHAPS_DONE)
    if is_for_program():
        return problem_details(status, title or known[0], remedy or known[1])
    return render_page_or_fragment(
        "error.html", "_error.html", status, title=title or known[0], remedy=remedy or known[1], plain=plain
    )


def init_app(app: Flask) -> None:
    """Answer HTTP errors, expired forms, a busy database, missing keys and our own mistakes."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        response = error_response(error.code or 500)
        # What a client goes by: which methods there are (405), how long a file is (416).
        response.headers.extend([pair for pair in error.get_headers() if pair[0] in ("Allow", "Content-Range")])
        return response

    @app.errorhandler(CSRFError)
    def form_expired(error: CSRFError) -> Any:
        # Signing out takes the token along, so a page that another tab signed out gets here first.
        if request.endpoint not in _FOR_STRANGERS and not current_user.is_authenticated:
            return login_manager.unauthorized()
        return error_response(
            400, "This page has been open for too long", "Reload it and try again: nothing was changed."
        )

    # SQLite's own error comes from the BEGIN of a transaction, which SQLAlchemy does not see.
    @app.errorhandler(sqlite3.OperationalError)
    @app.errorhandler(OperationalError)
    def database_busy(error: Exception) -> Response:
        db.session.rollback()
        log.error("database: %s", getattr(error, "orig", error), exc_info=app.debug)
        # Templates ask Flask-Login who is signed in, and that would ask the database again.
        g._login_user = login_manager.anonymous_user()
        return error_response(503, plain=True)

    @app.errorhandler(SecretBoxError)
    @app.errorhandler(KeyFileError)
    def key_missing(error: Exception) -> Response:
        db.session.rollback()
        log.error("data key: %s", error)
        # Which key it is, and what is the matter with it, is nothing for strangers.
        why = f": {error}" if current_user.is_authenticated else ""
        return error_response(500, "A stored secret cannot be opened", f"Whoever runs this portal has to act{why}.")

    # Two people at the same moment: one has deleted or changed what the other was about to write.
    @app.errorhandler(StaleDataError)
    @app.errorhandler(IntegrityError)
    def somebody_was_quicker(error: Exception) -> Response:
        db.session.rollback()
        log.warning("conflict", exc_info=True)  # or a mistake of ours
        return error_response(409)

    @app.errorhandler(Exception)
    def our_mistake(error: Exception) -> Response:
        db.session.rollback()
        log.exception("unhandled")
        return error_response(500)
