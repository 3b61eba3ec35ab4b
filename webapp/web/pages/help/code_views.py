"""The tables of codes: what providers, mail servers and libraries call a problem."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import render_template

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import CODES, Code, Family


def _in_order(code: Code) -> tuple[int, str]:
    return code.number or 0, code.code.casefold()


TABLES: Mapping[Family, tuple[Code, ...]] = MappingProxyType(
    {family: tuple(sorted((code for code in CODES if code.family is family), key=_in_order)) for family in Family}
)


def codes() -> str:
    """Show all tables, each row with an address of its own."""
    return render_template("help/codes.html", tables=TABLES, problems=PROBLEMS)
