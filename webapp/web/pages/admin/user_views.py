"""The administration of people: who is here, who is invited, what each may do."""

from flask import Response, abort, flash, make_response, render_template, request, session, url_for
from sqlalchemy import delete

from webapp.config.app_state import current_settings
from webapp.models import OneTimeLink, Purpose, Role, User, db
from webapp.security.input_validation import has_controls, strip_and_compose, value_of
from webapp.services.accounts import one_time_links, users
from webapp.web.forms import render_form
from webapp.web.htmx import hx_redirect
from webapp.web.login import current_user
from webapp.web.pages.admin import user_list
from webapp.web.pages.admin.admin_required import admin_required
from webapp.web.pages.admin.user_forms import InviteForm, RoleForm

_PERSON = "/people/<id:person_id>"
_LAST = "Nobody else could administer the portal then. Make somebody else an administrator first."


@admin_required
def only_administrators() -> None:
    """Guard every page of the administration."""


def index() -> Response:
    """Lead to the people."""
    return hx_redirect(url_for("admin.people"))


def people_list() -> Response:
    """List people and open invitations."""
    search = (strip_and_compose(request.args.get("q")) or "")[:100]
    search = "" if has_controls(search) else search
    found = user_list.people_page(search, request.args.get("page", 1, int))
    invitations = user_list.invitations_page(request.args.get("invitations", 1, int))
    context = {"people": found, "seen": user_list.last_seen(found.items), "invitations": invitations, "search": search}
    return make_response(render_template("admin/people.html", **context))


def invite() -> Response:
    """Invite a person by a one-time link."""
    form = InviteForm()
    if form.validate_on_submit():
        address = value_of(form.address)
        if users.find_user(address) is None:
            _, token = one_time_links.make_link(
                Purpose.JOIN, role=Role(form.role.data), address=address, created_by=current_user()
            )
            return _show_link(Purpose.JOIN, token, address)
        form.address.errors = ["Somebody with this address is here already."]
    return render_form("admin/invite.html", form=form)


def link() -> Response:
    """Show a new link, once."""
    return make_response(render_template("admin/link.html", link=session.pop("new_link", None)))


def withdraw(link_id: int) -> Response:
    """Take an invitation back; its link is unknown from then on."""
    unused = (OneTimeLink.id == link_id, OneTimeLink.purpose == Purpose.JOIN, OneTimeLink.used_at.is_(None))
    withdrawn = db.session.execute(delete(OneTimeLink).where(*unused).returning(OneTimeLink.address)).scalar()
    db.session.commit()
    if withdrawn is None:
        flash("That invitation is no longer open.", "warning")
    else:
        flash(f"The invitation of {withdrawn} is withdrawn.", "good")
    return hx_redirect(url_for("admin.people"))


def person(person_id: int) -> Response:
    """Show a person and what can be done."""
    found = db.get_or_404(User, person_id)
    return _person_page(found, RoleForm(role=found.role.value))


def change_role(person_id: int) -> Response:
    """Change what a person may do."""
    found, form = _select_for_update(person_id), RoleForm()
    if not form.validate():
        return _person_page(found, form)
    try:
        users.change_role(found, Role(form.role.data))
    except users.LastAdministratorError:
        return _back_to(found, _LAST, "bad")
    db.session.commit()
    if found.id == current_user().id and not found.is_administrator:
        flash("You are a member from now on.", "good")
        return hx_redirect(url_for("accounts.account"))
    return _back_to(found, f"{found.name} is {found.role.value} from now on.", "good")


def deactivate(person_id: int) -> Response:
    """Keep a person out."""
    found = _select_for_update(person_id)
    if found.id == current_user().id:
        return _back_to(found, "You cannot deactivate yourself. Ask another administrator.", "bad")
    try:
        users.deactivate(found)
    except users.LastAdministratorError:
        return _back_to(found, _LAST, "bad")
    db.session.commit()
    return _back_to(found, f"{found.name} is deactivated and signed out everywhere.", "good")


def reactivate(person_id: int) -> Response:
    """Let a person in again."""
    found = _select_for_update(person_id)
    users.reactivate(found)
    db.session.commit()
    return _back_to(found, f"{found.name} can sign in again.", "good")


def new_password_link(person_id: int) -> Response:
    """Make a link by which a person chooses a new password."""
    found = _select_for_update(person_id)
    if not found.active:
        return _back_to(found, f"{found.name} is deactivated. Reactivate first.", "bad")
    _, token = one_time_links.make_link(Purpose.PASSWORD, user=found, created_by=current_user())
    return _show_link(Purpose.PASSWORD, token, found.address)


def _select_for_update(person_id: int) -> User:
    """Find a person to change, while no one else can change who the administrators are."""
    if current_user().id not in users.select_administrators_for_update():
        abort(403)
    return db.get_or_404(User, person_id)


def _person_page(found: User, form: RoleForm) -> Response:
    seen = user_list.last_seen([found]).get(found.id)
    return render_form("admin/person.html", person=found, form=form, seen=seen, myself=found.id == current_user().id)


def _show_link(purpose: Purpose, token: str, address: str) -> Response:
    """Commit a new link and show it on a page of its own, so that reloading neither repeats nor keeps it."""
    db.session.commit()
    kind = one_time_links.LINK_KINDS[purpose]
    url = current_settings().base_url + one_time_links.link_path(purpose, token)
    session["new_link"] = {"purpose": purpose.value, "url": url, "address": address, "valid": kind.valid_words}
    return hx_redirect(url_for("admin.link"))


def _back_to(found: User, message: str, category: str) -> Response:
    flash(message, category)
    return hx_redirect(url_for("admin.person", person_id=found.id))
