"""Mail over the API."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.api.conftest import MakeProgram, Program, said
from tests.web.pages.connections.conftest import MakeConnection
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import CheckReport, CheckState, Scope, User, db


@pytest.fixture
def database() -> str:
    """Run once: what reading asks of the database is asked by others on both."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _no_sessions_left() -> Iterator[None]:
    yield
    close_idle()


@pytest.fixture
def mail(program: MakeProgram, member: User, make_connection: MakeConnection) -> tuple[Program, str]:
    """Return a program and the path of a connection that works."""
    return program(member, Scope.READ), f"/connections/{make_connection(member)}"


Mail = tuple[Program, str]


def messages(mail: Mail, query: str = "") -> Any:
    return mail[0].read(f"{mail[1]}/messages?{query}")


def with_file(mail: Mail) -> Any:
    """Return the first message of INBOX that has an attachment."""
    listed = (each for each in messages(mail)["messages"] if each["has_attachments"])
    return mail[0].read(f"{mail[1]}/messages/{next(listed)['ref']}")


def test_mailboxes_are_listed_with_counts_and_uses(mail: Mail) -> None:
    found = mail[0].read(f"{mail[1]}/mailboxes")["mailboxes"]

    assert (found[0]["name"], found[0]["special_use"]) == ("INBOX", "inbox")
    assert found[0]["messages"] >= found[0]["unseen"] > 0
    assert {each["name"]: each["special_use"] for each in found}["Entwürfe"] == "drafts"
    assert {each["special_use"] for each in found} >= {"inbox", "drafts", "sent", "trash"}


def test_messages_are_walked_page_by_page_and_each_comes_once(mail: Mail) -> None:
    everything = messages(mail, "limit=200")
    seen, cursor = [], ""
    for _ in range(20):
        page = messages(mail, f"limit=3&cursor={cursor}")
        seen += [each["ref"] for each in page["messages"]]
        cursor = page["older"] or ""
        if not cursor:
            break

    assert seen == [each["ref"] for each in everything["messages"]]
    assert len(seen) == len(set(seen)) == everything["total"]


def test_search_narrows_the_list(mail: Mail) -> None:
    unread = messages(mail, "unread=true")
    from_tom = messages(mail, "from=tom@practice.test")

    assert {each["seen"] for each in unread["messages"]} == {False}
    assert 0 < unread["total"] < messages(mail)["total"]
    assert from_tom["messages"]
    assert all("tom@practice.test" in each["sender"] for each in from_tom["messages"])
    assert messages(mail, "since=2100-01-01")["messages"] == []
    assert messages(mail, "to=nobody@elsewhere.test")["messages"] == []
    assert messages(mail, "to=practice.test")["messages"]


def test_a_message_is_read_with_its_attachments_and_stays_unread(mail: Mail) -> None:
    listed = next(each for each in messages(mail)["messages"] if not each["seen"])

    message = mail[0].read(f"{mail[1]}/messages/{listed['ref']}")

    assert message["subject"] == listed["subject"]
    assert message["text"].strip()
    assert {"name": "Subject", "value": listed["subject"]} in message["headers"]
    again = next(each for each in messages(mail)["messages"] if each["ref"] == listed["ref"])
    assert again["seen"] is False


def test_an_attachment_is_downloaded_as_a_file(mail: Mail) -> None:
    message = with_file(mail)
    part = message["parts"][0]

    answer = mail[0].ask("GET", f"{mail[1]}/messages/{message['ref']}/parts/{part['section']}", buffered=True)

    assert answer.status_code == 200
    assert answer.mimetype == part["content_type"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"%PDF-") or b";" in answer.data
    assert abs(len(answer.data) - part["size"]) < 200  # pymap counts the part's own header too


@pytest.mark.parametrize(
    "path",
    [
        "/messages/x",
        "/messages/SU5CT1g.1.1/parts/1",
        "/messages/SU5CT1g.99999999999999.1",
        "/messages/SU5CT1g.1.0",
        "/messages?mailbox=No+such",
        "/messages/{ref}/parts/77",
        "/messages/{ref}/parts/x",
        "/messages/{ref}/parts/1%5D%20BODY%5B2",
    ],
)
def test_what_is_not_there_is_a_problem(mail: Mail, path: str) -> None:
    ref = messages(mail)["messages"][0]["ref"]

    answer = mail[0].get(mail[1] + path.format(ref=ref))

    assert answer.status_code in (404, 410), answer.text
    assert answer.content_type == "application/problem+json"


def test_a_message_of_another_uid_validity_is_gone_for_good(mail: Mail) -> None:
    mailbox, validity, uid, _ = messages(mail)["messages"][0]["ref"].split(".")

    answer = mail[0].get(f"{mail[1]}/messages/{mailbox}.{int(validity) % 4_000_000_000 + 1}.{uid}")

    assert answer.status_code == 410
    assert "UIDVALIDITY" in said(answer)["detail"]


