"""What a mailbox page says where the mail server does not play along: a diagnosis, or that something is gone."""

from typing import Any

from flask import Response, render_template, request, url_for

from webapp.core.diagnosis import diagnose
from webapp.core.imap.check.run import SessionOpenError
from webapp.core.imap.mailbox.messages import CursorError
from webapp.core.imap.protocol.errors import ImapError, NotFoundError, ReadOnlyError, UidValidityChangedError
from webapp.core.mime import FRAME_POLICY
from webapp.models import Connection
from webapp.services.connections.failure_recording import record_open_failure
from webapp.services.connections.permissions import can_edit
from webapp.services.connections.stored_reports import help_context_of
from webapp.services.mail_actions.service import NoArchiveError, NoTrashError
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.login import current_user
from webapp.web.pages.mailbox.interrupted_actions import interruption_message

# Failed Dependency (RFC 4918 section 11.4). Not 502: proxies put a page of their own in the place of ours.
_SERVER_FAILED = 424


def handle_open_error(error: SessionOpenError) -> Response:
    """Show the page of a failed test, which is what the attempt to open the mailbox was."""
    connection = _connection()
    verdict = record_open_failure(connection, error)
    return _page(
        _SERVER_FAILED,
        "mailbox/not_opened.html",
        connection=connection,
        verdict=verdict.for_page(_reconnect_url(connection)),
        changeable=can_edit(current_user(), connection),
        hand_over_url=url_for("handoff.create_for_connection", connection_id=connection.id),
    )


def handle_not_found(error: NotFoundError) -> Response:
    """Return that the message or the mailbox is not there any more."""
    return _not_found_page(404, "cursor" if isinstance(error, CursorError) else "gone", error)


def handle_uidvalidity_changed(error: UidValidityChangedError) -> Response:
    """Return that the server has numbered the messages again, so that none is taken for another."""
    return _not_found_page(410, "changed", error)


def handle_read_only(error: ReadOnlyError) -> Response:
    """Return that the server lets nothing be changed there."""
    title = "This mailbox is for looking only"
    return _refusal_page(title, "The mail server lets this connection read here, and change nothing.", error.text)


def handle_no_trash(error: NoTrashError) -> Response:
    """Return that the server has no mailbox for deleted messages."""
    title = "There is no mailbox for deleted messages"
    return _refusal_page(
        title, "Move the message elsewhere, or delete it permanently: the list of messages offers that."
    )


def handle_no_archive(error: NoArchiveError) -> Response:
    """Return that the server has no archive."""
    return _refusal_page(
        "There is no archive", "The mail server names no mailbox as its archive. Move the message elsewhere."
    )


def handle_imap_error(error: ImapError) -> Response:
    """Return what went wrong in the middle, and what to do."""
    connection = _connection()
    return _page(
        _SERVER_FAILED,
        "mailbox/failed.html",
        connection=connection,
        diagnosis=diagnose(error.failure(PROVIDERS[connection.credential_type].provider_key)),
        said=error.text,
        facts=help_context_of(connection),
        happened=interruption_message(connection, error),
    )


def _refusal_page(title: str, remedy: str, said: str = "") -> Response:
    return _page(409, "mailbox/refused.html", title=title, remedy=remedy, said=said, messages=_messages())


def _not_found_page(status: int, why: str, error: ImapError) -> Response:
    place, connection = request.view_args or {}, _connection()
    return _page(
        status,
        "mailbox/not_found.html",
        connection=connection,
        happened=interruption_message(connection, error) if request.method == "POST" else "",
        why=why,
        ref=place.get("ref", ""),
        of_message="uid" in place,
    )


def _page(status: int, template: str, **context: Any) -> Response:
    """Answer with a page, or with one line where the frame of a message has asked: no page may be put into a frame."""
    if request.endpoint == "mailboxes.frame":
        line = "The message could not be read. Load the page again, and it says why."
        return Response(line, status, mimetype="text/plain", headers={"Content-Security-Policy": FRAME_POLICY})
    return Response(render_template(template, again=_again(), **context), status)


def _again() -> str:
    """Lead to where it can be tried again: the same page, or the messages that an act was chosen from."""
    return request.full_path.rstrip("?") if request.method == "GET" else _messages()


def _messages() -> str:
    """Lead to the messages that an act was chosen from."""
    place = request.view_args or {}
    if ref := place.get("ref"):
        return url_for("mailboxes.mailbox", connection_id=place["connection_id"], ref=ref)
    return url_for("mailboxes.history", connection_id=place["connection_id"])


def _connection() -> Connection:
    return get_connection_or_404(int((request.view_args or {})["connection_id"]))


def _reconnect_url(connection: Connection) -> str:
    if not isinstance(PROVIDERS[connection.credential_type], OAuthProvider):
        return ""
    return url_for("connections.show", connection_id=connection.id, _anchor="sign-in")
