"""The list of blueprints: what the portal has on its pages."""

from flask import Flask

from webapp.config.settings import Settings
from webapp.web.api.message_refs import MessageRefConverter
from webapp.web.api.routes import api, api_pages
from webapp.web.pages import home_views
from webapp.web.pages.accounts.account_views import accounts
from webapp.web.pages.admin.routes import admin
from webapp.web.pages.connections.routes import connections
from webapp.web.pages.connections.sign_in_panel_views import sign_ins
from webapp.web.pages.handoff.views import handoff
from webapp.web.pages.help.routes import help_pages
from webapp.web.pages.mailbox.routes import mailboxes
from webapp.web.pages.oauth.authorization_views import oauth_blueprints


def register_blueprints(app: Flask, config: Settings) -> None:
    """Register them; practice only where it is on."""
    app.url_map.converters |= {"id": home_views.IdConverter, "ref": MessageRefConverter}
    pages = (
        home_views.site,
        accounts,
        admin,
        connections,
        mailboxes,
        *oauth_blueprints(),
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
        from webapp.web.pages.practice.views import init_app

        init_app(app)
