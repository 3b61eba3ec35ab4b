"""Pressing buttons of a page as a browser without JavaScript does: with all that their form carries."""

import html
import re
from collections.abc import Sequence

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

_FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
_BUTTON = re.compile(r"<button([^>]*)>(.*?)</button>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden"([^>]*)>')


def press(
    client: FlaskClient, response: TestResponse, label: str, *, fields: Sequence[tuple[str, str]] = ()
) -> TestResponse:
    """Press the button of a label, with some fields of its form ticked or filled in; see what would happen."""
    for attributes, body in _FORM.findall(response.get_data(as_text=True)):
        for button, words in _BUTTON.findall(body):
            if html.unescape(re.sub(r"<[^>]+>.*", "", words, flags=re.DOTALL)).strip() == label:
                data = MultiDict([*map(_named, _HIDDEN.findall(body)), *fields, _named(button)])
                data.pop("", None)
                done = client.post(_value(button, "formaction") or _value(attributes, "action"), data=data)
                led = done.headers.get("Location", "")
                return client.get(led) if "/preview?" in led else done
    raise AssertionError(f"no button {label}")


def _named(tag: str) -> tuple[str, str]:
    return _value(tag, "name"), _value(tag, "value")


def _value(tag: str, attribute: str) -> str:
    found = re.search(rf'\b{attribute}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""
