"""Connections over the API: list, look, test, make and delete."""

import logging
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from webapp.models import Connection, Scope, db
from webapp.models.api_token import api_token_connection
from webapp.models.connection import name_key
from webapp.services.connections.checks import AlreadyRunningError, ConnectionNotFoundError, check_and_store
from webapp.services.connections.permissions import can_edit
from webapp.services.providers import PROVIDERS
from webapp.services.providers.credentials import CREDENTIALS, CredentialsForm
from webapp.services.providers.oauth.grants import revoke_if_unused
from webapp.web.api.authentication import Caller, current_caller
from webapp.web.api.cursors import cursor_of, read_cursor
from webapp.web.api.diagnosis_problems import diagnosis_schema
from webapp.web.api.operation import operation
from webapp.web.api.problems import ApiError, unprocessable
from webapp.web.api.schemas.common import (
    MAX_ID,
    SECRET,
    ConnectionPage,
    ConnectionShape,
    PageQuery,
    Schema,
    StepShape,
    TestShape,
)

log = logging.getLogger(__name__)

_CURSOR = "connections"
_LINE, _LINE_OR_NONE = r"^[^\x00-\x1f\x7f]+$", r"^[^\x00-\x1f\x7f]*$"
# Made once: building a statement takes as long as running it.
_ONE = select(Connection).where(Connection.id == bindparam("id"))
_ONE_NAMED = _ONE.join(api_token_connection).where(api_token_connection.c.token_id == bindparam("token"))
_RUNNING = "A test of the connection is running."


class NewConnection(Schema):
    """A connection with a password; one by OAuth is made on the pages, where somebody signs in for it."""

    name: str = Field(min_length=1, max_length=100, pattern=_LINE)
    address: str = Field(min_length=3, max_length=254)
    credential_type: Literal["credentials"] = "credentials"
    password: str = Field(min_length=1, max_length=1000, pattern=r"^[^\x00\r\n]+$", json_schema_extra=SECRET)
    host: str = Field("", max_length=253, description="Empty: the server of a well-known provider, by the address.")
    port: int = Field(993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = Field("", max_length=254, pattern=_LINE_OR_NONE, description="Where it is not the address.")


@operation("GET", "/connections", scope=Scope.READ, query=PageQuery, answer=ConnectionPage)
def list_connections(query: PageQuery) -> ConnectionPage:
    """List connections.

    In the order in which they were made, those that the token is limited to.
    """
    (after,) = read_cursor(query.cursor, _CURSOR) if query.cursor else (0,)
    found = db.session.scalars(
        _visible(current_caller())
        .where(Connection.id > min(after, MAX_ID))
        .order_by(Connection.id)
        .limit(query.limit + 1)
        .options(joinedload(Connection.owner))
    ).all()
    shown = found[: query.limit]
    more = len(found) > query.limit
    return ConnectionPage(
        connections=[ConnectionShape.of(connection) for connection in shown],
        next=cursor_of(_CURSOR, shown[-1].id) if more else None,
    )


@operation(
    "GET", "/connections/<id:connection_id>", scope=Scope.READ, answer=ConnectionShape, errors={404: "None such."}
)
def get_connection(connection_id: int) -> ConnectionShape:
    """Look at one connection."""
    return ConnectionShape.of(find_connection(connection_id))


@operation(
    "POST", "/connections", scope=Scope.MANAGE, body=NewConnection, answer=ConnectionShape, status=201,
    errors={409: "The name is taken."},
)  # fmt: skip
def create_connection(body: NewConnection) -> ConnectionShape:
    """Make a connection with a password.

    It is not tested by that. A token that is limited to some connections may not make more.
    """
    asker = current_caller()
    if asker.limited:
        raise ApiError(
            403, "The token may not do this", "It is limited to some connections, so it may not make others."
        )
    provider = PROVIDERS[CREDENTIALS]
    typed = {name: str(value) for name, value in body.model_dump().items()}
    form: Any = provider.form(formdata=MultiDict(typed), meta={"csrf": False})
    if isinstance(form, CredentialsForm):
        form.find_server()
    if not form.validate():
        faults = "; ".join(f"{name}: {' '.join(words)}" for name, words in form.errors.items())
        raise unprocessable(faults)
    target = provider.target_from_form(form, None, kept=lambda server: "")
    if target is None:
        raise unprocessable("password: is missing.")
    connection = Connection(
        name=form.name.data,
        name_key=name_key(form.name.data),
        address=form.address.data,
        credential_type=provider.credential_type,
        owner_id=asker.user.id,
    )
    db.session.add(connection)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise ApiError(409, "The name is taken", f"There is a connection called “{body.name}” already.") from None
    provider.save_to(connection, form, target)
    db.session.commit()
    return ConnectionShape.of(connection)


@operation(
    "DELETE", "/connections/<id:connection_id>", scope=Scope.MANAGE, answer=None, status=204,
    errors={404: "None such.", 409: "It was changed meanwhile."},
)  # fmt: skip
def delete_connection(connection_id: int) -> None:
    """Delete a connection with its reports.

    One's own; an administrator's token deletes any.
    """
    connection = find_connection(connection_id)
    if not can_edit(current_caller().user, connection):
        raise ApiError(403, "The token may not do this", "The connection belongs to somebody else.")
    grant_id = connection.grant_id
    db.session.delete(connection)
    db.session.commit()
    if failure := revoke_if_unused(grant_id):
        log.warning("a grant could not be given back: %s", failure)


@operation(
    "POST", "/connections/<id:connection_id>/test", scope=Scope.READ, answer=TestShape,
    errors={404: "None such.", 409: _RUNNING}, name="test_connection",
)  # fmt: skip
def check_saved_connection(connection_id: int) -> TestShape:
    """Test a connection.

    Takes 20 seconds at most. A connection that does not work is an answer, not an error: see `passed` and `diagnosis`.
    """
    find_connection(connection_id)
    try:
        verdict, _ = check_and_store(connection_id)
    except ConnectionNotFoundError:
        raise _not_found() from None
    except AlreadyRunningError:
        raise ApiError(409, "A test is running", f"{_RUNNING} Wait for its result.") from None
    report = verdict.report
    return TestShape(
        passed=report.passed,
        verdict=verdict.sentence,
        started_at=report.started_at,
        seconds=report.seconds,
        messages=report.messages,
        mailboxes=report.mailboxes,
        steps=[StepShape.of(step) for step in report.steps],
        diagnosis=diagnosis_schema(verdict.diagnosis) if verdict.diagnosis else None,
    )


def _visible(asker: Caller) -> Select[Connection]:
    """Select the connections that a person may see: people all, a limited token its own."""
    query = select(Connection)
    if asker.token is not None and asker.limited:
        named = select(api_token_connection.c.connection_id).where(api_token_connection.c.token_id == asker.token.id)
        query = query.where(Connection.id.in_(named))
    return query


def find_connection(connection_id: int) -> Connection:
    """Find a connection that the token is for."""
    token = current_caller().token
    one, whose = (_ONE_NAMED, {"token": token.id}) if token is not None and token.limited else (_ONE, {})
    found = db.session.scalar(one, {"id": connection_id, **whose})
    if found is None:
        raise _not_found()
    return found


def _not_found() -> ApiError:
    return ApiError(404, "There is no such connection", "It was deleted, or the token is not for it.")
