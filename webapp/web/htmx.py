"""The one place that knows htmx: where it comes from, and whether a page or its fragment is asked for."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, make_response, render_template, request

HTMX_URL = "https://cdn.jsdelivr.net/npm/htmx.org@2.0.10/dist/htmx.min.js"
HTMX_INTEGRITY = "sha384-H5SrcfygHmAuTDZphMHqBJLc3FhssKjG7w/CeCpFReSfwBWDTKpkzPP8c+cLsK+V"


@cache
def local_copy() -> Path:
    """Find the same file in the installed package that carries it; it serves when the CDN cannot be reached."""
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise RuntimeError("requirements/assets.txt is not installed")
    return Path(spec.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"


def is_htmx_request() -> bool:
    """Return whether htmx asks, and so wants a fragment."""
    return request.headers.get("HX-Request") == "true"


def render_page_or_fragment(page: str, fragment: str, status: int = 200, /, **context: Any) -> Response:
    """Render the fragment for htmx and the whole page, which includes the fragment, for a browser without it."""
    response = make_response(render_template(fragment if is_htmx_request() else page, **context), status)
    response.headers["Vary"] = "HX-Request"
    return response


def hx_redirect(url: str) -> Response:
    """Send the browser elsewhere: by status 303, or by the header that htmx follows."""
    if is_htmx_request():
        return Response(status=204, headers={"HX-Redirect": url})
    return Response(status=303, headers={"Location": url})
