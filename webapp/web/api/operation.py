"""The contract of the API: each operation is declared once, and that is its route, its checks and its documentation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel

from webapp.models import Scope
from webapp.web.api.authentication import authenticate_token
from webapp.web.api.problems import ApiError
from webapp.web.api.request_parsing import json_body, parse_body, parse_query
from webapp.web.extensions import csrf

View = Callable[..., BaseModel | Response | None]
FastPath = Callable[..., BaseModel | None]

api = Blueprint("api", __name__, url_prefix="/api/v1")
# The person who has no cookie cannot be made to send one: there is a bearer token in every request, or nothing happens.
csrf.exempt(api)


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
    view: View
    media: str = ""

    @property
    def is_safe(self) -> bool:
        """Return whether it can be tried without changing anything."""
        return self.method == "GET" or self._has_dry_run

    @property
    def _has_dry_run(self) -> bool:
        return self.body is not None and "dry_run" in self.body.model_fields

    def handle(
        self, values: Mapping[str, Any], query: Mapping[str, list[str]], body: bytes, *, trying: bool = False
    ) -> Response:
        """Check what was given and answer; who asks has been let in before. `trying` makes of it a dry run."""
        given = dict(values)
        if self.query is not None:
            given["query"] = parse_query(self.query, query)
        if self.body is not None:
            sent = parse_body(self.body, body)
            given["body"] = sent.model_copy(update={"dry_run": True}) if trying and self._has_dry_run else sent
        answer = self.view(**given)
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status=self.status)
        return self.to_response(answer)

    def to_response(self, answer: BaseModel) -> Response:
        """Write an answer as JSON."""
        return Response(answer.model_dump_json(), status=self.status, content_type="application/json")


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
    fast_path: FastPath | None = None,
    name: str = "",
) -> Callable[[View], View]:
    """Declare an operation; the view gets the path's values, `query` and `body` checked; its docstring explains it.

    `name` is its operationId in the document, the function's own unless it is given: programs rely on it.

    A `fast_path` comes before everything else, with the scope and the path's values: it answers a program that may have
    the answer, or gives None, and the request goes on as if it had not been there.
    """

    def declare(view: View) -> View:
        summary, _, more = (view.__doc__ or "").strip().partition("\n")
        declared = Operation(
            method=method,
            path=path,
            name=name or view.__name__,
            summary=summary,
            description=" ".join(more.split()),
            scope=scope,
            answer=answer,
            status=status,
            query=query,
            body=body,
            errors=errors or {},
            view=view,
            media=media,
        )
        OPERATIONS.append(declared)

        def answering(**values: Any) -> Response:
            if fast_path is not None and (answer := fast_path(scope, **values)) is not None:
                return declared.to_response(answer)
            authenticate_token(scope)
            return declared.handle(values, request.args.to_dict(flat=False), json_body() if body else b"")

        api.add_url_rule(path, declared.name, answering, methods=[method])
        return view

    return declare


@api.errorhandler(ApiError)
def api_error(error: ApiError) -> Response:
    """Answer with problem details."""
    return error.response()
