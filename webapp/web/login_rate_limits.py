"""How often a person may try: by network address and by account, counted in the database over all workers."""

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Response, request

from webapp.core.phrases import plural
from webapp.models import db, token_hash
from webapp.security.input_validation import normal_address, strip_and_compose
from webapp.web.error_handlers import error_response
from webapp.web.extensions import limiter
from webapp.web.login import current_user

_BY_ACCOUNT = "10 per 15 minutes"


def client_network() -> str:
    """Return the network of the client; an IPv6 customer holds a whole /64, so that counts as one (RFC 6177)."""
    try:
        address = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _typed_account() -> str:
    """Return the account that is tried, whether it exists or not; hashed, since anything at all may be typed there."""
    return token_hash(normal_address(strip_and_compose(request.form.get("address", "")) or ""))


def _own_account() -> str:
    account = f"user {current_user().id}"
    # The counter is written by a transaction of its own, which would wait for ours in vain.
    db.session.rollback()
    return account


limit_by_network = limiter.limit("20 per 5 minutes", key_func=client_network, methods=["POST"])
limit_by_typed_account = limiter.limit(_BY_ACCOUNT, key_func=_typed_account, methods=["POST"])
limit_by_own_account = limiter.limit(_BY_ACCOUNT, key_func=_own_account, methods=["POST"])


def refund_attempt() -> None:
    """Uncount the attempt of this request: it succeeded. To be called while no transaction is open.

    Attempts are counted before they run and given back afterwards, not counted afterwards: many at the same moment
    would all be let in before the first failure counts.
    """
    for counted in limiter.current_limits:
        limiter.storage.incr(counted.key, counted.limit.get_expiry(), amount=-1)


def too_many(error: Exception, *, meanwhile: str = "Until then even the right password is refused.") -> Response:
    """Return when to try again, and how things are until then."""
    limit = limiter.current_limit
    seconds = max(1, math.ceil(limit.reset_at - time.time())) if limit else 300
    # Whole seconds may round a window up by one, which is no minute more.
    wait = plural(math.ceil((seconds - 1) / 60) or 1, "minute")
    response = error_response(429, "Too many attempts", f"Try again in {wait}. {meanwhile}")
    response.headers["Retry-After"] = str(seconds)
    return response
