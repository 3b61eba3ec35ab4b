"""The Flask extensions, made once and bound to the application by `create_app`."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

from webapp.services.accounts.rate_limit_storage import DatabaseStorage
from webapp.web.problem_details import is_for_program

csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate()
limiter = Limiter(
    get_remote_address,
    storage_uri=f"{DatabaseStorage.STORAGE_SCHEME[0]}://",
    strategy="fixed-window",
    headers_enabled=False,
)
# Programs are counted by their tokens (webapp/web/api/rate_limits.py); there is nothing to look up for them.
limiter.request_filter(is_for_program)
