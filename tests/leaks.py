"""A planted secret, and the search for it in all the forms in which it might have got out."""

import base64
import html
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from flask import Flask
from sqlalchemy import select

from webapp.config.app_state import current_settings
from webapp.models import db

# Every kind of quoting leaves its mark on it.
SECRET = 'planted "Secret\\7&<word>'


def spellings(secret: str) -> Iterator[str]:
    """List how a secret may stand in a text: as it is, quoted in some way, or within base64 at any alignment."""
    yield from (secret, secret[:14], secret[-14:], quote(secret), quote_plus(secret))
    # Python's way, and Jinja's.
    yield from (html.escape(secret), html.escape(secret).replace("&quot;", "&#34;"))
    yield from (secret.replace("\\", "\\\\").replace('"', '\\"'), repr(secret)[1:-1])
    for shift in range(3):
        # Without the characters that depend on what stands before and after.
        yield base64.b64encode(b"\0" * shift + secret.encode()).decode()[4:-4]


def leaks(*texts: str, secret: str = SECRET) -> list[str]:
    """Return the spellings of the secret that the texts hold."""
    return [spelling for spelling in spellings(secret) if any(spelling in text for text in texts)]


def stored(app: Flask) -> str:
    """Dump everything that is stored: every row of the database, and every byte of the data folder."""
    with app.app_context():
        rows = [repr(row) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))]
        files = [path.read_bytes().decode("latin-1") for path in current_settings().data_dir.iterdir()]
    return "\n".join((*rows, *files))
