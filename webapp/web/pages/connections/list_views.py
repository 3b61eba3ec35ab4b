"""The list of connections: searched, filtered, sorted and paged by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.models import CheckState, Connection, CredentialType, db
from webapp.models.connection import name_key
from webapp.services.providers import PROVIDERS
from webapp.web.htmx import render_page_or_fragment
from webapp.web.login import login_required

PAGE_SIZE = 25

# The first column decides; the name makes the order one and the same on every page.
_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": (Connection.name_key,),
    "type": (Connection.credential_type, Connection.name_key),
    "state": (Connection.state, Connection.name_key),
    "tested": (Connection.last_checked_at, Connection.name_key),
}
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What the address of the list asks for; anything senseless is the default."""

    search: str
    state: str
    type: str
    sort: str
    descending: bool
    page: int

    @classmethod
    def of_request(cls) -> "ListQuery":
        """Read the query string."""
        given = request.args
        page = given.get("page", "1")
        return cls(
            search=given.get("search", "").replace("\0", "").strip()[:200],
            state=given.get("state", "") if given.get("state") in set(CheckState) else "",
            type=given.get("type", "") if given.get("type") in PROVIDERS else "",
            sort=given.get("sort", "name") if given.get("sort") in _ORDERS else "name",
            descending=given.get("order") == "down",
            page=min(max(int(page), 1), 1_000_000) if page.isdecimal() and len(page) < 8 else 1,
        )

    @property
    def filtered(self) -> bool:
        """Return whether only some connections are asked for."""
        return bool(self.search or self.state or self.type)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions of the query."""
        found: list[ColumnElement[bool]] = []
        if self.search:
            key = name_key(self.search)
            found.append(
                or_(
                    Connection.name_key.contains(key, autoescape=True),
                    Connection.address.icontains(key, autoescape=True),
                )
            )
        if self.state:
            found.append(Connection.state == CheckState(self.state))
        if self.type:
            found.append(Connection.credential_type == CredentialType(self.type))
        return found

    def order(self) -> list[Any]:
        """Return the order of the query."""
        columns = _ORDERS[self.sort]
        return [column.desc() if self.descending else column for column in columns]

    def link(self, **changes: Any) -> str:
        """Return the address of this list with something changed."""
        asked: dict[str, Any] = {
            "search": self.search,
            "state": self.state,
            "type": self.type,
            "sort": "" if self.sort == "name" else self.sort,
            "order": "down" if self.descending else "",
            "page": "",
        }
        asked.update(changes)
        return url_for("connections.index", **{name: value for name, value in asked.items() if value})

    def sort_link(self, sort: str) -> str:
        """Return the address of the list sorted by a column, the other way round where it is sorted so already."""
        down = sort == self.sort and not self.descending
        return self.link(sort="" if sort == "name" else sort, order="down" if down else "")


@login_required
def index() -> Response:
    """Show the list."""
    wish = ListQuery.of_request()
    counted = db.session.execute(select(Connection.state, func.count()).group_by(Connection.state))
    by_state: dict[CheckState, int] = {state: count for state, count in counted}  # noqa: C416  (a row is no pair to mypy)
    total = sum(by_state.values())
    found = total
    if wish.filtered:
        found = db.session.scalar(select(func.count()).select_from(Connection).where(*wish.conditions())) or 0
    rows: Sequence[Connection] = db.session.scalars(
        select(Connection)
        .options(joinedload(Connection.owner))
        .where(*wish.conditions())
        .order_by(*wish.order())
        .offset((wish.page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return render_page_or_fragment(
        "connections/index.html",
        "connections/_list.html",
        wish=wish,
        rows=rows,
        found=found,
        total=total,
        pages=max(1, -(-found // PAGE_SIZE)),
        sentence=_sentence(total, by_state.get(CheckState.FAILS, 0)),
        providers=PROVIDERS,
        states=CheckState,
    )


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def _sentence(total: int, failing: int) -> str:
    mailboxes = f"{_number(total)} mailbox{'es' if total != 1 else ''}."
    if not failing:
        return mailboxes
    return f"{mailboxes} {_number(failing)} need{'s' if failing == 1 else ''} somebody."
