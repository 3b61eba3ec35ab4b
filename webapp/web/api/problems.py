"""Requests that end in problem details (RFC 9457)."""

from typing import Any

from flask import Response

from webapp.web.problem_details import problem_details


class ApiError(Exception):
    """A request that ends in problem details; `headers` go with them."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def response(self) -> Response:
        """Write it as an answer."""
        response = problem_details(self.status, self.title, self.detail, **self.more)
        response.headers.update(self.headers)
        return response


def unprocessable(detail: str) -> ApiError:
    """Make the problem of a request that is not right; `detail` begins with what is at fault."""
    return ApiError(422, "The request is not right", detail)
