"""The portal with two more routes that answer with an empty JSON object: one for anybody, one behind an API token."""

from flask import jsonify
from flask.typing import ResponseReturnValue

from bench.token_rate import ANYBODY, WITH_TOKEN
from webapp.models import Scope
from webapp.web.api.authentication import authenticate_token
from wsgi import app


@app.get(ANYBODY)
def empty() -> ResponseReturnValue:
    """Answer with nothing."""
    return jsonify({})


@app.get(WITH_TOKEN)
def empty_with_token() -> ResponseReturnValue:
    """Answer with nothing, but only to a program that may have access tokens."""
    authenticate_token(Scope.ACCESS_TOKEN)
    return jsonify({})


__all__ = ["app"]
