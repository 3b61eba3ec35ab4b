"""What one-time links open: joining the portal, setting it up, and choosing a new password.

Looking never consumes a link: mail scanners and chat previews fetch every link they see.
"""

from flask import Blueprint, Response, flash, url_for

from webapp.models import OneTimeLink, Purpose, Role, User, db
from webapp.security.input_validation import value_of
from webapp.security.password_hashing import hash_password
from webapp.services.accounts import one_time_links, users
from webapp.web import login_rate_limits
from webapp.web.error_handlers import error_response
from webapp.web.forms import render_form
from webapp.web.htmx import hx_redirect
from webapp.web.login import sign_in, sign_out
from webapp.web.pages.accounts.forms import JoinForm, NewPasswordForm, SetUpForm

link_pages = Blueprint("links", __name__)
_JOINING = (Purpose.JOIN, Purpose.SET_UP)


@link_pages.errorhandler(one_time_links.LinkClosedError)
def link_closed(error: one_time_links.LinkClosedError) -> Response:
    """Return why a link does not open, and what to do."""
    db.session.rollback()
    return error_response(*error.closed)


@link_pages.route("/join/<token>", methods=["GET", "POST"])
@login_rate_limits.limit_by_network
def join(token: str) -> Response:
    """Let an invited person in, or the first administrator of a new portal."""
    link = one_time_links.validate_link(token, *_JOINING)
    set_up = link.purpose is Purpose.SET_UP
    form: SetUpForm | JoinForm = SetUpForm() if set_up else JoinForm(link.address)
    if form.validate_on_submit():
        address = value_of(form.address) if set_up else link.address
        if person := _add_person(token, name=value_of(form.name), address=address, password=value_of(form.password)):
            return _sign_in_new_user(person, "Welcome to Postroom.")
        form.form_errors.append(f"Somebody with the address {address} is here already.")
    return render_form("accounts/join.html", form=form, set_up=set_up, address=link.address)


@link_pages.route("/new-password/<token>", methods=["GET", "POST"])
@login_rate_limits.limit_by_network
def new_password(token: str) -> Response:
    """Let a person choose a new password."""
    person = _person_of(one_time_links.validate_link(token, Purpose.PASSWORD))
    form = NewPasswordForm(person.name, person.address)
    if form.validate_on_submit():
        hashed = _hash(value_of(form.password))
        person = _person_of(one_time_links.redeem_link(token, Purpose.PASSWORD))
        users.set_password(person, hashed)
        db.session.commit()
        return _sign_in_new_user(person, "Your new password is set. Every other device is signed out.")
    return render_form("accounts/new_password.html", form=form, address=person.address)


def _add_person(token: str, *, name: str, address: str, password: str) -> User | None:
    """Consume the link and add the person: both, or neither where the address is taken."""
    hashed = _hash(password)
    role = one_time_links.redeem_link(token, *_JOINING).role or Role.MEMBER
    try:
        person = users.add_user(name=name, address=address, password_hash=hashed, role=role)
    except users.AddressTakenError:
        return None
    db.session.commit()
    return person


def _person_of(link: OneTimeLink) -> User:
    if link.user is None:
        raise one_time_links.LinkClosedError(one_time_links.UNKNOWN)
    return link.user


def _hash(password: str) -> str:
    # Hashing takes 0.1 s, during which an open transaction would hold up everybody else who writes.
    db.session.rollback()
    return hash_password(password)


def _sign_in_new_user(person: User, message: str) -> Response:
    login_rate_limits.refund_attempt()
    sign_out()
    sign_in(person)
    flash(message, "good")
    return hx_redirect(url_for("site.home"))
