"""The search of help: by words, by codes, and by a line of an error text."""

from flask import render_template, request

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.secret_masking import redact
from webapp.web.pages.help.search_index_builder import search_index
from webapp.web.pages.help.search_results import SearchResults, search_help

# An address of more would be refused by the web server, as a character may take nine there.
LONGEST = 400


def search() -> str:
    """Answer a search; what was typed is shown with its secrets masked, as an error text may hold some."""
    query = redact(request.args.get("q", "")[:LONGEST]).strip()
    found = search_help(query, search_index()) if query else SearchResults()
    return render_template("help/search.html", query=query, longest=LONGEST, found=found, problems=PROBLEMS)
