"""What the API answers: the modules whose operations it has, and its two documents."""

from webapp.web.api import access_tokens, attachments, connections, docs_views, mail, mail_actions
from webapp.web.api.operation import api
from webapp.web.api.try_it_views import api_pages

RESOURCES = (access_tokens, attachments, connections, mail, mail_actions)
"""The modules with operations; importing one adds its operations to the API (see `operation`)."""

api.get("/openapi.json")(docs_views.openapi)
api.get("/")(docs_views.reference)

__all__ = ["RESOURCES", "api", "api_pages"]
