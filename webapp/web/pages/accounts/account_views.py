"""Signing in and out, and a person's own account."""

from flask import Blueprint, Response, flash, request, url_for
from flask_limiter import RateLimitExceeded
from flask_login import current_user as visitor
from sqlalchemy import delete, select

from webapp.models import User, UserSession, db
from webapp.security.input_validation import normal_address, value_of
from webapp.security.password_hashing import hash_password, verify_password
from webapp.services.accounts import user_sessions, users
from webapp.web import login_rate_limits
from webapp.web.forms import render_form
from webapp.web.htmx import hx_redirect
from webapp.web.login import current_session, current_user, login_required, sign_in, sign_out
from webapp.web.pages.accounts.api_token_views import token_pages
from webapp.web.pages.accounts.forms import ChangePasswordForm, SignInForm
from webapp.web.pages.accounts.one_time_link_views import link_pages
from webapp.web.safe_redirect import safe_redirect_path

accounts = Blueprint("accounts", __name__)
accounts.register_blueprint(link_pages)
accounts.register_blueprint(token_pages)
accounts.register_error_handler(RateLimitExceeded, login_rate_limits.too_many)


@accounts.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@login_rate_limits.limit_by_network
@login_rate_limits.limit_by_typed_account
def sign_in_page() -> Response:
    """Ask who it is; the answer is the same for an unknown address, a wrong password and a deactivated person."""
    destination = safe_redirect_path(request.args.get("next"), url_for("site.home"))
    if request.method == "GET" and visitor.is_authenticated:
        return hx_redirect(destination)
    form = SignInForm()
    if form.validate_on_submit():
        if person := _require_password(value_of(form.address), value_of(form.password)):
            sign_out()
            user_sessions.delete_expired(person)
            sign_in(person)
            return hx_redirect(destination)
        form.form_errors.append("The address or the password is wrong.")
    return render_form("accounts/sign_in.html", form=form, destination=request.args.get("next"))


@accounts.post("/sign-out", endpoint="sign_out")
def sign_out_here() -> Response:
    """End the session of this browser."""
    sign_out()
    flash("You are signed out.", "good")
    return hx_redirect(url_for("accounts.sign_in"))


@accounts.route("/account", methods=["GET", "POST"])
@login_required
@login_rate_limits.limit_by_own_account
def account() -> Response:
    """Show a person's account and change the password."""
    person = current_user()
    form = ChangePasswordForm(person.name, person.address)
    if form.validate_on_submit():
        if _change_password(value_of(form.present), value_of(form.password)):
            flash("Your password is changed. Every other device is signed out.", "good")
            return hx_redirect(url_for("accounts.account"))
        form.present.errors = ["This is not your present password."]
    held = [(session, user_sessions.device_name(session.device)) for session in user_sessions.sessions_of(person)]
    return render_form("accounts/account.html", form=form, person=person, devices=held, here=current_session().id)


@accounts.post("/account/devices/<id:session_id>/sign-out")
@login_required
def sign_out_device(session_id: int) -> Response:
    """End one session of the person; one that has ended already is no matter."""
    if session_id == current_session().id:
        return sign_out_here()
    db.session.execute(
        delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == current_user().id)
    )
    db.session.commit()
    flash("That device is signed out.", "good")
    return hx_redirect(url_for("accounts.account"))


@accounts.post("/account/sign-out-elsewhere")
@login_required
def sign_out_elsewhere() -> Response:
    """End every session of the person but this one."""
    users.end_sessions(current_user(), keep=current_session().id)
    db.session.commit()
    flash("You are signed out everywhere else.", "good")
    return hx_redirect(url_for("accounts.account"))


def _require_password(address: str, password: str) -> User | None:
    """Return the person whose password this is."""
    query = select(User.id, User.password_hash).where(User.address == normal_address(address), User.active)
    found = db.session.execute(query).first()
    # Hashing takes 0.1 s, during which an open transaction would hold up everybody else who writes.
    db.session.rollback()
    if not verify_password(password, found.password_hash if found else None) or found is None:
        return None
    login_rate_limits.refund_attempt()
    person = db.session.get(User, found.id)
    return person if person and person.active else None


def _change_password(present: str, new: str) -> bool:
    person, session_id, stored = current_user(), current_session().id, current_user().password_hash
    db.session.rollback()
    if not verify_password(present, stored):
        return False
    hashed = hash_password(new)
    login_rate_limits.refund_attempt()
    users.set_password(person, hashed, keep_session=session_id)
    db.session.commit()
    return True