def test_nothing_of_another_message_is_given_that_has_the_uid_by_now(mail: Mail) -> None:
    message = with_file(mail)
    section = message["parts"][0]["section"]
    whole, _, _ = message["ref"].rpartition(".")

    for ref, status in ((f"{whole}.AAAAAAAAAAAA", 404), (whole, 200)):
        for path in ("", f"/parts/{section}"):
            answer = mail[0].ask("GET", f"{mail[1]}/messages/{ref}{path}", buffered=True)

            assert answer.status_code == status, path


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=older-1",
        "limit=0",
        "limit=201",
        "since=yesterday",
        "unread=perhaps",
        "folder=x",
        "mailbox=",
        "mailbox=%0D%0AA1+LOGOUT",
    ],
)
def test_a_query_that_is_not_right_is_said_to_be_so(mail: Mail, query: str) -> None:
    answer = mail[0].get(f"{mail[1]}/messages?{query}")

    assert answer.status_code == 422, answer.text
    assert query.partition("=")[0] in said(answer)["detail"]


def test_a_mailbox_that_cannot_be_opened_is_a_problem_with_its_diagnosis(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    path = f"/connections/{make_connection(member, 'wrong-password')}"

    for what in ("/mailboxes", "/messages", "/messages/SU5CT1g.1.1", "/messages/SU5CT1g.1.1/parts/1"):
        answer = program(member).get(path + what)

        assert (answer.status_code, said(answer)["diagnosis"]) == (502, "wrong-password")
        assert said(answer)["help"].endswith("/help/problems/wrong-password")


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("wrong-password", CheckState.FAILS),
        ("connection-refused", CheckState.NOT_TESTED),
        ("too-many-connections", CheckState.NOT_TESTED),
    ],
)
def test_what_somebody_has_to_mend_is_noted_with_the_connection_once(
    app: Flask, program: MakeProgram, member: User, make_connection: MakeConnection, key: str, state: CheckState
) -> None:
    path = f"/connections/{make_connection(member, key)}"

    for _ in range(2):
        assert program(member).get(f"{path}/messages").status_code == 502

    assert program(member).read(path)["state"] == state
    with app.app_context():
        reports = db.session.scalars(select(CheckReport.problem)).all()
    assert reports == ([key] if state is CheckState.FAILS else [])


def test_a_token_for_another_connection_or_without_the_scope_reads_nothing(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    one, other = make_connection(member), make_connection(member, name="Other")

    limited, manager = program(member, only=[other]), program(member, Scope.MANAGE)

    for what in ("/mailboxes", "/messages", "/messages/SU5CT1g.1.1", "/messages/SU5CT1g.1.1/parts/1"):
        assert limited.get(f"/connections/{one}{what}").status_code == 404
        assert manager.get(f"/connections/{one}{what}").status_code == 403
        assert Program(manager.client, "").get(f"/connections/{one}{what}").status_code == 401


def test_the_document_says_that_an_attachment_is_bytes_and_a_reference_a_text(app: Flask) -> None:
    described = said(app.test_client().get("/api/v1/openapi.json"))
    part = described["paths"]["/connections/{connection_id}/messages/{ref}/parts/{section}"]["get"]

    for status in ("200", "206"):
        assert part["responses"][status]["content"] == {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    assert {each["name"]: each["schema"]["type"] for each in part["parameters"] if each["in"] == "path"} == {
        "connection_id": "integer",
        "ref": "string",
        "section": "string",
    }


def test_ranges_are_answered_as_the_document_says(mail: Mail) -> None:
    asking, message = mail[0], with_file(mail)
    described = asking.read("/openapi.json")
    part = described["paths"]["/connections/{connection_id}/messages/{ref}/parts/{section}"]["get"]
    path = f"{mail[1]}/messages/{message['ref']}/parts/{message['parts'][0]['section']}"
    tag = asking.get(path).headers["ETag"]

    requests: list[tuple[dict[str, str], int]] = [
        ({}, 200),
        ({"Range": "bytes=1-"}, 206),
        ({"Range": "bytes=1-", "If-Range": '"of others"'}, 200),
        ({"If-None-Match": tag}, 304),
        ({"Range": "bytes=999999-"}, 416),
    ]
    for asked, status in requests:
        headers = {"Authorization": f"Bearer {asking.token}", **asked}
        answer = asking.client.get(f"/api/v1{path}", headers=headers)
        told = part["responses"][str(status)]

        assert answer.status_code == status, asked
        assert asked.keys() <= {each["name"] for each in part["parameters"] if each["in"] == "header"}
        assert told["headers"].keys() <= set(answer.headers.keys()), asked
        assert ("Content-Range" in told["headers"]) == ("Content-Range" in answer.headers), asked
