"""imapclient does real work, and what is private of it and of imaplib is listed in one place."""

import ast
import imaplib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.core.imap.conftest import Check
from tests.core.imap.servers import Peer, imap, serving
from tests.core.imap.test_mailbox_list import session_with
from tests.core.imap.test_message_commands import Server, chosen
from tests.layers import ROOT
from webapp.core.imap import MailboxError, Network, StepName
from webapp.core.imap.check.report import Outcome
from webapp.core.imap.mailbox.mailbox_list import list_mailboxes
from webapp.core.imap.mailbox.message_commands import Flag, copy, expunge, move, set_flags
from webapp.core.imap.protocol import private_names
from webapp.core.imap.protocol.client import Client
from webapp.core.imap.protocol.imaplib_protocol import ImapProtocol
from webapp.core.imap.protocol.session import Session

MODULES = sorted((ROOT / "webapp").rglob("*.py"))
SUBCLASSES = {Path(inspect.getfile(each)) for each in (Client, ImapProtocol)}
LISTED = {*private_names.IMAPLIB, *private_names.IMAPCLIENT}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_members(library: type) -> set[str]:
    """Return the private methods of a class and the attributes that its methods set."""
    return {
        name for name in (*dir(library), *re.findall(r"self\.(\w+)", inspect.getsource(library))) if is_private(name)
    }


def private_names_in(path: Path) -> Iterator[str]:
    """Find the private names that a module uses of other objects, and in the subclasses those of their own too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if path not in SUBCLASSES:
                pass
            case ast.Attribute(attr=name):
                yield name
            case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()) if path in SUBCLASSES:
                yield name


def used_private_names() -> set[str]:
    theirs = private_members(imaplib.IMAP4) | private_members(IMAPClient)
    return {name for path in MODULES for name in private_names_in(path)} & theirs


@pytest.mark.parametrize("name", private_names.IMAPLIB)
def test_a_private_name_of_imaplib_exists(name: str) -> None:
    assert hasattr(imaplib.IMAP4, name)


@pytest.mark.parametrize("name", private_names.IMAPCLIENT)
def test_a_private_name_of_imapclient_exists(name: str) -> None:
    assert name in private_members(IMAPClient)


def test_the_private_names_that_are_used_are_those_listed() -> None:
    assert used_private_names() == LISTED


def test_the_client_is_imapclient_over_our_protocol() -> None:
    assert issubclass(Client, IMAPClient)
    assert issubclass(ImapProtocol, imaplib.IMAP4)


class UnexpectedCallError(Exception):
    """A method of imapclient was called that the test has taken away."""


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Take a method of imapclient away."""

    def refuse(*args: object, **more: object) -> None:
        raise UnexpectedCallError

    return lambda method: monkeypatch.setattr(IMAPClient, method, refuse)


COMMANDS: dict[str, tuple[str, Callable[[Session], object]]] = {
    "list_mailboxes": ("has_capability", list_mailboxes),
    "open_mailbox": ("select_folder", lambda session: session.open_mailbox("INBOX")),
    "add_flags": ("add_flags", lambda session: list(set_flags(session, chosen(1), add=[Flag.SEEN]))),
    "remove_flags": ("remove_flags", lambda session: list(set_flags(session, chosen(1), remove=[Flag.SEEN]))),
    "copy": ("copy", lambda session: list(copy(session, chosen(1), "Done"))),
    "move": ("move", lambda session: list(move(session, chosen(1), "Done"))),
    "expunge": ("uid_expunge", lambda session: list(expunge(session, chosen(1)))),
    "log_out": ("logout", Session.log_out),
}


@pytest.mark.parametrize(("method", "run"), COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_sent_by_imapclient(
    network: Network, without: Callable[[str], None], method: str, run: Callable[[Session], object]
) -> None:
    with Server().session(network, "MOVE UIDPLUS") as session:
        without(method)

        with pytest.raises(UnexpectedCallError):
            run(session)


@pytest.mark.parametrize(
    ("method", "step", "outcome"),
    [("select_folder", StepName.INBOX, Outcome.FAILED), ("logout", StepName.LOGOUT, Outcome.SKIPPED)],
)
def test_a_step_of_the_check_is_made_by_imapclient(
    check: Check, without: Callable[[str], None], method: str, step: StepName, outcome: Outcome
) -> None:
    with serving(imap()) as port:
        usual = check(port)
        without(method)
        report = check(port)

    assert [each.outcome for made in (usual, report) for each in made.steps if each.name is step] == [
        Outcome.PASSED,
        outcome,
    ]


@pytest.mark.parametrize("answer", ["BAD [LIMIT] Too many words", "NO [LIMIT] Too many words"])
@pytest.mark.parametrize("command", ["UID STORE", "UID COPY", "UID MOVE", "UID EXPUNGE", "SELECT", "EXAMINE"])
def test_the_words_of_a_refusal_are_kept(network: Network, command: str, answer: str) -> None:
    runs = {
        "UID STORE": "add_flags",
        "UID COPY": "copy",
        "UID MOVE": "move",
        "UID EXPUNGE": "expunge",
        "SELECT": "add_flags",
        "EXAMINE": "open_mailbox",
    }
    with (
        Server(answers={command: f"TAG {answer}"}).session(network, "MOVE UIDPLUS") as session,
        pytest.raises(MailboxError, match=re.escape(answer.removeprefix("NO "))),
    ):
        COMMANDS[runs[command]][1](session)


NONSENSE = """\
* FLAGS
* 99999999999999999999 EXISTS
* 3 EXISTS of them
* OK [UIDNEXT] ?
* OK [HIGHESTMODSEQ many] ?
* OK [UIDVALIDITY 17] Ok
* OK [PERMANENTFLAGS] ?
* FLAGS {5}
(abc)
* OK [UIDVALIDITY 99999999999999999999] ?
* OK {5}
(abc)
* 3 EXISTS
TAG OK Done"""


def test_a_mailbox_opens_though_the_server_says_nonsense_of_it(network: Network) -> None:
    with session_with(network, EXAMINE=NONSENSE) as session:
        opened = session.open_mailbox("INBOX")

    assert (opened.exists, opened.uid_validity) == (3, 17)


def test_names_that_are_not_ascii_go_as_literals(network: Network) -> None:
    literals: list[bytes] = []

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        if not rest.endswith(b"}"):
            peer.say(f"{tag} NO [NONEXISTENT] None")
            return
        peer.say("+ Go on")
        literals.append(peer.hear())
        peer.say(f"* OK [UIDVALIDITY 17] Ok\r\n{tag} OK Done")

    with session_with(network, EXAMINE=answer) as session:
        session.open_mailbox("Entwürfe")

    assert literals == ["Entwürfe".encode()]
