"""What people read about the API: the OpenAPI document, and the same as a page."""

import json
from typing import Any

from flask import Response, render_template

from webapp.api import acts, attachments, connections, mail  # noqa: F401  (they register their routes)
from webapp.api.contract import OPERATIONS, api
from webapp.api.openapi import document, shown_path
from webapp.api.trying import api_pages, body_to_try, connections_to_try
from webapp.models import Scope
from webapp.signed_in import login_required
from webapp.vault import current_settings

VERSION = "1"


@api.app_template_filter("type_words")
def type_words(schema: dict[str, Any]) -> str:
    """Name the type of a field as people say it."""
    named = str(schema.get("$ref", "")).rpartition("/")[2]
    kind = named or str(schema.get("format") or schema.get("type", "anything"))
    return f"list of {type_words(schema['items'])}" if kind == "array" and "items" in schema else kind


@api.get("/openapi.json")
def openapi() -> Response:
    """Give the OpenAPI document; nothing in it is secret."""
    body = json.dumps(document(current_settings().base_url, VERSION), ensure_ascii=False)
    return Response(body, content_type="application/json")


@api.get("/")
@login_required
def reference() -> str:
    """Explain the API to people."""
    described = document(current_settings().base_url, VERSION)
    return render_template(
        "api/reference.html",
        operations=OPERATIONS,
        paths={operation.name: shown_path(operation) for operation in OPERATIONS},
        document=described,
        scopes=Scope,
        connections=connections_to_try(),
        body_to_try=body_to_try,
    )


__all__ = ["api", "api_pages"]
