"""The URLs of a connection's mail: mailboxes, messages, files, actions and their history."""

from flask import Blueprint

from webapp.core.imap.check.run import SessionOpenError
from webapp.core.imap.protocol.errors import ImapError, NotFoundError, ReadOnlyError, UidValidityChangedError
from webapp.services.mail_actions.service import NoArchiveError, NoTrashError
from webapp.web.pages.mailbox import (
    action_views,
    download_views,
    error_pages,
    history_views,
    message_list_views,
    message_views,
    template_filters,
)

mailboxes = Blueprint("mailboxes", __name__, url_prefix="/connections/<id:connection_id>/mail")

mailboxes.get("/")(message_list_views.index)
mailboxes.get("/<ref>/")(message_list_views.mailbox)
mailboxes.get("/<ref>/<int(max=4294967295):uid_validity>.<int(min=1,max=4294967295):uid>")(message_views.message)
mailboxes.get("/<ref>/<int(max=4294967295):uid_validity>.<int(min=1,max=4294967295):uid>/html")(message_views.frame)
mailboxes.get("/<ref>/<int(max=4294967295):uid_validity>.<int(min=1,max=4294967295):uid>/parts/<section>")(
    download_views.part
)
mailboxes.get("/<ref>/<int(max=4294967295):uid_validity>.<int(min=1,max=4294967295):uid>/source")(download_views.source)
mailboxes.post("/<ref>/preview")(action_views.submit_preview)
mailboxes.get("/<ref>/preview")(action_views.show_preview)
mailboxes.post("/<ref>/act")(action_views.execute_action)
mailboxes.get("/changes")(history_views.history)
mailboxes.post("/changes/<id:act_id>/undo")(history_views.undo)
mailboxes.post("/changes/<id:act_id>/go-on")(history_views.resume)
mailboxes.errorhandler(SessionOpenError)(error_pages.handle_open_error)
mailboxes.errorhandler(NotFoundError)(error_pages.handle_not_found)
mailboxes.errorhandler(UidValidityChangedError)(error_pages.handle_uidvalidity_changed)
mailboxes.errorhandler(ReadOnlyError)(error_pages.handle_read_only)
mailboxes.errorhandler(NoTrashError)(error_pages.handle_no_trash)
mailboxes.errorhandler(NoArchiveError)(error_pages.handle_no_archive)
mailboxes.errorhandler(ImapError)(error_pages.handle_imap_error)
mailboxes.app_template_filter("arrived")(template_filters.arrival_html)
mailboxes.app_template_filter("exactly")(template_filters.exact_time)
mailboxes.app_template_filter("person")(template_filters.person)
mailboxes.app_template_filter("size")(template_filters.size)
mailboxes.app_template_filter("linked")(template_filters.link_addresses)
