"""What programs do to messages: flags, copies, moves, deletion; each can be asked for as a dry run, moves undone."""

from collections.abc import Sequence

from webapp.core.imap.mailbox.message_commands import Flag, set_flags
from webapp.core.imap.protocol.mailbox_names import same_mailbox
from webapp.models import Scope
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.mail_actions.history import recent_actions
from webapp.services.mail_actions.service import (
    ActionError,
    ActionKind,
    ActionRequest,
    ResumeRefusal,
    execute,
    preview,
    undo,
)
from webapp.web.api.authentication import current_caller
from webapp.web.api.connections import find_connection
from webapp.web.api.cursors import cursor_of, read_cursor
from webapp.web.api.mail_errors import MAIL_ERRORS, imap_errors_as_problems
from webapp.web.api.operation import operation
from webapp.web.api.problems import ApiError, unprocessable
from webapp.web.api.schemas.common import PageQuery
from webapp.web.api.schemas.mail_actions import (
    ActResult,
    ChosenShape,
    DeleteShape,
    FlagsShape,
    PastActs,
    PastActShape,
    ToShape,
    refs,
)

_ERRORS = {**MAIL_ERRORS, 409: "It cannot be done at this mailbox: it is full, can only be read, or lacks a Trash."}
# Undoing takes back what pages have moved too, which may be a whole mailbox.
_SECONDS = 20.0
_CURSOR = "acts"
_MESSAGES = "/connections/<id:connection_id>/messages"
_REFUSALS = {
    ResumeRefusal.UNKNOWN: (
        "The connection has no such act, or it was forgotten: after seven days, or a thousand others."
    ),
    ResumeRefusal.RUNNING: "It is going on at this moment. Ask again when it has ended.",
    ResumeRefusal.FINISHED: "It has ended.",
    ResumeRefusal.UNDONE: "It was undone already.",
    ResumeRefusal.TOO_OLD: "It is more than seven days old.",
    ResumeRefusal.NOT_UNDOABLE: "It took no messages elsewhere that could be brought back.",
}


@operation("POST", f"{_MESSAGES}/flags", scope=Scope.WRITE, body=FlagsShape, answer=ActResult, errors=_ERRORS)
def set_message_flags(connection_id: int, body: FlagsShape) -> ActResult:
    """Set or remove flags.

    `seen` is what is called read, `flagged` is the star or flag of mail programs.
    """
    if not body.add and not body.remove:
        raise unprocessable("add: is empty, and so is remove.")
    if both := set(body.add) & set(body.remove):
        raise unprocessable(f"add: has {min(both)}, and so has remove.")
    chosen, connection = body.chosen, find_connection(connection_id)
    with imap_errors_as_problems(connection):
        if body.dry_run:
            return ActResult.planned(
                preview(connection, ActionRequest(kind=ActionKind.SEEN, what=chosen)), chosen, "flags"
            )
        with open_mail_session(connection) as session:
            batches = list(set_flags(session, chosen, add=_flags(body.add), remove=_flags(body.remove)))
    return ActResult(
        dry_run=False,
        act="flags",
        mailbox=chosen.mailbox,
        to="",
        done=sum(len(batch.done) for batch in batches),
        gone=refs(chosen, (uid for batch in batches for uid in batch.gone)),
        remaining=0,
        undoable=False,
        act_id=None,
        cautions=[],
        first=[],
    )


@operation("POST", f"{_MESSAGES}/move", scope=Scope.WRITE, body=ToShape, answer=ActResult, errors=_ERRORS)
def move_messages(connection_id: int, body: ToShape) -> ActResult:
    """Move messages to another mailbox.

    Can be undone for seven days. Only the named messages are touched, also where a server cannot move.
    """
    return _execute(connection_id, body, ActionKind.MOVE, body.to)


@operation("POST", f"{_MESSAGES}/copy", scope=Scope.WRITE, body=ToShape, answer=ActResult, errors=_ERRORS)
def copy_messages(connection_id: int, body: ToShape) -> ActResult:
    """Copy messages to another mailbox."""
    return _execute(connection_id, body, ActionKind.COPY, body.to)


@operation("POST", f"{_MESSAGES}/delete", scope=Scope.WRITE, body=DeleteShape, answer=ActResult, errors=_ERRORS)
def delete_messages(connection_id: int, body: DeleteShape) -> ActResult:
    """Delete messages.

    They go to Trash, from where undo brings them back for seven days; those that are in Trash already are gone for
    good, and so is everything with `permanently`.
    """
    return _execute(connection_id, body, ActionKind.EXPUNGE if body.permanently else ActionKind.DELETE)


@operation(
    "GET", "/connections/<id:connection_id>/acts", scope=Scope.READ, query=PageQuery, answer=PastActs,
    errors={404: "There is no such connection."}, name="get_acts",
)  # fmt: skip
def list_actions(connection_id: int, query: PageQuery) -> PastActs:
    """List what was done to messages.

    Whoever did it, on the pages or over the API; flags are not listed.
    """
    (before,) = read_cursor(query.cursor, _CURSOR) if query.cursor else (None,)
    found = recent_actions(find_connection(connection_id).id, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    return PastActs(
        acts=[PastActShape.of(each) for each in shown],
        next=cursor_of(_CURSOR, shown[-1].id) if len(found) > len(shown) else None,
    )


@operation(
    "POST", "/connections/<id:connection_id>/acts/<id:act_id>/undo", scope=Scope.WRITE, answer=ActResult,
    errors={**_ERRORS, 404: "There is no such connection or act.", 409: "It cannot be undone; the detail says why."},
    name="undo_act",
)  # fmt: skip
def undo_action(connection_id: int, act_id: int) -> ActResult:
    """Undo a move or a deletion.

    Brings back what is still where it went; what is not there any more is not counted, and not listed in `gone`. Of
    very many messages it brings back some, and says how many are `remaining`: ask again until there are none.
    """
    connection, user = find_connection(connection_id), current_caller().user
    try:
        with imap_errors_as_problems(connection):
            return ActResult.performed(undo(connection, act_id, user, seconds=_SECONDS))
    except ActionError as error:
        status = 404 if error.reason is ResumeRefusal.UNKNOWN else 409
        raise ApiError(status, "It cannot be undone", _REFUSALS[error.reason]) from None


def _execute(connection_id: int, body: ChosenShape, kind: ActionKind, to: str = "") -> ActResult:
    """Do something to the chosen messages, or say what would happen."""
    chosen = body.chosen
    if to and same_mailbox(chosen.mailbox, to):
        raise unprocessable("to: is the mailbox that the messages are in.")
    connection, user = find_connection(connection_id), current_caller().user
    wish = ActionRequest(kind=kind, what=chosen, destination=to)
    with imap_errors_as_problems(connection):
        if body.dry_run:
            planned = preview(connection, wish)
            return ActResult.planned(planned, chosen, planned.kind)
        return ActResult.performed(execute(connection, wish, user), chosen)


def _flags(names: Sequence[str]) -> list[Flag]:
    return [Flag[name.upper()] for name in names]
