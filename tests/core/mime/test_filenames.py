import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.mime import safe_filename


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.csv", "report.csv"),
        ("Jahresabschluß 2026.pdf", "Jahresabschluß 2026.pdf"),
        ("報告書.xlsx", "報告書.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("€../../x.pdf", "x.pdf"),
        ("C:\\Users\\ann\\bill.pdf", "bill.pdf"),
        ("C:bill.pdf", "C_bill.pdf"),
        ("bill.pdf:stream", "bill.pdf_stream"),
        ("folder/", "folder"),
        (".htaccess", "htaccess"),
        ("...hidden", "hidden"),
        ("-rf", "rf"),
        ("trailing. . .", "trailing"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("a\x00.exe\x00.pdf", "a.exe.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('what? "is" <this>|*.txt', "what_ _is_ _this___.txt"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1 .txt", "_com1.txt"),
        ("LPT¹", "_LPT¹"),
        ("console.log", "console.log"),
        ("cafe\u0301.txt", "café.txt"),
        ("half\ud800.txt", "half_.txt"),
        ("", "fallback.bin"),
        (".", "fallback.bin"),
        ("..", "fallback.bin"),
        ("///", "fallback.bin"),
        ("\x00\x01 ", "fallback.bin"),
    ],
)
def test_a_name_is_fit_for_any_file_system(name: str, safe: str) -> None:
    assert safe_filename(name, fallback="fallback.bin") == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_filename("a" * 5000 + ".tar.gz", fallback="x")

    assert len(name) <= 120
    assert name.endswith("aaa.gz")


def test_a_fallback_is_made_safe_too() -> None:
    assert safe_filename("", fallback="../x") == "x"
    assert safe_filename("", fallback="..") == "attachment"


TROUBLE = st.sampled_from(
    ["../", "\\", ".", "con", "NUL", " ", "\x00", "\u202e", ":", "😀" * 60, "a" * 119, "_", "-", "\ud800", "e\u0301"]
)


@given(st.lists(TROUBLE | st.text(st.characters(exclude_categories=()), max_size=5)).map("".join))
def test_any_name_is_safe_and_stays_as_it_is(name: str) -> None:
    safe = safe_filename(name, fallback="x")

    assert 0 < len(safe) <= 120
    assert len(safe.encode()) <= 255
    assert not set(safe) & set('/\\:*?"<>|\x00\n\r')
    assert safe[0] not in ".- "
    assert safe[-1] not in ". "
    assert safe_filename(safe, fallback="x") == safe
