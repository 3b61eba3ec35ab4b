import base64
import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.mime import decode_text
from webapp.core.mime.charsets import _CODECS, _KNOWN, _REALLY


@pytest.mark.parametrize(
    ("data", "charset", "encoding", "text"),
    [
        (b"plain", None, None, "plain"),
        ("Grüße".encode(), "utf-8", "8bit", "Grüße"),
        ("Grüße".encode("latin-1"), "ISO-8859-1", "8BIT", "Grüße"),
        ("Grüße".encode("latin-1"), "utf-8", None, "Grüße"),
        ("Grüße".encode(), "us-ascii", None, "Grüße"),
        ("Grüße".encode(), "x-unheard-of", None, "Grüße"),
        ("Grüße".encode("latin-1"), "unknown-8bit", None, "Grüße"),
        (b"\x93quoted\x94 \x80", "iso-8859-1", None, "“quoted” €"),
        (b"undefined \x81\x8d", "windows-1252", None, "undefined \ufffd\ufffd"),
        ("שלום".encode("iso8859_8"), "iso-8859-8-i", None, "שלום"),
        ("日本語".encode("cp932"), "x-sjis", None, "日本語"),
        ("王".encode("gbk"), "GB2312", None, "王"),
        ("한".encode("cp949"), "ks_c_5601-1987", None, "한"),
        ("text".encode("utf-16"), None, None, "text"),
        (codecs.BOM_UTF8 + b"marked", "iso-8859-1", None, "marked"),
        ("Grüße, ends in the mid€".encode()[:-1], "utf-8", None, "Grüße, ends in the mid\ufffd"),
        ("Grüße, ends in the mid€".encode()[:-1], None, None, "Grüße, ends in the mid\ufffd"),
        ("日本語ばかり".encode() + b"\xff" + b" but one", "utf-8", None, "日本語ばかり\ufffd but one"),
        (b"<meta charset=windows-1251>\xcf\xf0\xe8\xe2\xe5\xf2", None, None, "<meta charset=windows-1251>Привет"),
        (b"+ADw-script+AD4-", "utf-7", None, "<script>"),
        (b"+2AA-", "utf-7", None, "\ufffd"),
        (b"a\\u0000\\ud800", "unicode_escape", None, "a\\u0000\\ud800"),
        (b"xn--a", "idna", None, "xn--a"),
        (b"uryyb", "rot13", None, "uryyb"),
        (b"x", "\x00", None, "x"),
        (b"x", "a" * 100_000, None, "x"),
        (b"R3LDvMOfZQ==", "utf-8", "base64", "Grüße"),
        (b"R3LD\r\nvMOf ZQ", "utf-8", " BASE64 ", "Grüße"),
        (b"Zm9v\nYg==\nYmFy", None, "base64", "foobbar"),
        (b"Zm9vY", None, "base64", "foo"),
        (b"====", None, "base64", ""),
        (b"Gr=C3=BC=C3=9Fe=20=\r\nhier", "utf-8", "Quoted-Printable", "Grüße hier"),
        (b"1=2 =ZZ =", None, "quoted-printable", "1=2 =ZZ "),
        (b"begin 644 x\n#0V%T\n`\nend\n", None, "x-uuencode", "Cat"),
        (b"left as it is", None, "x-yenc", "left as it is"),
        (b"a\r\nb\rc\nd\x0ce\x00\x08\x1b[31m\tf", None, None, "a\nb\nc\nd\ne[31m\tf"),
        (b"\xe2\x80\xae turned", "utf-8", None, "\u202e turned"),
    ],
)
def test_a_text_is_read_as_it_was_meant(data: bytes, charset: str | None, encoding: str | None, text: str) -> None:
    assert decode_text(data, charset=charset, encoding=encoding) == text


LABELS = st.none() | st.text(max_size=20) | st.sampled_from(sorted(_KNOWN))
ENCODINGS = st.none() | st.sampled_from(["base64", "quoted-printable", "x-uuencode", "7bit", "binary", "nonsense"])


@given(st.binary(), LABELS, ENCODINGS)
def test_any_bytes_become_lines_without_controls(data: bytes, charset: str | None, encoding: str | None) -> None:
    text = decode_text(data, charset=charset, encoding=encoding)

    text.encode()
    assert not any(char < " " and char not in "\n\t" for char in text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"], exclude_characters="\ufeff")))
def test_text_encoded_by_the_rules_comes_back(text: str) -> None:
    data = base64.encodebytes(text.encode())

    assert decode_text(data, charset="utf-8", encoding="base64") == text


def test_every_charset_on_the_list_exists() -> None:
    for codec in _CODECS | set(_REALLY.values()) | set(_KNOWN.values()):
        assert "".encode(codec).decode(codec) == ""


def test_a_label_is_never_looked_up_by_python(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    codecs.register(search := lambda name: asked.append(name))

    for number in range(20):
        decode_text(b"\xff", charset=f"never-heard-{number}", encoding=None)
    codecs.unregister(search)

    assert asked == []


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode"])
@pytest.mark.parametrize("piece", [b"=", b"A=", b"\n", b"=\r\n", b"\xff\x00", b"M\n"])
def test_a_megabyte_of_nonsense_is_decoded_at_once(encoding: str, piece: bytes) -> None:
    started = time.process_time()

    decode_text(piece * (2**20 // len(piece)), charset="utf-8", encoding=encoding)

    assert time.process_time() - started < 2
