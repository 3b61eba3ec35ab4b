"""Bytes to text in whatever charset they claim to be, or seem to be.

The labels come from senders, so Python's own look-up never sees them: it imports by name, remembers every name it was
asked for, and knows encodings that are not charsets (zlib, unicode_escape, idna).
"""

import codecs
import re
from encodings.aliases import aliases

# Codecs for text that mail is written in.
_CODECS = frozenset(
    """
    ascii utf_7 utf_8 utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le
    big5 big5hkscs cp950 gb2312 gbk gb18030 hz euc_jp euc_jis_2004 shift_jis cp932
    iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_ext euc_kr cp949 johab iso2022_kr
    cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8_r koi8_u koi8_t kz1048 ptcp154 tis_620
    latin_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_11
    iso8859_13 iso8859_14 iso8859_15 iso8859_16 mac_roman mac_cyrillic mac_greek mac_latin2 mac_turkish
    """.split()  # noqa: SIM905
)
# What is written under a label is often a larger charset of the same family (WHATWG Encoding Standard §4.2).
_REALLY = {
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
# Labels of the wild that Python does not know.
_MORE = {
    "iso88598i": "iso8859_8",
    "iso88598e": "iso8859_8",
    "iso88596i": "iso8859_6",
    "iso88596e": "iso8859_6",
    "utf8mb4": "utf_8",
    "unicode11utf7": "utf_7",
    "unicode11utf8": "utf_8",
    "ucs2": "utf_16",
    "unicode": "utf_16",
    "ansi": "cp1252",
    "xansi": "cp1252",
    "xsjis": "cp932",
    "windows31j": "cp932",
    "xeucjp": "euc_jp",
    "xgbk": "gb18030",
    "ksc5601": "cp949",
    "xwindows949": "cp949",
    "xbig5": "big5hkscs",
    "xmacroman": "mac_roman",
    "macintosh": "mac_roman",
    "xmaccyrillic": "mac_cyrillic",
    "iso2022jpms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "dos874": "cp874",
    "windows874": "cp874",
    "koi8": "koi8_r",
    "koi8ru": "koi8_u",
} | {f"{kind}{page}": f"cp{page}" for kind in ("win", "xcp", "xwindows", "ibm") for page in range(1250, 1259)}
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def _key(label: str) -> str:
    return _NOT_WORD.sub("", label.lower())


_KNOWN = {_key(label): codec for label, codec in aliases.items() if codec in _CODECS}
_KNOWN |= {_key(codec): codec for codec in _CODECS} | _MORE
_MARKS = ((codecs.BOM_UTF8, "utf_8"), (codecs.BOM_UTF16_LE, "utf_16"), (codecs.BOM_UTF16_BE, "utf_16"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=[\s\"']{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_META_WITHIN = 2048


def decode_bytes(data: bytes, charset: str | None) -> str:
    """Decode bytes: as they are marked, as declared, as UTF-8, as an HTML page says itself, or as windows-1252."""
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    declared = _codec(charset)
    for codec in (marked, declared, "utf_8"):
        text = codec and _decode_strict(data, codec)
        if text is not None:
            return text
    if (text := _decode_lenient(data, declared or "utf_8")) is not None:
        return text
    if (itself := _META.search(data[:_META_WITHIN])) and (codec := _codec(itself[1].decode("ascii", "ignore"))):
        return data.decode(codec, "replace")
    return data.decode("cp1252", "replace")


def _codec(label: str | None) -> str | None:
    codec = _KNOWN.get(_key(label[:60])) if label else None
    return _REALLY.get(codec, codec) if codec else None


def _decode_strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _decode_lenient(data: bytes, codec: str) -> str | None:
    """Decode with marks for what is broken or cut, if more characters beyond ASCII can be read than cannot."""
    text = data.decode(codec, "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text if beyond > 2 * text.count("\ufffd") else None
