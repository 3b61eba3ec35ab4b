"""What the portal asks and tells its practice servers about what is fixed. Knows them only by their ports."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from webapp.core.net.errors import NetworkError
from webapp.core.net.http import HttpLimits, HttpResponse, http_request
from webapp.practice.ports import LOOPBACK

# The servers share one memory, and any of the providers speaks for all of them.
_OPENER = "microsoft"
_LIMITS = HttpLimits(total=3, connect=1)


def repaired_keys(ports: Mapping[str, int]) -> frozenset[str]:
    """Return the name of the scenarios that are fixed; none while the servers do not answer."""
    answer = _request("GET", "state", ports)
    return frozenset(json.loads(answer.body)["mended"]) if answer else frozenset()


def set_repaired(key: str, ports: Mapping[str, int], *, mended: bool) -> bool:
    """Fix a scenario or break it again, and say whether the servers have done so."""
    answer = _request("POST", f"mended/{key}", ports, mended="yes" if mended else "no")
    return answer is not None and answer.status == 204


def _request(method: str, path: str, ports: Mapping[str, int], **form: str) -> HttpResponse | None:
    if _OPENER not in ports:
        return None
    try:
        return http_request(
            method,
            f"http://{LOOPBACK}:{ports[_OPENER]}/practice/{path}",
            headers={"Content-Type": "application/x-www-form-urlencoded"} if form else {},
            body=urlencode(form).encode() if form else None,
            limits=_LIMITS,
        )
    except NetworkError:
        return None
