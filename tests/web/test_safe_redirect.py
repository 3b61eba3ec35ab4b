import pytest

from webapp.web.safe_redirect import safe_redirect_path

ELSEWHERE = [
    "",
    None,
    "https://evil.example/",
    "HTTPS://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\0/evil.example",
    "/\0/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "/ok\r\nSet-Cookie: a=b",
    "/" + "x" * 3000,
]
OURS = [
    "/",
    "/connections/",
    "/connections/7?tab=reports#last",
    "/help/problems/a%2Fb",
    "/connections/?search=über",
    "/a//b",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_what_leads_elsewhere_is_replaced(wanted: str | None) -> None:
    assert safe_redirect_path(wanted, "/home") == "/home"


@pytest.mark.parametrize("wanted", OURS)
def test_own_pages_are_kept(wanted: str) -> None:
    assert safe_redirect_path(wanted, "/home") == wanted
