"""Who may enter the administration."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask_login import current_user as visitor
from werkzeug.wrappers import Response

from webapp.web.error_handlers import error_response
from webapp.web.login import current_user, unauthorized

P = ParamSpec("P")
R = TypeVar("R")


def admin_required(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let only administrators through: others are asked to sign in, or told whom to ask."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if not visitor.is_authenticated:
            asked: Response = unauthorized()
            return asked
        if not current_user().is_administrator:
            return error_response(403, "This page is for administrators", "Ask one of them to do it for you.")
        return view(*args, **kwargs)

    return guarded
