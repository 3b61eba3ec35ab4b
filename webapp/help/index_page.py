"""The front page of help."""

from flask import render_template

from webapp.diagnosis.catalogue import PROBLEMS
from webapp.help.blueprint import help_pages
from webapp.help.problem_pages import PROBLEM_GROUPS


@help_pages.get("/")
def index() -> str:
    """List what help has."""
    return render_template("help/index.html", groups=PROBLEM_GROUPS, problems=PROBLEMS)
