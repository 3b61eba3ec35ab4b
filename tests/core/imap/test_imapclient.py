"""imapclient does real work, and what is private of it and of imaplib is listed in one place."""

import ast
import imaplib
import inspect
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient

from tests.layers import ROOT
from webapp.core.imap.protocol import client, imaplib_protocol, private_names
from webapp.core.imap.protocol.client import Client
from webapp.core.imap.protocol.imaplib_protocol import ImapProtocol


def private_names_in(path: str) -> Iterator[str]:
    """Find the private attributes that a module uses or overrides."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            yield node.attr
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("_") and not node.name.startswith("__"):
            yield node.name


@pytest.mark.parametrize("name", private_names.IMAPLIB)
def test_a_private_name_of_imaplib_exists(name: str) -> None:
    assert hasattr(imaplib.IMAP4, name)


@pytest.mark.parametrize("name", private_names.IMAPCLIENT)
def test_a_private_name_of_imapclient_exists(name: str) -> None:
    assert hasattr(IMAPClient, name) or f"self.{name} = " in inspect.getsource(IMAPClient)


@pytest.mark.parametrize(
    ("path", "library", "listed"),
    [
        ("webapp/core/imap/protocol/imaplib_protocol.py", imaplib.IMAP4, private_names.IMAPLIB),
        ("webapp/core/imap/protocol/client.py", IMAPClient, private_names.IMAPCLIENT),
        ("webapp/core/imap/protocol/session.py", IMAPClient, private_names.IMAPCLIENT),
    ],
)
def test_no_other_private_name_is_used(path: str, library: type, listed: tuple[str, ...]) -> None:
    theirs = {name for name in private_names_in(path) if hasattr(library, name)}

    assert theirs - set(listed) == set()


def test_every_listed_name_is_used() -> None:
    sources = inspect.getsource(imaplib_protocol) + inspect.getsource(client)

    assert [name for name in (*private_names.IMAPLIB, *private_names.IMAPCLIENT) if name not in sources] == []


def test_the_client_is_imapclient_over_our_protocol() -> None:
    assert issubclass(Client, IMAPClient)
    assert issubclass(ImapProtocol, imaplib.IMAP4)


@pytest.mark.parametrize("method", ["add_flags", "remove_flags", "uid_expunge", "logout"])
def test_a_method_of_imapclient_is_not_replaced(method: str) -> None:
    assert getattr(Client, method) is getattr(IMAPClient, method)
