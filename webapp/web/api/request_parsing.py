"""What a request brings: its query and its body, each checked by a model before an operation sees it."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ValidationError

from webapp.web.api.problems import ApiError, unprocessable

Model = TypeVar("Model", bound=BaseModel)


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a day is written as 2026-11-28")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day)]
"""A day as RFC 3339 writes it; pydantic would take the seconds since 1970 too."""

_MOST_FAULTS = 10
_LONGEST_NAME = 100


class _DuplicateNameError(Exception):
    """A name that stands in an object twice."""


def parse_query(shape: type[Model], given: Mapping[str, list[str]]) -> Model:
    """Check a query: each name once, and no name that is not known."""
    for name, values in given.items():
        if len(values) > 1:
            raise unprocessable(f"{_shown(name)}: is given more than once.")
    try:
        return shape.model_validate_strings({name: values[0] for name, values in given.items()}, strict=True)
    except ValidationError as error:
        raise _faults(error) from None


def json_body() -> bytes:
    """Take the body of this request, which has to call itself JSON."""
    if request.mimetype != "application/json":
        raise ApiError(415, "This is not JSON", "Send a body of the type application/json.")
    body = request.get_data(cache=False)
    request.stream.read(1)  # answers 413 where a body that came in chunks was cut off at the limit
    return body


def parse_body(shape: type[Model], body: bytes) -> Model:
    """Check a body: JSON that no two readers understand differently (RFC 7493), and of the model's types exactly."""
    try:
        json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_not_json)
        return shape.model_validate_json(body, strict=True)
    except _DuplicateNameError as error:
        raise unprocessable(f"{error}: is given more than once.") from None
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise _unreadable() from None
        raise _faults(error) from None
    except (ValueError, RecursionError):
        raise _unreadable() from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise _DuplicateNameError(_shown(name))
        found[name] = value
    return found


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _unreadable() -> ApiError:
    return ApiError(400, "The body cannot be read", "It is not JSON.")


def _faults(error: ValidationError) -> ApiError:
    faults = [
        f"{_shown('.'.join(map(str, fault['loc']))) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    more = len(faults) - _MOST_FAULTS
    return unprocessable("; ".join(faults[:_MOST_FAULTS]) + (f"; and {more} more." if more > 0 else "."))


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
