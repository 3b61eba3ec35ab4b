"""Where to go after signing in: only ever to a page of this portal."""

from webapp.security.input_validation import has_controls

_LONGEST = 2000


def safe_redirect_path(wanted: str | None, otherwise: str) -> str:
    r"""Return the wanted path where it is one of this portal, else the other one.

    A browser reads `//host` and `/\host` as another site, and skips tabs and line breaks while it reads (WHATWG URL,
    special schemes), so that none of these may pass.
    """
    if not wanted or len(wanted) > _LONGEST or "\\" in wanted or has_controls(wanted):
        return otherwise
    return wanted if wanted.startswith("/") and not wanted.startswith("//") else otherwise
