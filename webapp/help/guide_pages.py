"""The pages of the guides, filled in with the values of this portal."""

from flask import abort, render_template

from webapp.help.blueprint import help_pages
from webapp.help.guides import GUIDES
from webapp.help.portal_facts import portal_facts


@help_pages.get("/guides/<slug>")
def guide(slug: str) -> str:
    """Show one guide."""
    found = GUIDES.get(slug)
    if found is None:
        abort(404)
    return render_template("help/guide.html", guide=found, gmail=portal_facts("gmail"), outlook=portal_facts("outlook"))
