"""What people type as the name of a server, made into one or refused with a word on what is wrong."""

from webapp.core.imap.protocol.errors import NameResolutionError
from webapp.core.net.resolver import normalize_hostname


class HostnameError(ValueError):
    """The text is not a server name; its message is for the person who typed it."""


def parse_hostname(text: str) -> str:
    """Return the name in lower case without a final dot; raise `ServerNameError` for anything around it."""
    name = text.strip()
    if "://" in name:
        raise HostnameError("Enter the name alone, without imap:// or https:// before it.")
    if "@" in name:
        raise HostnameError("This looks like an address. Enter the server's name, as in imap.example.com.")
    if "/" in name:
        raise HostnameError("Enter the name alone, with nothing after it.")
    if any(character.isspace() for character in name):
        raise HostnameError("A server's name has no blanks in it.")
    if name.count(":") == 1:
        raise HostnameError("Put the port into its own field.")
    if len(name) > 253 or any(len(label) > 63 for label in name.split(".")):
        raise HostnameError("This is too long for a server's name.")
    try:
        normalize_hostname(name)
    except NameResolutionError:
        raise HostnameError("This cannot be a server's name. It looks like imap.example.com.") from None
    return name.lower().removesuffix(".")
