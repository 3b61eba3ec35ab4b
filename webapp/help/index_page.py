"""The front page of help."""

from flask import render_template

from webapp.diagnosis.catalogue import PROBLEMS
from webapp.help.blueprint import help_pages
from webapp.help.code_pages import TABLES
from webapp.help.guides import GROUPS
from webapp.help.problem_pages import PROBLEM_GROUPS
from webapp.help.search_page import LONGEST


@help_pages.get("/")
def index() -> str:
    """Lead to all that help has: search, guides, problems, codes."""
    return render_template(
        "help/index.html",
        query="",
        longest=LONGEST,
        guide_groups=GROUPS,
        groups=PROBLEM_GROUPS,
        problems=PROBLEMS,
        tables=TABLES,
    )
