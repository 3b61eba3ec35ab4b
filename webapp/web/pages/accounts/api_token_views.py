"""The page of one's API tokens: made, shown once, revoked."""

from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.models import Connection, Scope, db
from webapp.security.input_validation import no_control_characters, strip_and_compose, value_of
from webapp.services.accounts.api_tokens import make_token, revoke_token, tokens_of
from webapp.web.htmx import hx_redirect
from webapp.web.login import current_user, login_required

token_pages = Blueprint("tokens", __name__, url_prefix="/account/tokens")

_DAYS = {"30": "30 days", "90": "90 days", "365": "a year", "": "until it is revoked"}
# So many connections can be picked one by one; a token for others is made on the command line.
_MOST = 500


def _connections() -> list[SelectChoice]:
    query = select(Connection.id, Connection.name).order_by(Connection.name_key).limit(_MOST)
    return [SelectChoice(row.id, row.name) for row in db.session.execute(query)]


class TokenForm(FlaskForm):  # type: ignore[misc]
    """What a token is for, what it may do, on which connections, and how long."""

    name = StringField(
        "What it is for",
        filters=[strip_and_compose],
        validators=[DataRequired("Say what it is for."), Length(max=100), no_control_characters],
    )
    scopes = SelectMultipleField(
        "What it may do",
        choices=[SelectChoice(scope.value, f"{scope.value}: {scope.meaning}") for scope in Scope],
        default=[Scope.READ.value],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    days = SelectField("How long it works", choices=[SelectChoice(*each) for each in _DAYS.items()], default="90")
    connections = SelectMultipleField("Which connections", coerce=int, choices=_connections)

    def validate_scopes(self, field: Any) -> None:
        """Want one at least."""
        if not field.data:
            raise ValidationError("Choose one thing at least.")


@token_pages.route("/", methods=["GET", "POST"])
@login_required
def index() -> Response:
    """List one's tokens, and make one: its text is shown in this answer and nowhere else."""
    form, made = TokenForm(), ""
    if form.validate_on_submit():
        chosen = list(form.connections.data or ())
        limited = db.session.scalars(select(Connection).where(Connection.id.in_(chosen))).all() if chosen else None
        scopes = [Scope(scope) for scope in form.scopes.data or ()]
        days = int(form.days.data) if form.days.data else None
        _, made = make_token(current_user(), value_of(form.name), scopes, days=days, connections=limited)
        db.session.commit()
        form = TokenForm(formdata=None)
    page = render_template("accounts/tokens.html", form=form, tokens=tokens_of(current_user()), made=made)
    return Response(page, status=422 if request.method == "POST" and not made else 200)


@token_pages.post("/<id:token_id>/revoke")
@login_required
def revoke(token_id: int) -> Response:
    """End a token at once."""
    if not revoke_token(token_id, current_user()):
        abort(404)
    flash("The token is revoked: programs that use it are shut out.", "good")
    return hx_redirect(url_for("accounts.tokens.index"))
