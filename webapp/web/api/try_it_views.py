"""Trying the API on its page: a person asks with the rights that the person has, and nothing is changed by it."""

import json
import re
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from webapp.config.app_state import current_settings
from webapp.models import Connection, db
from webapp.web.api.authentication import authenticate_user
from webapp.web.api.operation import OPERATIONS, Operation, api
from webapp.web.api.problems import ApiError
from webapp.web.htmx import render_page_or_fragment
from webapp.web.login import current_user, login_required

api_pages = Blueprint("api_pages", __name__, url_prefix="/api")

_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_SHOWN_HEADERS = ("Content-Type", "Content-Disposition", "Retry-After")
_LONGEST = 20_000
_MOST_CONNECTIONS = 200


@dataclass(frozen=True)
class TryResponse:
    """What a try was answered, as it is shown, and the command that asks for the same."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str
    curl: str


@dataclass(frozen=True)
class TryRequest:
    """What a form asks for: an operation with its path, query and body."""

    operation: Operation
    path: str
    query: dict[str, str]
    body: str

    @classmethod
    def of_request(cls) -> "TryRequest":
        """Read the form; 404 where it names no operation that can be tried."""
        form = request.form
        operation = next((each for each in OPERATIONS if each.name == form.get("operation")), None)
        if operation is None or not operation.is_safe:
            abort(404)
        path = _PLACE.sub(lambda place: quote(form.get(f"path.{place[1]}", "").strip(), safe=""), operation.path)
        names = _aliases(operation)
        query = {name: form[f"query.{name}"] for name in names if form.get(f"query.{name}", "").strip()}
        return cls(operation, path, query, form.get("body", "") if operation.body else "")

    @property
    def curl(self) -> str:
        """Write the command; the token comes from the environment of the person who runs it."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        words = ["curl", '-H "Authorization: Bearer $POSTROOM_TOKEN"']
        if self.operation.body:
            words += ["-H 'Content-Type: application/json'", "--data-raw", shlex.quote(_force_dry_run(self.body))]
        return " ".join([*words, shlex.quote(f"{current_settings().base_url}{api.url_prefix}{self.path}{query}")])

    def response(self) -> Response:
        """Ask, as the person who is signed in."""
        values = _values(self.operation, self.path)
        query = {name: [value] for name, value in self.query.items()}
        try:
            if values is None:
                raise ApiError(404, "There is nothing here", "No operation has such a path.")
            user = current_user()
            db.session.commit()  # counting is a transaction of its own
            authenticate_user(user)
            return self.operation.handle(values, query, self.body.encode(), trying=True)
        except ApiError as error:
            return error.response()


@api_pages.post("/try")
@login_required
def try_operation() -> Response:
    """Carry out an operation and show what a program would be answered."""
    asked = TryRequest.of_request()
    given = asked.response()
    try:
        answer = TryResponse(
            status=given.status_code,
            reason=HTTP_STATUS_CODES.get(given.status_code, ""),
            headers=tuple((name, given.headers[name]) for name in _SHOWN_HEADERS if name in given.headers),
            body=shown_body(given, asked.operation),
            curl=asked.curl,
        )
    finally:
        given.close()
    return render_page_or_fragment("api/answer.html", "api/_answer.html", answer=answer, operation=asked.operation)


def connections_to_try() -> list[tuple[int, str]]:
    """Return the connections that can be chosen, one's own first."""
    mine = (Connection.owner_id == current_user().id).desc()
    query = select(Connection.id, Connection.name).order_by(mine, Connection.name_key).limit(_MOST_CONNECTIONS)
    return [(row.id, row.name) for row in db.session.execute(query)]


def body_to_try(operation: Operation) -> str:
    """Write a body that has every field."""
    properties = operation.body.model_json_schema()["properties"] if operation.body else {}
    example = {name: (field.get("examples") or [field.get("default")])[0] for name, field in properties.items()}
    return json.dumps({**example, "dry_run": True}, indent=2, ensure_ascii=False)


def _force_dry_run(body: str) -> str:
    """Make a body that of a dry run: the command that is shown must not do what was only tried."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(told, dict) or told.get("dry_run") is True:
        return body
    return json.dumps({**told, "dry_run": True}, indent=2, ensure_ascii=False)


def _aliases(operation: Operation) -> list[str]:
    fields = operation.query.model_fields if operation.query else {}
    return [field.alias or name for name, field in fields.items()]


def _values(operation: Operation, path: str) -> dict[str, Any] | None:
    """Read the path as a request's; None where it is not one of the operation."""
    adapter = current_app.url_map.bind("")
    try:
        endpoint, values = adapter.match(f"{api.url_prefix}{unquote(path)}", method=operation.method)
    except HTTPException:
        return None
    return dict(values) if endpoint == f"{api.name}.{operation.name}" else None


def shown_body(response: Response, operation: Operation) -> str:
    """Return the body as it is shown: JSON, without what no page should show."""
    fine = response.status_code == operation.status
    if operation.media and fine:
        return "(a file, which is not shown here)"
    told = response.get_json(force=True)
    fields = operation.answer.model_json_schema()["properties"] if operation.answer and fine else {}
    told |= {name: "(not shown here)" for name, field in fields.items() if field.get("format") == "password"}
    text = json.dumps(told, indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…"
