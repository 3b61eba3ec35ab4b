"""What people read about the API: the OpenAPI document, and the same as a page."""

import json
import re
from typing import Any

from flask import Response, render_template

from webapp.config.app_state import current_settings
from webapp.models import Scope
from webapp.web.api.openapi import document, shown_path
from webapp.web.api.operation import OPERATIONS
from webapp.web.api.try_it_views import body_to_try, connections_to_try
from webapp.web.login import login_required

VERSION = "1"


def openapi() -> Response:
    """Return the OpenAPI document; nothing in it is secret."""
    body = json.dumps(document(current_settings().base_url, VERSION), ensure_ascii=False)
    return Response(body, content_type="application/json")


@login_required
def reference() -> str:
    """Explain the API to people."""
    described = document(current_settings().base_url, VERSION)
    return render_template(
        "api/reference.html",
        operations=OPERATIONS,
        paths={operation.name: shown_path(operation) for operation in OPERATIONS},
        document=described,
        parts=_parts(described),
        scopes=Scope,
        connections=connections_to_try(),
        body_to_try=body_to_try,
    )


def _parts(described: dict[str, Any]) -> set[str]:
    """Return the name of the schemas that stand within others."""
    whole = {shape.__name__ for each in OPERATIONS for shape in (each.answer, each.body) if shape}
    named = re.findall(r"#/components/schemas/(\w+)", json.dumps(described["components"]["schemas"]))
    return set(named) - whole
