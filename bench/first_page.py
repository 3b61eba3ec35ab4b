"""The first page of a mailbox of 100,000 messages: the portal's page against imapclient, which fetches the same."""

from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from bench.mailboxes import bare_client, connect, fill, running_mail_server
from bench.measuring import Result, seconds_of
from bench.portal import running_portal
from tests.servers.dovecot import Dovecot
from webapp.web.mailbox_slug import encode_mailbox_name

TITLE = "First page of 50 messages, medians of 30"
_ROUNDS = 30  # a worker keeps forty sessions, and none may have to make room for another
_FEW, _MANY = 1_000, 100_000
_PAGE = 50
_ITEMS = (
    "UID",
    "FLAGS",
    "INTERNALDATE",
    "RFC822.SIZE",
    "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE CONTENT-TYPE MESSAGE-ID)]<0.4096>",
    "BODY.PEEK[HEADER.FIELDS (TO)]<0.4096>",
)


def measure() -> list[Result]:
    """Take in turn: imapclient, a page over a new session, and pages over sessions that are kept."""
    with running_mail_server() as server, running_portal(server.network) as portal:
        fill(server, "Few", _FEW)
        fill(server, "Many", _MANY)
        new = [connect(portal, server, f"New {number}") for number in range(_ROUNDS)]
        kept = {mailbox: connect(portal, server, f"Kept {mailbox}") for mailbox in ("Few", "Many")}
        browser = portal.browser()

        def look(connection_id: int, mailbox: str) -> None:
            page = browser.get(f"/connections/{connection_id}/mail/{encode_mailbox_name(mailbox)}/")
            if page.count('class="who-wrote"') != _PAGE:
                raise RuntimeError("the page does not list what it should")

        for mailbox, connection_id in kept.items():
            look(connection_id, mailbox)
        acts: dict[str, Callable[[int], float]] = {
            "bare": lambda _: _bare(server, "Many"),
            "new": lambda number: seconds_of(lambda: look(new[number], "Many")),
            "many": lambda _: seconds_of(lambda: look(kept["Many"], "Many")),
            "few": lambda _: seconds_of(lambda: look(kept["Few"], "Few")),
        }
        turns = [(number, name) for number in range(_ROUNDS) for name in _in_turn(list(acts), number)]
        times: dict[str, list[float]] = {name: [] for name in acts}
        for number, name in turns:
            times[name].append(acts[name](number))
        browser.close()
    bare, fresh, many, few = (median(each) * 1000 for each in times.values())
    return [
        Result(what=f"imapclient: log in, EXAMINE, FETCH, {_MANY:,} messages", value=bare, unit="ms"),
        Result(what="the page, over a new session", value=fresh, unit="ms"),
        Result(what="ratio", value=fresh / bare, unit="", at_most=1.3),
        Result(what="the page, over a session that is kept", value=many, unit="ms"),
        Result(what="ratio", value=many / bare, unit="", at_most=0.5),
        Result(what=f"the same in {_FEW:,} messages", value=few, unit="ms"),
        Result(what=f"ratio of {_MANY:,} messages to {_FEW:,}", value=many / few, unit="", at_most=1.2),
    ]


def _in_turn(names: list[str], number: int) -> list[str]:
    """Let each be first as often as the others: what one leaves behind in caches, the next one finds."""
    first = number % len(names)
    return names[first:] + names[:first]


def _bare(server: Dovecot, mailbox: str) -> float:
    """Measure up to the last answer; saying logout does not count."""
    with ExitStack() as stack:

        def fetch() -> None:
            client = stack.enter_context(bare_client(server))
            last = client.select_folder(mailbox, readonly=True)[b"EXISTS"]
            client.use_uid = False
            if len(client.fetch(range(last - _PAGE + 1, last + 1), _ITEMS)) != _PAGE:
                raise RuntimeError("imapclient does not get what it should")

        return seconds_of(fetch)
