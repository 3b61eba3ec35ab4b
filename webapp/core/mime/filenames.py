"""The name under which an attachment may be stored on any system."""

import re
import unicodedata

from webapp.core.mime.control_characters import one_line

_LONGEST = 120
# Most file systems hold 255 bytes; some room is left for what a download appends.
_MOST_BYTES = 220
_LONGEST_SUFFIX = 16
_READ = 2000
_FORBIDDEN = re.compile(r'[<>:"|?*\ufffd]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE)
_EDGES = " ._-"


def safe_filename(name: str, *, fallback: str) -> str:
    """Return a file name that is no path, hidden file, option or device, in at most 120 characters; or the fallback."""
    return _safe(name) or _safe(fallback) or "attachment"


def _safe(name: str) -> str:
    last = name[-_READ:].replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    plain = _FORBIDDEN.sub("_", one_line(unicodedata.normalize("NFC", last)))
    short = _shorten(plain.lstrip(_EDGES).rstrip(" ."))
    return f"_{short}" if _DEVICES.match(short) else short


def _shorten(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    end = dot + suffix
    stem = stem[: _LONGEST - 1 - len(end)]
    stem = stem.encode()[: _MOST_BYTES - len(end.encode())].decode("utf-8", "ignore")
    return stem.rstrip(" .") + end
