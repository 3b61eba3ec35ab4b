"""What tests of pages share: posting a form as a browser does, reading what a page says."""

import html
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import csrf_token

# Where a form token can be had the person who is signed in.
ANY_PAGE = "/sign-in"
HOSTILE_TEXTS = {
    "empty": "",
    "spaces": "   ",
    "10,000 characters": "x" * 10_000,
    "line break": "Ann\nBcc: all",
    "NUL": "Ann\0",
    "escape": "Ann\x1b[2J",
    "line separator": "Ann\u2028Park",
    "direction override": "Ann\u202etxt.exe",
    "nothing visible": "\u200d\u200d",
}


def post(client: FlaskClient, path: str, *, page: str = "", **fields: str) -> TestResponse:
    """Post a form with the token of the page it stands on."""
    return client.post(path, data={**fields, "csrf_token": csrf_token(client, page or path)})


def words(response: TestResponse) -> str:
    """Return what a page says, without its markup."""
    text = re.sub(r"<(script|title|svg).*?</\1>", " ", response.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
