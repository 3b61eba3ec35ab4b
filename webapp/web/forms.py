"""How views answer: a page with a form, right or wrong."""

from flask import Response, make_response, render_template, request


def render_form(template: str, **context: object) -> Response:
    """Render a page with a form: 200 to look at, 422 where what was sent was refused."""
    return make_response(render_template(template, **context), 422 if request.method == "POST" else 200)
