"""Whether the account that signed in and the mailbox that was typed are one and the same."""

_SAME_DOMAIN = {"googlemail.com": "gmail.com"}


def same_account(one: str, other: str) -> bool:
    """Compare two addresses as the providers do: without regard to case, and googlemail.com is gmail.com."""
    return _plain(one) == _plain(other)


def _plain(address: str) -> str:
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local}@{_SAME_DOMAIN.get(domain, domain)}"
