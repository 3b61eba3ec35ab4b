"""What no one would type on purpose ends in a word at its field, never in a failure."""

import pytest
from flask.testing import FlaskClient

from tests.http_client import post, words
from tests.web.pages.connections.conftest import Fields
from webapp.models import User

NEW = "/connections/new"
LONG = "x" * 10_000
CONTROL = ("a\r\nb", "a\0b", "a\x1b[2Jb", "a\u202eb")

REFUSED = [
    *[("name", value) for value in ("", "   ", LONG, *CONTROL)],
    *[
        ("address", value)
        for value in (
            "",
            "ann",
            "ann@",
            "@example.com",
            "a b@example.com",
            f"{LONG}@example.com",
            "<script>@x.y",
            *CONTROL,
        )
    ],
    *[("password", value) for value in ("a\r\nb", "a\0b", LONG)],
    *[("port", value) for value in ("", "0", "-1", "70000", "abc", "99.3", LONG, "٩٩٣x")],
    *[("security", value) for value in ("ssl", LONG)],
    *[("user", value) for value in (LONG, *CONTROL)],
    *[
        ("host", value)
        for value in (
            "",
            "imaps://imap.example.com",
            "imap.example.com/inbox",
            "imap example.com",
            "ann@example.com",
            "imap.example.com:993",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "-imap.example.com",
            "imap..example.com",
            f"{'l' * 64}.example.com",
            "fe80::1%eth0",
            "🙂.example.com",
            LONG,
            *CONTROL,
        )
    ],
]


@pytest.mark.parametrize(("field", "value"), REFUSED, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("path", [NEW, "/connections/test"])
def test_what_cannot_be_is_refused_at_its_field(
    client: FlaskClient, as_member: User, fields: Fields, path: str, field: str, value: str
) -> None:
    response = post(client, path, page=NEW, **fields(**{field: value}))

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Rechnungen 📬 قائمة"),
        ("name", "x" * 100),
        ("name", "<script>alert(1)</script>"),
        ("address", "böse@exämple.org"),
        ("address", "root@mailhost"),
        ("user", "DOMAIN\\ann"),
        ("user", 'a "quoted" name'),
        ("password", "Grüße 🙂 \\ \" '"),
        ("host", "IMAP.Example.COM."),
        ("host", "münchen.example"),
        ("host", "192.0.2.7"),
        ("host", "[2001:db8::1]"),
        ("host", "10.0.0.1"),
        ("port", " 993 "),
    ],
)
def test_what_is_unusual_but_can_be_is_saved(
    client: FlaskClient, as_member: User, fields: Fields, field: str, value: str
) -> None:
    response = post(client, NEW, **fields(**{field: value}))

    assert response.status_code == 303, words(response)
    page = client.get(response.headers["Location"])
    assert page.status_code == 200
    assert "<script>alert" not in page.get_data(as_text=True)


def test_a_body_that_is_far_too_large_is_refused_in_a_sentence(
    client: FlaskClient, as_member: User, fields: Fields
) -> None:
    response = client.post(NEW, data=fields(name="x" * 400_000))

    assert response.status_code == 413
    assert "That is too much at once" in words(response)


@pytest.mark.parametrize("carried", ["x", "v1.k1.AAAA", "v1.other.AAAA", "é" * 50, "." * 2000])
def test_a_forged_carried_value_carries_nothing(
    client: FlaskClient, as_member: User, fields: Fields, carried: str
) -> None:
    response = post(client, NEW, **fields(password="", carried=carried))

    assert response.status_code == 422
    assert "Enter the password." in words(response)
