"""The URLs of help: guides, problems, codes, search, “Explain an error”."""

from flask import Blueprint
from flask_limiter import RateLimitExceeded

from webapp.web.pages.help import (
    code_views,
    explain_views,
    guide_views,
    index_views,
    problem_views,
    request_hooks,
    search_views,
    template_links,
)

help_pages = Blueprint("help", __name__, url_prefix="/help")

help_pages.get("/")(index_views.index)
help_pages.get("/search")(search_views.search)
help_pages.get("/guides/<slug>")(guide_views.guide)
help_pages.get("/problems/<slug>")(problem_views.problem)
help_pages.get("/codes")(code_views.codes)
help_pages.route("/explain", methods=["GET", "POST"], endpoint="explain")(explain_views.explain_text)
help_pages.record_once(template_links._offer_links)
help_pages.before_request(request_hooks.mark_read_only)
help_pages.before_request(request_hooks.require_login_unless_public)
help_pages.register_error_handler(RateLimitExceeded, explain_views.too_many_texts)
