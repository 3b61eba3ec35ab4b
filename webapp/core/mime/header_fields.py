"""Read a header into its fields, as they came. Knows no session."""

import re


def header_fields(block: bytes) -> list[tuple[str, bytes]]:
    """Read a header as its fields in order, unfolded and not decoded; lines that are none are passed over."""
    fields = []
    for line in re.sub(rb"\r?\n(?=[ \t])", b"", block).splitlines():
        name, colon, value = line.partition(b":")
        if colon and re.fullmatch(rb"[\x21-\x39\x3b-\x7e]{1,100} *", name):
            fields.append((name.decode().strip(), value.strip()))
    return fields
