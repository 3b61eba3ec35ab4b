"""What programs do to messages: flags, copies, moves, deletion; each can be asked for as a dry run, moves undone."""

from collections.abc import Sequence

from webapp.core.imap.mailbox.message_commands import Flag, set_flags
from webapp.core.imap.protocol.mailbox_names import same_mailbox
from webapp.models import Scope
from webapp.services.connections.mail_session import opened
from webapp.services.mail_actions.history import recent_acts
from webapp.services.mail_actions.service import ActError, Kind, Refusal, Wish, perform, plan, undo
from webapp.web.api.authentication import current_asker
from webapp.web.api.connections import find_connection
from webapp.web.api.cursors import cursor_of, read_cursor
from webapp.web.api.mail_errors import MAIL_ERRORS, explaining
from webapp.web.api.operation import operation
from webapp.web.api.problems import ApiError, unfit
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
    Refusal.UNKNOWN: "The connection has no such act, or it was forgotten: after seven days, or a thousand others.",
    Refusal.RUNNING: "It is going on at this moment. Ask again when it has ended.",
    Refusal.FINISHED: "It has ended.",
    Refusal.UNDONE: "It was undone already.",
    Refusal.TOO_OLD: "It is more than seven days old.",
    Refusal.NOT_UNDOABLE: "It took no messages elsewhere that could be brought back.",
}


@operation("POST", f"{_MESSAGES}/flags", scope=Scope.WRITE, body=FlagsShape, answer=ActResult, errors=_ERRORS)
def set_message_flags(connection_id: int, body: FlagsShape) -> ActResult:
    """Set or remove flags.

    `seen` is what is called read, `flagged` is the star or flag of mail programs.
    """
    if not body.add and not body.remove:
        raise unfit("add: is empty, and so is remove.")
    if both := set(body.add) & set(body.remove):
        raise unfit(f"add: has {min(both)}, and so has remove.")
    chosen, connection = body.chosen, find_connection(connection_id)
    with explaining(connection):
        if body.dry_run:
            return ActResult.planned(plan(connection, Wish(kind=Kind.SEEN, what=chosen)), chosen, "flags")
        with opened(connection) as session:
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
    return _acted(connection_id, body, Kind.MOVE, body.to)


@operation("POST", f"{_MESSAGES}/copy", scope=Scope.WRITE, body=ToShape, answer=ActResult, errors=_ERRORS)
def copy_messages(connection_id: int, body: ToShape) -> ActResult:
    """Copy messages to another mailbox."""
    return _acted(connection_id, body, Kind.COPY, body.to)


@operation("POST", f"{_MESSAGES}/delete", scope=Scope.WRITE, body=DeleteShape, answer=ActResult, errors=_ERRORS)
def delete_messages(connection_id: int, body: DeleteShape) -> ActResult:
    """Delete messages.

    They go to Trash, from where undo brings them back for seven days; those that are in Trash already are gone for
    good, and so is everything with `permanently`.
    """
    return _acted(connection_id, body, Kind.EXPUNGE if body.permanently else Kind.DELETE)


@operation(
    "GET", "/connections/<id:connection_id>/acts", scope=Scope.READ, query=PageQuery, answer=PastActs,
    errors={404: "There is no such connection."},
)  # fmt: skip
def get_acts(connection_id: int, query: PageQuery) -> PastActs:
    """List what was done to messages.

    Whoever did it, on the pages or over the API; flags are not listed.
    """
    (before,) = read_cursor(query.cursor, _CURSOR) if query.cursor else (None,)
    found = recent_acts(find_connection(connection_id).id, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    return PastActs(
        acts=[PastActShape.of(each) for each in shown],
        next=cursor_of(_CURSOR, shown[-1].id) if len(found) > len(shown) else None,
    )


@operation(
    "POST", "/connections/<id:connection_id>/acts/<id:act_id>/undo", scope=Scope.WRITE, answer=ActResult,
    errors={**_ERRORS, 404: "There is no such connection or act.", 409: "It cannot be undone; the detail says why."},
)  # fmt: skip
def undo_act(connection_id: int, act_id: int) -> ActResult:
    """Undo a move or a deletion.

    Brings back what is still where it went; what is not there any more is not counted, and not listed in `gone`. Of
    very many messages it brings back some, and says how many are `remaining`: ask again until there are none.
    """
    connection, user = find_connection(connection_id), current_asker().user
    try:
        with explaining(connection):
            return ActResult.performed(undo(connection, act_id, user, seconds=_SECONDS))
    except ActError as error:
        status = 404 if error.reason is Refusal.UNKNOWN else 409
        raise ApiError(status, "It cannot be undone", _REFUSALS[error.reason]) from None


def _acted(connection_id: int, body: ChosenShape, kind: Kind, to: str = "") -> ActResult:
    """Do something to the chosen messages, or say what would happen."""
    chosen = body.chosen
    if to and same_mailbox(chosen.mailbox, to):
        raise unfit("to: is the mailbox that the messages are in.")
    connection, user = find_connection(connection_id), current_asker().user
    wish = Wish(kind=kind, what=chosen, destination=to)
    with explaining(connection):
        if body.dry_run:
            planned = plan(connection, wish)
            return ActResult.planned(planned, chosen, planned.kind)
        return ActResult.performed(perform(connection, wish, user), chosen)


def _flags(names: Sequence[str]) -> list[Flag]:
    return [Flag[name.upper()] for name in names]
