"""The OpenAPI 3.1 document of the API, made from what its operations declare."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webapp.api.contract import OPERATIONS, Operation
from webapp.api.shapes import Problem
from webapp.models import Scope

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_REF = "#/components/schemas/{model}"
_ALWAYS = {
    401: "No token, or one that is not in force.",
    403: "The token may not do this.",
}


@cache
def document(base_url: str, version: str) -> dict[str, Any]:
    """Write the document for a portal at an address."""
    _, schemas = models_json_schema(sorted({*_models()}, key=repr), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        path = _PLACE.sub(r"{\2}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Postroom",
            "version": version,
            "description": "Connections to mailboxes, tested and explained; fresh access tokens for any IMAP library.",
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token. Scopes: "
                    + "; ".join(f"`{scope.value}`: {scope.meaning}" for scope in Scope)
                    + ".",
                }
            },
        },
    }


def _models() -> Iterator[tuple[type[BaseModel], Literal["validation", "serialization"]]]:
    yield Problem, "serialization"
    for operation in OPERATIONS:
        if operation.answer:
            yield operation.answer, "serialization"
        if operation.body:
            yield operation.body, "validation"


def _described(operation: Operation) -> dict[str, Any]:
    errors = {**_ALWAYS, **operation.errors}
    if operation.query or operation.body:
        errors[422] = "Something in the request is not right; the detail names it."
    if operation.body:
        errors.update({400: "The body is not JSON.", 413: "The body is too long.", 415: "The body is not JSON."})
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary.rstrip("."),
        "description": f"{operation.description} Scope: `{operation.scope.value}`.".strip(),
        "parameters": [*_places(operation.path), *_query(operation.query)],
        "responses": {
            str(operation.status): _bytes(operation.media)
            if operation.media
            else _answer("As asked.", operation.answer, "application/json"),
            **{
                str(status): _answer(words, Problem, "application/problem+json")
                for status, words in sorted(errors.items())
            },
        },
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": {"application/json": _schema(operation.body)}}
    return described


def _places(path: str) -> list[dict[str, Any]]:
    """Describe what stands in a path: the number of a row, or a reference that an answer gave."""
    number, reference = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}, {"type": "string", "minLength": 1}
    return [
        {"name": name, "in": "path", "required": True, "schema": number if kind == "id" else reference}
        for kind, name in _PLACE.findall(path)
    ]


def _query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    properties = model.model_json_schema()["properties"] if model else {}
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.pop("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "title"},
        }
        for name, schema in properties.items()
    ]


def _answer(words: str, model: type[BaseModel] | None, kind: str) -> dict[str, Any]:
    return {"description": words, **({"content": {kind: _schema(model)}} if model else {})}


def _bytes(media: str) -> dict[str, Any]:
    return {"description": "The bytes.", "content": {media: {"schema": {"type": "string", "format": "binary"}}}}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": _REF.format(model=model.__name__)}}
