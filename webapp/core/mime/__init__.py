"""Mail made safe to show: headers, text, HTML and file names that any sender could have written.

Knows no web page, no database and no IMAP: bytes and text go in, text comes out, nothing raises.
"""

from webapp.core.mime.cid_images import MAX_IMAGE_BYTES, MAX_TOTAL_BYTES, images_by_content_id
from webapp.core.mime.filenames import safe_filename
from webapp.core.mime.header_decoding import decode_header
from webapp.core.mime.html_sanitizer import FRAME_POLICY, FRAME_POLICY_WITH_IMAGES, sanitize_html
from webapp.core.mime.html_to_text import html_to_text
from webapp.core.mime.text_part import decode_text

__all__ = [
    "FRAME_POLICY",
    "FRAME_POLICY_WITH_IMAGES",
    "MAX_IMAGE_BYTES",
    "MAX_TOTAL_BYTES",
    "decode_header",
    "decode_text",
    "html_to_text",
    "images_by_content_id",
    "safe_filename",
    "sanitize_html",
]
