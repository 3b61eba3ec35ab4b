"""A mailbox in an address of the portal: base64url of its name's UTF-8, since names hold slashes, dots and anything."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_REF = re.compile(r"[A-Za-z0-9_-]{1,1400}")


def encode_mailbox_name(name: str) -> str:
    """Write the name of a mailbox as a part of an address."""
    return urlsafe_b64encode(name.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def decode_mailbox_name(ref: str) -> str | None:
    """Read the name back; None where no name is written so."""
    if not _REF.fullmatch(ref):
        return None
    try:
        name = urlsafe_b64decode(ref + "=" * (-len(ref) % 4)).decode()
    except ValueError:
        return None
    # Spelt in one way only, and with nothing in it that would end an IMAP command.
    return name if encode_mailbox_name(name) == ref and not re.search(r"[\x00-\x1f\x7f]", name) else None
