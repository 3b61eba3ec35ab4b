"""A refusal of the provider: what it is in OAuth's words and in the provider's own. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OAuthErrorResponse:
    """One refusal; `code` is Microsoft's number (AADSTS…), `status` that of the token endpoint's answer."""

    error: str
    description: str
    status: int = 400
    code: int = 0
    suberror: str = ""
