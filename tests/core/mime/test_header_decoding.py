import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.mime import decode_header


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        (b"", ""),
        (b"Hello", "Hello"),
        (b"  folded\r\n\tand folded  ", "folded and folded"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe_aus?= K=?iso-8859-1?Q?=F6ln?=", "Grüße aus Köln"),
        (b"=?UTF-8?B?5pel5pys6Kqe?=", "日本語"),
        (b"=?utf-8?q?one?= \r\n =?utf-8?q?_two?=", "one two"),
        (
            b"=?utf-8?b?"
            + base64.b64encode("日".encode()[:2])
            + b"?= =?utf-8?b?"
            + base64.b64encode("日".encode()[2:])
            + b"?=",
            "日",
        ),
        (b"=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "日本語"),
        (b"=?gb2312?B?zfXQocP3?=", "王小明"),
        (b"=?koi8-r?B?8NLJ18XU?= =?windows-1251?B?7Ojw?=", "Приветмир"),
        (b"=?iso-8859-8-i?Q?=F9=EC=E5=ED?=", "שלום"),
        (b"=?us-ascii*en?q?with_language?=", "with language"),
        (b"=?windows-1252?q?=80_=93quoted=94?=", "€ “quoted”"),
        (b"=?iso-8859-1?q?=80_=93quoted=94?=", "€ “quoted”"),
        (b"=?x-unheard-of?q?caf=C3=A9?=", "café"),
        (b"=?x-unheard-of?q?caf=E9?=", "café"),
        (b"=?utf-8?q?What's_up??=", "What's up?"),
        (b"=?utf-8?q?with spaces in it?=", "with spaces in it"),
        (b"=?utf-8?b?SGVsbG8?=", "Hello"),
        (b"=?utf-8?b?SGVsb*G8=!?=", "Hello"),
        (b"=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        (b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"=?utf-8?q??=", ""),
        (b"=?utf-8?q?bad=ZZescape=?=", "bad=ZZescape"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        ("Grüße".encode().decode("ascii", "surrogateescape"), "Grüße"),
        ("Grüße", "Grüße"),
        ("half \ud800 of one", "half ? of one"),
        (b"=?utf-8?q?a=0D=0ABcc:_evil@x.test?=", "a Bcc: evil@x.test"),
        (b"a\r\nBcc: evil@x.test\x00\x07", "a Bcc: evil@x.test"),
        (b"=?utf-8?q?a=C2=85b=E2=80=A8c?=", "a b c"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("שלום \u200f(עולם)", "שלום \u200f(עולם)"),
        (b"=?utf-7?q?+2AA-?=", "\ufffd"),
        (b"<[a@b]>", "<[a@b]>"),
    ],
)
def test_a_header_is_read_as_it_was_meant(raw: bytes | str | None, text: str) -> None:
    assert decode_header(raw) == text


def test_a_long_header_is_cut_and_says_so() -> None:
    line = decode_header("ä" * 5000)

    assert line == "ä" * 999 + "…"
    assert decode_header("ä" * 5000, 5000) == "ä" * 5000
    assert decode_header("ä" * 50_000, 100_000).endswith("ä…")


@given(st.binary() | st.text(alphabet=st.characters(exclude_categories=())))
def test_any_header_is_one_printable_line(raw: bytes | str) -> None:
    line = decode_header(raw)

    line.encode()
    assert len(line) <= 1000
    assert "".join(line.splitlines()) == line
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)


WORDS = st.builds(
    "=?{}?{}?{}?=".format,
    st.sampled_from(
        ["utf-8", "UTF-7", "hz", "big5", "shift_jis", "unicode_escape", "idna", "iso-2022-kr", "utf-16", "\x00", ""]
    ),
    st.sampled_from("bBqQx"),
    st.text(st.characters(max_codepoint=255), max_size=40),
)


@given(st.lists(WORDS | st.sampled_from([" ", "\r\n ", "=?", "?="])).map("".join))
def test_any_encoded_words_are_one_line(raw: str) -> None:
    line = decode_header(raw)

    line.encode()
    assert "".join(line.splitlines()) == line


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Z"]), min_size=1, max_size=50))
def test_what_was_encoded_by_the_rules_comes_back(text: str) -> None:
    raw = f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="

    assert decode_header(raw) == text


@pytest.mark.parametrize("piece", ["=?a?q?", "=?a?q?x?=", "=?", "?", "=", " ", "=?utf-8?b?", "a?", "=?x?q?? ", "\n"])
def test_a_megabyte_of_beginnings_is_read_at_once(piece: str) -> None:
    started = time.process_time()

    decode_header(piece * (2**20 // len(piece)))

    assert time.process_time() - started < 0.25
