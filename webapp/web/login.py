"""Who is signed in: the bridge between Flask-Login and the sessions in the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import Flask, flash, g, request, session, url_for
from flask_login import UserMixin, login_user, logout_user
from flask_login import current_user as _current_user
from flask_login import login_required as _login_required
from sqlalchemy import bindparam, select, update
from werkzeug.wrappers import Response

from webapp.models import User, UserSession, db, new_token, token_hash, utcnow, write_transaction
from webapp.web.extensions import login_manager
from webapp.web.htmx import hx_redirect, is_htmx_request

View = TypeVar("View", bound=Callable[..., Any])

_SEEN_EVERY = timedelta(minutes=5)
_LIFETIME = timedelta(days=14)
_BY_TOKEN = select(UserSession).where(UserSession.token_hash == bindparam("hash"))


def init_app(app: Flask) -> None:
    """Bind Flask-Login to the application."""
    login_manager.init_app(app)
    app.after_request(touch_session)


class LoginSession(UserMixin):  # type: ignore[misc]
    """A signed-in browser as Flask-Login sees it: its id is the token in the cookie."""

    def __init__(self, token: str, user_session: UserSession) -> None:
        self.token = token
        self.session = user_session
        self.user = user_session.user

    def get_id(self) -> str:
        """Return the token."""
        return self.token


def login_required(view: View) -> View:
    """Let a view be seen by people who are signed in only."""
    return cast(View, _login_required(view))


def current_user() -> User:
    """Return the person who is signed in; only behind `login_required`."""
    user: User = _current_user.user
    return user


def current_session() -> UserSession:
    """Return the session of this browser; only behind `login_required`."""
    user_session: UserSession = _current_user.session
    return user_session


def sign_in(user: User) -> None:
    """Sign a person in on this browser; commits."""
    token = new_token()
    user_session = UserSession(
        token_hash=token_hash(token),
        user_id=user.id,
        device=(request.user_agent.string or "")[:200],
        ip_address=(request.remote_addr or "")[:45],
    )
    db.session.add(user_session)
    db.session.commit()
    # A fresh session: nothing planted before the sign-in survives it (session fixation).
    session.clear()
    session.permanent = True
    login_user(LoginSession(token, user_session))


def sign_out() -> None:
    """Sign this browser out; commits."""
    if _current_user.is_authenticated:
        db.session.delete(current_session())
        db.session.commit()
    logout_user()
    session.clear()


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_login_session(token: str) -> LoginSession | None:
    """Find the session of a cookie; no one when it was ended, has lapsed or its person was deactivated."""
    found = db.session.scalar(_BY_TOKEN, {"hash": token_hash(token)})
    if found is None or not found.user.active or found.last_seen_at < utcnow() - _LIFETIME:
        return None
    if found.last_seen_at < utcnow() - _SEEN_EVERY:
        g.seen_session = found.id
        session.modified = True
    return LoginSession(token, found)


def touch_session(response: Response) -> Response:
    """Write down, now and then, that a session is in use; apart from the request's own transaction."""
    if (session_id := g.pop("seen_session", None)) is not None:
        db.session.close()
        with write_transaction() as connection:
            connection.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=utcnow()))
    return response


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def unauthorized() -> Response:
    """Lead to the sign-in page, and back afterwards where the request was a plain look."""
    came_from = request.full_path.rstrip("?") if request.method == "GET" and not is_htmx_request() else ""
    if request.method != "GET":
        flash("You were signed out meanwhile. Sign in and do it again: nothing was changed.", "warning")
    return hx_redirect(url_for("accounts.sign_in", next=came_from or None))
