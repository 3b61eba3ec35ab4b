"""The contract of the API: each operation is declared once, and that is its route, its checks and its documentation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest

from webapp.accounts.tokens import find_token, note_used
from webapp.extensions import csrf
from webapp.models import ApiToken, Scope
from webapp.problem_details import problem_details

View = Callable[..., BaseModel | Response | None]

api = Blueprint("api", __name__, url_prefix="/api/v1")
# Whoever has no cookie cannot be made to send one: there is a bearer token in every request, or nothing happens.
csrf.exempt(api)


class ApiError(Exception):
    """A request that ends in problem details."""

    def __init__(self, status: int, title: str, detail: str, **more: Any) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.more = more


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation; `errors` are the statuses it may end in beside those that every one may.

    `media` is what it answers with where that is no JSON: bytes, which the view puts into a response itself.
    """

    method: str
    path: str
    name: str
    summary: str
    description: str
    scope: Scope
    answer: type[BaseModel] | None
    status: int
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    errors: Mapping[int, str]
    media: str = ""


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    scope: Scope,
    answer: type[BaseModel] | None,
    status: int = 200,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    errors: Mapping[int, str] | None = None,
    media: str = "",
) -> Callable[[View], View]:
    """Declare an operation; the view gets the path's values, `query` and `body` checked; its docstring explains it."""

    def declare(view: View) -> View:
        summary, _, more = (view.__doc__ or "").strip().partition("\n")
        OPERATIONS.append(
            Operation(
                method=method,
                path=path,
                name=view.__name__,
                summary=summary,
                description=" ".join(more.split()),
                scope=scope,
                answer=answer,
                status=status,
                query=query,
                body=body,
                errors=errors or {},
                media=media,
            )
        )

        def answering(**values: Any) -> Response:
            _let_in(scope)
            if query is not None:
                values["query"] = _checked(query, request.args.to_dict(flat=False))
            if body is not None:
                values["body"] = _read(body)
            given = view(**values)
            if isinstance(given, Response):
                return given
            if given is None:
                return Response(status=status)
            return Response(given.model_dump_json(), status=status, content_type="application/json")

        api.add_url_rule(path, view.__name__, answering, methods=[method])
        return view

    return declare


def current_token() -> ApiToken:
    """Give the token of this request."""
    token: ApiToken = g.api_token
    return token


def _let_in(scope: Scope) -> None:
    """Ask for a token that is in force and has the scope (RFC 6750)."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise ApiError(401, "A token is needed", "Send the header “Authorization: Bearer …” with an API token.")
    token = find_token(text.strip())
    if token is None:
        why = "It was revoked, has expired, or is mistyped. Make a new one on your account's page."
        raise ApiError(401, "The token is not valid", why, challenge='error="invalid_token"')
    note_used(token)
    if not token.allows(scope):
        why = f"It lacks the scope “{scope.value}”: {scope.meaning}."
        challenge = f'error="insufficient_scope", scope="{scope.value}"'
        raise ApiError(403, "The token may not do this", why, challenge=challenge)
    g.api_token = token


def _checked(shape: type[BaseModel], given: Mapping[str, list[str]]) -> BaseModel:
    """Check a query: each name once, and no name that is not known."""
    twice = [name for name, values in given.items() if len(values) > 1]
    if twice:
        raise ApiError(422, "The request is not right", f"{twice[0]}: is given more than once.")
    return _validated(shape, {name: values[0] for name, values in given.items()})


def _read(shape: type[BaseModel]) -> BaseModel:
    if request.mimetype != "application/json":
        raise ApiError(415, "This is not JSON", "Send a body of the type application/json.")
    try:
        return _validated(shape, request.get_json())
    except (BadRequest, RecursionError):
        raise ApiError(400, "The body cannot be read", "It is not JSON.") from None


def _validated(shape: type[BaseModel], given: object) -> BaseModel:
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise ApiError(422, "The request is not right", "; ".join(faults[:10]) + ".") from None


@api.errorhandler(ApiError)
def api_error(error: ApiError) -> Response:
    """Answer with problem details, and with the challenge where a token is missing or lacks something."""
    challenge = error.more.pop("challenge", "")
    response = problem_details(error.status, error.title, error.detail, **error.more)
    if error.status in (401, 403):
        response.headers["WWW-Authenticate"] = f'Bearer realm="Postroom"{", " if challenge else ""}{challenge}'
    return response


__all__ = ["OPERATIONS", "ApiError", "Operation", "api", "current_token", "operation"]
