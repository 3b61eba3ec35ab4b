"""The portal with one more route, which answers with an empty JSON object: what any request costs at least."""

from typing import Any

from flask import jsonify

from wsgi import app

PATH = "/bench/empty"


@app.get(PATH)
def empty() -> Any:
    """Answer with nothing."""
    return jsonify({})


__all__ = ["app"]
