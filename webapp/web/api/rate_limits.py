"""How often programs may ask: each token so often a minute, and wrong tokens by the network that they come from."""

import math
import time

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerMinute

from webapp.config.app_state import current_settings
from webapp.core.phrases import plural
from webapp.web.api.problems import ApiError
from webapp.web.api.rate_limit_blocks import ReservedQuota
from webapp.web.extensions import limiter
from webapp.web.login_rate_limits import client_network

_WRONG_TOKENS = RateLimitItemPerMinute(30, 5)


def count_request(whose: str) -> None:
    """Count a request of a token, or of a person who tries the API; not while a transaction is open."""
    most = current_settings().api_requests_per_minute
    if not most:
        return
    limit = RateLimitItemPerMinute(most)
    key = f"api {whose}"
    blocks: ReservedQuota = current_app.extensions.setdefault("postroom.api_blocks", ReservedQuota())
    if not blocks.hit(limit, key):
        raise _too_many(limit, key, f"{plural(most, 'request')} a minute are answered.")


def count_wrong_token() -> None:
    """Count a token that is not in effect; not while a transaction is open.

    Right ones from the same network are not refused: an office behind one address would be locked out by one program
    that was forgotten, and no one guesses a token.
    """
    key = f"api {client_network()}"
    # Asked first, so that a program that never ceases costs no writing.
    if not (limiter.limiter.test(_WRONG_TOKENS, key) and limiter.limiter.hit(_WRONG_TOKENS, key)):
        raise _too_many(_WRONG_TOKENS, key, "Too many tokens that are not valid came from your network.")


def _too_many(limit: RateLimitItem, key: str, why: str) -> ApiError:
    seconds = max(1, math.ceil(limiter.limiter.get_window_stats(limit, key).reset_time - time.time()))
    detail = f"{why} Ask again in {plural(seconds, 'second')}."
    return ApiError(429, "Too many requests", detail, headers={"Retry-After": str(seconds)})
