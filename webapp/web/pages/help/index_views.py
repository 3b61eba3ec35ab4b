"""The front page of help."""

from flask import render_template

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.web.pages.help.code_views import TABLES
from webapp.web.pages.help.guides import guide_groups
from webapp.web.pages.help.problem_views import PROBLEM_GROUPS
from webapp.web.pages.help.search_views import LONGEST


def index() -> str:
    """Lead to all that help has: search, guides, problems, codes."""
    return render_template(
        "help/index.html",
        query="",
        longest=LONGEST,
        guide_groups=guide_groups(),
        groups=PROBLEM_GROUPS,
        problems=PROBLEMS,
        tables=TABLES,
    )
