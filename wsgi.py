"""The WSGI entry: `gunicorn -c python:webapp.gunicorn_conf wsgi:app` and `flask --app wsgi`."""

import sys

from webapp import create_app
from webapp.config.settings import SettingsError
from webapp.security.key_files import KeyFileError

try:
    app = create_app()
except (SettingsError, KeyFileError) as error:
    sys.exit(f"Postroom cannot start:\n{error}")
