"""Scopes on their way into the database: whatever a provider sends, they fit into a column of words."""

import re
from collections.abc import Iterable

# RFC 6749 section 3.3. A NUL or half a surrogate pair would be refused by the database, and the tokens with it.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def scope_text(scopes: Iterable[str]) -> str:
    """Write scopes in one line; what can be no scope is left out."""
    return " ".join(sorted(scope for scope in scopes if _SCOPE.fullmatch(scope)))
