"""The OpenAPI 3.1 document of the API, made from what its operations declare."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webapp.models import Scope
from webapp.services.providers import PROVIDERS
from webapp.web.api.message_refs import PATTERN
from webapp.web.api.operation import OPERATIONS, Operation
from webapp.web.api.schemas.common import Problem

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_REF = "#/components/schemas/{model}"
_ALWAYS = {
    401: "No token, or one that is not in force.",
    403: "The token may not do this.",
    429: "Too many requests, or too many tokens that are not valid: wait as long as `Retry-After` says.",
    503: "The portal is busy, and nothing was changed. Ask again in a moment.",
}
_BUSY_IN_AN_ACT = "The portal is busy, and some of it may have been done: look before asking again."
_ABOUT = (
    "Connections to mailboxes, tested and explained; the messages in them; fresh access tokens for any IMAP library. "
    "Every failure is a problem (RFC 9457). An unknown path answers 404, and a wrong method 405 with `Allow`."
)
_HEADERS = {
    401: {"WWW-Authenticate": "How to let oneself in (RFC 6750)."},
    403: {"WWW-Authenticate": "Which scope is missing, where it is one that is (RFC 6750)."},
    416: {"Content-Range": "How long the file is, as `bytes */1234`."},
    429: {"Retry-After": "In how many seconds to ask again."},
}
_SURE = ("Retry-After", "ETag", "Accept-Ranges", "Content-Disposition", "Content-Range")
# What operations have in common that answer with bytes (RFC 9110, sections 8.8.3, 13 and 14).
_ASKED_OF_BYTES = {
    "Range": "Which bytes, as `bytes=1000-`; of several ranges, or one that cannot be read, all bytes come.",
    "If-Range": "The `ETag` of what is there already: `Range` counts only while it is that of these bytes.",
    "If-None-Match": "The `ETag` of what is there already: with it nothing is sent again.",
}
_SAME = {"ETag": "Stands for these bytes and no others."}
_WITH_BYTES = {**_SAME, "Accept-Ranges": "`bytes`.", "Content-Disposition": "The name of the file."}
_BYTES: dict[int, tuple[str, dict[str, str]]] = {
    200: ("The bytes, all of them.", _WITH_BYTES),
    206: ("The bytes of the range.", {**_WITH_BYTES, "Content-Range": "Which they are, as `bytes 1000-1233/1234`."}),
    304: ("The bytes are those of `If-None-Match`.", _SAME),
}
_PATHS = {
    "id": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "ref": {"type": "string", "pattern": PATTERN},
    "section": {"type": "string", "pattern": r"^[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,60}$"},
}


# Components whose class has another name than the document has always had.
_PUBLIC_NAMES = {"ActionKind": "Kind", "ActionWarning": "Caution", "CheckState": "State"}


@cache
def document(base_url: str, version: str) -> dict[str, Any]:
    """Write the document for a portal at an address."""
    _, schemas = models_json_schema(sorted({*_models()}, key=repr), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(shown_path(operation), {})[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Postroom",
            "version": version,
            "description": _ABOUT,
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _with_public_names(_with_credential_types(schemas["$defs"])),
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


def shown_path(operation: Operation) -> str:
    """Write a path as people and OpenAPI do."""
    return _PLACE.sub(r"{\2}", operation.path)


def _with_credential_types(schemas: dict[str, Any]) -> dict[str, Any]:
    """Add the enumeration of credential types, which the registry decides and not a model."""
    schemas["ConnectionShape"]["properties"]["credential_type"] = {"$ref": _REF.format(model="CredentialType")}
    return schemas | {
        "CredentialType": {
            "description": "How the portal gets into a mailbox.",
            "enum": [kind.value for kind in PROVIDERS],
            "title": "CredentialType",
            "type": "string",
        }
    }


def _with_public_names(schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas under the names that generated clients rely on."""
    text = json.dumps(schemas)
    for name, public in _PUBLIC_NAMES.items():
        text = text.replace(f'"{name}": {{', f'"{public}": {{').replace(f'"title": "{name}"', f'"title": "{public}"')
        text = text.replace(f'"{_REF.format(model=name)}"', f'"{_REF.format(model=public)}"')
    renamed: dict[str, Any] = json.loads(text)
    return renamed


def _models() -> Iterator[tuple[type[BaseModel], Literal["validation", "serialization"]]]:
    yield Problem, "serialization"
    for operation in OPERATIONS:
        if operation.answer:
            yield operation.answer, "serialization"
        if operation.body:
            yield operation.body, "validation"


def _describe(operation: Operation) -> dict[str, Any]:
    answers = {operation.status: _answer("As asked.", operation.answer)}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary.rstrip("."),
        "description": f"{operation.description} Scope: `{operation.scope.value}`.".strip(),
        "parameters": [*_places(operation.path), *_query(operation.query), *_headers(operation.media)],
        "responses": {
            **{str(status): answer for status, answer in (_bytes(operation.media) or answers).items()},
            **{
                str(status): _answer(words, Problem, "application/problem+json", _HEADERS.get(status, {}))
                for status, words in sorted(_errors(operation).items())
            },
        },
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": {"application/json": _schema(operation.body)}}
    return described


def _errors(operation: Operation) -> dict[int, str]:
    errors = {**_ALWAYS}
    if operation.scope is Scope.WRITE:
        errors[503] = _BUSY_IN_AN_ACT
    if "<" in operation.path:
        errors[404] = "There is none such."
    if operation.query or operation.body:
        errors[422] = "Something in the request is not right; the detail names it."
    if operation.body:
        errors |= {400: "The body is not JSON.", 413: "The body is too long.", 415: "The body is not JSON."}
    return errors | dict(operation.errors)


def _places(path: str) -> list[dict[str, Any]]:
    """Describe what stands in a path: the number of a row, or what an answer gave."""
    return [
        {"name": name, "in": "path", "required": True, "schema": _PATHS[kind or name]}
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
            "schema": _without_null(schema),
        }
        for name, schema in properties.items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a parameter that may be left out: no address can say null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    left_out = ("title", "anyOf") if kinds else ("title",)
    told = {name: value for name, value in schema.items() if name not in left_out and value is not None}
    return {**told, **(kinds[0] if kinds else {})}


def _headers(media: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": False, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in (_ASKED_OF_BYTES if media else {}).items()
    ]


def _answer(
    words: str,
    model: type[BaseModel] | None,
    kind: str = "application/json",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    return {
        "description": words,
        **_with(headers),
        **({"content": {kind: _schema(model)}} if model else {}),
    }


def _bytes(media: str) -> dict[int, dict[str, Any]]:
    content = {"content": {media: {"schema": {"type": "string", "format": "binary"}}}}
    return {
        status: {"description": words, **_with(headers), **({} if status == 304 else content)}
        for status, (words, headers) in (_BYTES if media else {}).items()
    }


def _with(headers: Mapping[str, str]) -> dict[str, Any]:
    told = {
        name: {"description": meaning, "required": name in _SURE, "schema": {"type": "string"}}
        for name, meaning in headers.items()
    }
    return {"headers": told} if told else {}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": _REF.format(model=model.__name__)}}
