"""The practice page: every scenario with one click to try it; and the way in. Practice mode only."""

from flask import Blueprint, Flask, Response, abort, redirect, render_template, url_for

from webapp.accounts.links import find_link
from webapp.diagnosis.catalogue import PROBLEMS
from webapp.models import Purpose, writes
from webapp.practice.mode import Practice
from webapp.practice.scenarios import GROUPS, SCENARIOS
from webapp.signed_in import login_required, sign_in

practice_pages = Blueprint("practice", __name__, url_prefix="/practice")


def init_app(app: Flask) -> None:
    """Switch practice mode on: its pages, its band on every page, its servers for whoever serves."""
    practice = Practice(app, app.extensions["postroom.settings"].data_dir)
    app.extensions["postroom.practice"] = practice
    app.register_blueprint(practice_pages)
    app.jinja_env.globals.update(practice=practice)


@practice_pages.get("/")
@login_required
def index() -> str:
    """List the scenarios."""
    groups = [(group, [scenario for scenario in SCENARIOS if scenario.group == group]) for group in GROUPS]
    return render_template("practice/index.html", groups=groups, problems=PROBLEMS)


@practice_pages.get("/step-in/<token>")
def step_in(token: str) -> Response:
    """Sign the ready administrator in, as often as wanted while these servers run."""
    writes.set(True)  # a look that signs in
    link = find_link(token)
    if link is None or link.purpose is not Purpose.PRACTICE or not link.usable or link.user is None:
        abort(410)
    sign_in(link.user)
    return redirect(url_for("connections.index"), 303)  # type: ignore[return-value]
