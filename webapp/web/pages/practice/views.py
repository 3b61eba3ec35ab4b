"""The practice page: every scenario with one click to try it; and the way in. Practice mode only."""

from collections.abc import Mapping

from flask import Blueprint, Flask, Response, abort, current_app, flash, redirect, render_template, request, url_for

from webapp.models import Purpose, writes
from webapp.practice.imap_server.scenarios import GROUPS, SCENARIOS
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS
from webapp.practice.oauth_server.repair_keys import REPAIRABLE
from webapp.practice.ports import LOOPBACK
from webapp.practice.practice_mode import PracticeMode
from webapp.practice.repair_client import repaired_keys, set_repaired
from webapp.services.accounts.one_time_links import find_link
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.web.login import login_required, sign_in

practice_pages = Blueprint("practice", __name__, url_prefix="/practice")


def init_app(app: Flask) -> None:
    """Switch practice mode on: its pages, its band on every page, its servers for the person who serves."""
    practice = PracticeMode(app, app.extensions["postroom.settings"].data_dir)
    app.extensions["postroom.practice"] = practice
    app.register_blueprint(practice_pages)
    app.jinja_env.globals.update(practice=practice)


@practice_pages.get("/")
@login_required
def index() -> str:
    """List the scenarios."""
    groups = [(group, [scenario for scenario in SCENARIOS if scenario.group == group]) for group in GROUPS]
    signing_in = [
        (spec.button, practice_page(spec.diagnosis_key), scenarios)
        for kind, spec in PROVIDER_SPECS.items()
        if (scenarios := [each for each in OAUTH_SCENARIOS if each.credential_type == kind])
    ]
    mended = repaired_keys(_ports())
    return render_template("practice/index.html", groups=groups, signing_in=signing_in, mended=mended)


@practice_pages.post("/mend/<key>")
@login_required
def toggle_repaired(key: str) -> Response:
    """Do what the mailbox's administrator would, or undo it."""
    if key not in REPAIRABLE:
        abort(404)
    if not set_repaired(key, _ports(), mended=request.form.get("mended") != "no"):
        flash("Nothing was changed: the practice servers do not answer. Start the portal again.", "bad")
    return redirect(url_for("practice.index", _anchor=key), 303)  # type: ignore[return-value]


def _ports() -> Mapping[str, int]:
    ports: Mapping[str, int] = current_app.extensions["postroom.practice"].ports
    return ports


def practice_page(key: str) -> str:
    """Return the address of a practice provider's page of accounts; empty while it does not run."""
    ports = _ports()
    return f"http://{LOOPBACK}:{ports[key]}/" if key in ports else ""


@practice_pages.get("/step-in/<token>")
def sign_in_as_administrator(token: str) -> Response:
    """Sign the ready administrator in, as often as wanted while these servers run."""
    writes.set(True)  # a look that signs in
    link = find_link(token)
    if link is None or link.purpose is not Purpose.PRACTICE or not link.usable or link.user is None:
        abort(410)
    sign_in(link.user)
    return redirect(url_for("connections.index"), 303)  # type: ignore[return-value]
