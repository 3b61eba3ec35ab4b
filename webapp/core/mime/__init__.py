"""Mail made safe to show: headers, text, HTML and file names that any sender could have written.

Knows no web page, no database and no IMAP: bytes and text go in, text comes out, nothing raises.
"""

from webapp.core.mime.cid_images import ALTOGETHER, LARGEST, named_images
from webapp.core.mime.filenames import safe_name
from webapp.core.mime.header_decoding import decoded_header
from webapp.core.mime.html_sanitizer import FRAME_POLICY, FRAME_POLICY_WITH_IMAGES, safe_html
from webapp.core.mime.html_to_text import text_of_html
from webapp.core.mime.text_part import decoded_text

__all__ = [
    "ALTOGETHER",
    "FRAME_POLICY",
    "FRAME_POLICY_WITH_IMAGES",
    "LARGEST",
    "decoded_header",
    "decoded_text",
    "named_images",
    "safe_html",
    "safe_name",
    "text_of_html",
]
