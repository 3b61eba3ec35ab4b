"""The list of blueprints: what the portal has on its pages."""

from flask import Flask

from webapp import site
from webapp.accounts.views import accounts
from webapp.admin import oauth_clients  # noqa: F401  (it registers its views)
from webapp.admin.views import admin
from webapp.api.reference import api, api_pages
from webapp.api.refs import RefConverter
from webapp.connections import consenting, editing, listing, showing, trying  # noqa: F401  (they register their views)
from webapp.connections.blueprint import connections
from webapp.handoff.views import handoff
from webapp.help import (  # noqa: F401  (they register their views)
    code_pages,
    explain_page,
    guide_pages,
    index_page,
    links,
    problem_pages,
    search_page,
)
from webapp.help.blueprint import help_pages
from webapp.mailboxes import (  # noqa: F401  (they register their views)
    browsing,
    changing,
    failing,
    files,
    reading,
    recent,
    wording,
)
from webapp.mailboxes.blueprint import mailboxes
from webapp.settings import Settings
from webapp.sign_ins.redirects import gmail, outlook
from webapp.sign_ins.views import sign_ins


def register_blueprints(app: Flask, config: Settings) -> None:
    """Register them; practice only where it is on."""
    app.url_map.converters |= {"id": site.IdConverter, "ref": RefConverter}
    pages = (
        site.site,
        accounts,
        admin,
        connections,
        mailboxes,
        gmail,
        outlook,
        sign_ins,
        handoff,
        help_pages,
        api,
        api_pages,
    )
    for blueprint in pages:
        app.register_blueprint(blueprint)
    if config.practice:
        # Imported here, since practice mode brings packages that a portal in earnest does not need.
        from webapp.practice.views import init_app

        init_app(app)
