"""Failures as programs read them: problem details for HTTP APIs (RFC 9457)."""

from typing import Any

from flask import Response, json, request

API = "/api/v1/"

# status: (what happened, what to do), where the words for people on pages would not help a program's author.
FOR_PROGRAMS = {
    404: ("There is nothing here", "No operation has this path: /api/v1/openapi.json lists those that there are."),
    405: ("This method is not for this path", "The header Allow names those that are."),
    413: ("The body is too long", "256 KiB at most: send it in parts."),
    503: ("The portal is busy", "Nothing was changed. Ask again in a moment."),
}


def is_for_program() -> bool:
    """Return whether the request is one of the JSON API."""
    return request.path.startswith(API)


def problem_details(status: int, title: str, detail: str, *, kind: str = "about:blank", **more: Any) -> Response:
    """Answer with a problem; `kind` is its type, an address that explains it."""
    body = {"type": kind, "title": title, "status": status, "detail": detail, **more}
    return Response(json.dumps(body), status=status, content_type="application/problem+json")
