"""Postroom: a small team's internal portal for email connections."""

from pathlib import Path

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import cli
from webapp.config import app_state, settings
from webapp.config.settings import Settings
from webapp.models import base, db, writes
from webapp.security import key_files, secret_box
from webapp.services.providers.settings import settings_class
from webapp.web import error_handlers, login, security_headers, template_filters
from webapp.web.extensions import csrf, limiter, migrate
from webapp.web.pages.blueprints import register_blueprints

ROOT = Path(__file__).parent.parent


def create_app(config: Settings | None = None) -> Flask:
    """Build the application: settings, extensions, blueprints, error pages, headers; raise `SettingsError`."""
    config = config or settings.load(settings_class())
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    configure(app, config)
    db.init_app(app)
    base.configure_sqlite(app)
    migrate.init_app(app, db, directory=str(ROOT / "webapp" / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    login.init_app(app)
    limiter.init_app(app)
    app_state.init_app(app, config)
    template_filters.init_app(app)
    register_blueprints(app, config)
    error_handlers.init_app(app)
    security_headers.init_app(app)
    cli.init_app(app)
    return app


def configure(app: Flask, config: Settings) -> None:
    """Set what Flask and its extensions want to know."""
    secure = config.base_url.startswith("https://")
    key = config.secret_key.get_secret_value()
    app.extensions["postroom.settings"] = config
    app.config.update(
        SECRET_KEY=key or key_files.read_or_make_key(config.data_dir / "secret.key", secret_box.new_key),
        SQLALCHEMY_DATABASE_URI=config.database,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": 20,
            "max_overflow": 20,
            "pool_pre_ping": "postgresql" in config.database,
        },
        SESSION_COOKIE_NAME="postroom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=14 * 24 * 3600,
        # The cookie is renewed when the session is seen to be in use (webapp/web/login.py), not with every answer.
        SESSION_REFRESH_EACH_REQUEST=False,
        # A form token lives as long as the session: a page left open overnight still works.
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=128 * 1024,
        RATELIMIT_ENABLED=True,
    )
    if config.proxies:
        count = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]

    @app.before_request
    def mark_writes() -> None:
        writes.set(request.method not in ("GET", "HEAD", "OPTIONS"))
