"""Images that a message carries itself and its HTML shows by their Content-IDs (RFC 2392), as a part of its document.

The frame of a message is no one at the portal, so an address of the portal would show it nothing; `data:` needs none.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import unescape
from urllib.parse import unquote

from webapp.core.mime.html_tokenizer import StartTag, attributes, tokens

MAX_IMAGE_BYTES = 2 * 1024 * 1024
"""How many bytes an image may have."""
MAX_TOTAL_BYTES = 8 * 1024 * 1024
"""How many bytes all images of a document may have, each counted as often as it is shown."""
MOST = 20
"""How many different images a document may show."""

# What a file is, by its first bytes: what a sender says of it is not relied on. SVG, which is a document, is none.
_KINDS = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
_ADDRESS = re.compile(r"\s*cid:([^\s\x00-\x1f]{1,1000})\s*", re.IGNORECASE)


class InlineImages:
    """The images of a message by their Content-IDs, given out for as long as they fit into one document."""

    def __init__(self, images: Mapping[str, bytes]) -> None:
        self._images = images
        self._left = MAX_TOTAL_BYTES

    def data_url_for(self, address: str) -> str | None:
        """Return what shows the image of a `cid:` address; None where there is none that may be shown."""
        image = self._images.get(_content_id(address), b"")
        kind = next((kind for kind, start in _KINDS.items() if start.match(image)), None)
        if kind is None or len(image) > min(MAX_IMAGE_BYTES, self._left):
            return None
        self._left -= len(image)
        return f"data:image/{kind};base64,{b64encode(image).decode()}"


def images_by_content_id(html: str) -> tuple[str, ...]:
    """Return the Content-IDs of the images that HTML shows, in order, each once."""
    written = (
        value
        for token in tokens(html)
        if isinstance(token, StartTag) and token.name == "img"
        for name, value in attributes(token.attributes)
        if name == "src"
    )
    named = dict.fromkeys(found for value in written if (found := _content_id(unescape(value))))
    return tuple(named)[:MOST]


def _content_id(address: str) -> str:
    found = _ADDRESS.fullmatch(address)
    return unquote(found[1]).strip("<>") if found else ""
