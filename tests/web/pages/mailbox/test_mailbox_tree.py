"""How the mailboxes are put under one another."""

from webapp.core.imap.mailbox.mailbox_list import Mailbox
from webapp.web.pages.mailbox.mailbox_tree import label_of, mailbox_tree


def box(name: str, delimiter: str | None = "/", special_use: str = "", **more: object) -> Mailbox:
    known = {"selectable": True, "messages": 1, "unseen": 0, **more}
    return Mailbox(name=name, delimiter=delimiter, special_use=special_use, **known)  # type: ignore[arg-type]


def test_a_mailbox_stands_under_its_parent_by_its_own_name() -> None:
    places = mailbox_tree([box("Work"), box("Work/2024"), box("Work/2024/May")], "Work/2024")

    assert [(place.label, place.depth, place.current) for place in places] == [
        ("Work", 0, False),
        ("2024", 1, True),
        ("May", 2, False),
    ]


def test_without_its_parent_in_the_list_a_mailbox_has_its_whole_name() -> None:
    assert [place.label for place in mailbox_tree([box("Lost/Found")], "")] == ["Lost/Found"]


def test_one_for_a_special_use_stands_by_its_last_part() -> None:
    (place,) = mailbox_tree([box("[Gmail]/Alle Nachrichten", special_use="all")], "")

    assert (place.label, place.depth) == ("Alle Nachrichten", 0)
    assert label_of(box("[Gmail]/Alle Nachrichten", special_use="all"), "x") == "Alle Nachrichten"


def test_a_mailbox_without_a_delimiter_or_with_an_odd_end_keeps_its_name() -> None:
    names = [place.label for place in mailbox_tree([box("a/b", None), box("a.", "."), box(".a", ".")], "")]

    assert names == ["a/b", "a.", ".a"]


def test_depth_ends_somewhere() -> None:
    names = ["/".join("abcdefgh"[: size + 1]) for size in range(8)]

    assert [place.depth for place in mailbox_tree([box(name) for name in names], "")] == [0, 1, 2, 3, 4, 4, 4, 4]
