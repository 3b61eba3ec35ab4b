"""Failures as programs read them: problem details for HTTP APIs (RFC 9457)."""

from typing import Any

from flask import Response, json, request

API = "/api/v1/"


def is_for_program() -> bool:
    """Say whether the request is one of the JSON API."""
    return request.path.startswith(API)


def problem_details(status: int, title: str, detail: str, *, kind: str = "about:blank", **more: Any) -> Response:
    """Answer with a problem; `kind` is its type, an address that explains it."""
    body = {"type": kind, "title": title, "status": status, "detail": detail, **more}
    return Response(json.dumps(body), status=status, content_type="application/problem+json")
