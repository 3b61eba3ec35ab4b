"""The OpenAPI document against the API: schemathesis asks whatever the document allows, and much that it does not.

The suite asks little, and always the same. `SCHEMATHESIS_EXAMPLES=300 bin/test tests/web/api/test_schemathesis.py` asks
for long.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation.case import Case
from schemathesis.generation.meta import StatefulPhaseData
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER, HookContext
from schemathesis.python import wsgi
from werkzeug.test import Client

from tests.servers.dovecot import ADDRESS, USERS
from tests.web.api.mailbox import USER, RealMailbox
from webapp.web.api.openapi import shown_path
from webapp.web.api.operation import OPERATIONS

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
_CONNECTION = "/connections/{connection_id}"

SEED = int(os.environ.get("SCHEMATHESIS_SEED", "1"))


class InProcess(Client):
    """Asks the portal in this process, and leaves out what schemathesis says of sockets: werkzeug knows none."""

    def open(self, *given: Any, **named: Any) -> Any:
        for name in ("max_redirects", "verify", "cert", "proxies"):
            named.pop(name, None)
        return super().open(*given, **named)


class World:
    """What is really there: operations that are asked for what is made up go no further than their first line."""

    def __init__(self, mail: RealMailbox) -> None:
        mail.deliver("to be read", "figures.csv")
        (self._read,) = mail.refs("to be read")
        self._connection_id = int(mail.path.rpartition("/")[2])
        self._mail = mail
        self._unread: list[str] = []
        self._turn = count()

    def put_into(self, case: Case[Any]) -> None:
        """Let most requests that are right be about a connection, messages and mailboxes that exist.

        What no schema can say is made true too: names that are free, addresses of mail, flags set or taken away.
        """
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        given: tuple[Any, ...] = (case.path_parameters, case.query, case.body)
        places, query, body = (each if isinstance(each, dict) else {} for each in given)
        follows = isinstance(case.meta.phase.data, StatefulPhaseData)
        if "password" in body:
            body |= {"name": f"Connection {next(self._turn)}", "address": USER, "user": "", "host": ADDRESS}
            body |= {"port": self._mail.dovecot.tls_port, "security": "tls", "password": USERS[USER]}
        if "messages" in body:
            body["messages"] = [self._fresh()]
        if case.path.endswith("/flags"):
            body["add"] = body.get("add") or ["answered"]
            body["remove"] = [flag for flag in body.get("remove") or () if flag not in body["add"]]
        query.pop("cursor", None)
        missing = next(self._turn) % 4 == 0
        known: dict[str, object] = {"section": "2", "ref": self._read}
        if "act_id" in places and not missing:
            known["act_id"] = self._mail.act("messages/delete", messages=[self._fresh()]).get_json()["act_id"]
        if not follows:
            known["connection_id"] = 99 if missing or case.method == "DELETE" else self._connection_id
        places |= {name: value for name, value in known.items() if name in places}
        query |= {name: "INBOX" for name in query if name == "mailbox" and not missing}
        body |= {name: "Archive" for name in body if name == "to" and (body[name] == "INBOX" or not missing)}

    def _fresh(self) -> str:
        """Return a message that nothing has been done to."""
        if not self._unread:
            subjects = [f"{next(self._turn)}" for _ in range(50)]
            for subject in subjects:
                self._mail.deliver(subject)
            self._unread = self._mail.refs(*subjects)
        return self._unread.pop()


@pytest.fixture
def more_settings() -> dict[str, object]:
    """Let a program ask as often as it likes."""
    return {"api_requests_per_minute": 0}


@pytest.fixture
def database() -> str:
    """Run once: what is asked of the database is the same on both."""
    return "sqlite"


def config(token: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none"},
        }
    )


@dataclass
class Heard:
    """What went wrong, with the request that brought it about, and which operations did once what they are for."""

    failures: list[str] = field(default_factory=list)
    fulfilled: set[str] = field(default_factory=set)

    def note(self, event: Any) -> None:
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            self.failures.append(str(event.info.format()))
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            self.failures += [
                f"{check.failure_info.failure}\n{check.failure_info.code_sample}"
                for checks in recorder.checks.values()
                for check in checks
                if check.failure_info
            ]
            self.fulfilled |= {
                recorder.cases[number].value.operation.label
                for number, asked in recorder.interactions.items()
                if asked.response is not None and asked.response.status_code < 300 and asked.request.method != "OPTIONS"
            }


@contextmanager
def called_before(hook: Callable[..., None]) -> Iterator[None]:
    """Have every request passed to a function; schemathesis knows such hooks for all schemas only."""
    schemathesis.hook("before_call")(hook)
    try:
        yield
    finally:
        GLOBAL_HOOK_DISPATCHER.unregister(hook)


def test_whatever_is_asked_the_answer_is_as_the_document_says(
    app: Flask, real_mailbox: RealMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wsgi, "get_client", InProcess)
    world, heard = World(real_mailbox), Heard()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config(real_mailbox.program.token))

    def put_in(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
        world.put_into(case)

    with called_before(put_in):
        for event in from_schema(schema).execute():
            heard.note(event)

    assert not heard.failures, "\n\n".join(heard.failures[:10])
    every = {f"{each.method} {shown_path(each)}" for each in OPERATIONS}
    # A password has no access token.
    assert every - heard.fulfilled == {f"GET {_CONNECTION}/access-token"}
