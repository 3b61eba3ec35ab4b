"""Images that a message carries itself: which are named, and which may stand in its document."""

import re
from base64 import b64decode, b64encode

import pytest

from webapp.core.mime import MAX_IMAGE_BYTES, MAX_TOTAL_BYTES, images_by_content_id, sanitize_html

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
JPEG, WEBP = b"\xff\xd8\xff\xe0" + b"x" * 20, b"RIFF\x0a\0\0\0WEBPVP8 "
KINDS = {"gif": GIF, "png": PNG, "jpeg": JPEG, "webp": WEBP}


def shown(html: str, **inline: bytes) -> list[bytes]:
    """Return the images that a document shows, as bytes."""
    document = sanitize_html(html, inline=inline)
    return [b64decode(found) for found in re.findall(r'src="data:image/\w+;base64,([^"]+)"', document)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_of_the_message_becomes_a_part_of_the_document_as_what_it_is(kind: str) -> None:
    document = sanitize_html("<p>x<img src='cid:a@b' alt=A></p>", inline={"a@b": KINDS[kind]})

    assert f'<img src="data:image/{kind};base64,{b64encode(KINDS[kind]).decode()}" alt="A">' in document


@pytest.mark.parametrize("address", ["cid:a", "CID:a", " cid:a\n", "cid:%61", "cid:&#97;", "cid:&lt;a&gt;"])
def test_an_address_may_be_written_in_many_ways(address: str) -> None:
    html = f'<img src="{address}">'

    assert images_by_content_id(html) == ("a",)
    assert shown(html, a=GIF) == [GIF]


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"GIF8",
        b"RIFF\x0a\0\0\0WAVE",
        b"BM" + bytes(50),
        b" " + PNG,
        PNG + bytes(MAX_IMAGE_BYTES),
    ],
)
def test_what_is_no_image_or_too_large_is_not_shown(image: bytes) -> None:
    assert '<img alt="A">' in sanitize_html("<img src=cid:a alt=A>", inline={"a": image})


@pytest.mark.parametrize(
    "html",
    [
        "<a href=cid:a>x</a>",
        "<table background=cid:a><tr><td>x",
        "<p style='background:url(cid:a)'>x",
        "<img src=cid:b>",
    ],
)
def test_an_image_stands_only_where_an_image_is_named(html: str) -> None:
    document = sanitize_html(html, inline={"a": GIF})

    assert "base64" not in document
    assert "cid:" not in document


def test_one_image_that_is_named_a_thousand_times_fills_no_document() -> None:
    image = PNG + bytes(MAX_IMAGE_BYTES - len(PNG))

    images = shown("<img src=cid:a>" * 1000 + "<img src=cid:b>", a=image, b=GIF)

    assert images == [image] * (MAX_TOTAL_BYTES // MAX_IMAGE_BYTES)
    assert shown("<img src=cid:b>" * 1000, b=GIF) == [GIF] * 1000


def test_at_most_twenty_images_are_named_each_once_and_none_in_comments() -> None:
    html = "<!-- <img src=cid:no> --><style><img src=cid:no></style>"
    html += "".join(f"<img src=https://x.test/><img src=cid:{number}><img src=cid:{number}>" for number in range(50))

    assert images_by_content_id(html) == tuple(map(str, range(20)))
