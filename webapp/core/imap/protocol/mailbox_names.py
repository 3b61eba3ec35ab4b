"""Names of mailboxes, as people read them and as servers spell them (RFC 3501 section 5.1.3). Knows no session."""

from contextlib import suppress

from imapclient import imap_utf7

_LONGEST = 1000


def decode_mailbox_name(raw: bytes) -> str:
    """Read a name from the wire; what is not proper modified UTF-7 is read as UTF-8 or Latin-1, as it stands."""
    if raw.upper() == b"INBOX":
        return "INBOX"
    with suppress(UnicodeError, ValueError):
        name: str = imap_utf7.decode(raw)
        if raw.isascii() and imap_utf7.encode(name) == raw:
            return name
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def same_mailbox(one: str, other: str) -> bool:
    """Return whether two names are of one mailbox: INBOX alone may be spelt in any case (RFC 9051 section 5.1)."""
    return one == other or one.upper() == other.upper() == "INBOX"


def encoded_name_candidates(name: str) -> tuple[bytes, ...]:
    """Return the ways in which a server may have spelt a name, the proper one first; none where it cannot be a name.

    Some servers hand out names that are not modified UTF-7, such as a bare "Q&A" or raw 8-bit ones, and know them only
    in that spelling. Controls go in the proper spelling alone, where they are encoded.
    """
    if not 0 < len(name) <= _LONGEST:
        return ()
    found: dict[bytes, None] = {}
    with suppress(UnicodeError):
        found[imap_utf7.encode(name)] = None
        if "&" in name or not name.isascii():
            raw = [name.encode("utf-8")]
            with suppress(UnicodeError):
                raw.append(name.encode("latin-1"))
            found |= {each: None for each in raw if not any(byte < 0x20 or byte == 0x7F for byte in each)}
    return tuple(found)
