"""What tests and curious people may do to a provider over HTTP. Loopback only, like all of it."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request

from webapp.practice.oauth_server.authorization_server import PracticeAuthorizationServer
from webapp.practice.oauth_server.repair_keys import REPAIRABLE
from webapp.practice.oauth_server.sample_users import SampleUser
from webapp.practice.oauth_server.token_faults import Fault, TokenFaults
from webapp.practice.oauth_server.token_store import ConsentGiven


def make_control_blueprint(server: PracticeAuthorizationServer, faults: TokenFaults) -> Blueprint:
    """Make the pages and endpoints below `/practice`, and the list of people at `/`."""
    hooks = Blueprint("hooks", __name__)
    house, store = server.profile, server.store

    def person_of(address: str) -> SampleUser:
        return server.user(address) or abort(404)

    @hooks.get("/")
    def people() -> str:
        granted = {grant.person.address: grant for grant in store.grants()}
        everybody = house.current_users(server.mended)
        return render_template("practice/provider/users.html", people=everybody, granted=granted)

    @hooks.get("/practice/state")
    def state() -> dict[str, Any]:
        grants = [
            {"address": grant.person.address, "scope": grant.scope, "refused": grant.refused}
            for grant in store.grants()
        ]
        return {
            "token_calls": faults.calls,
            "faults": faults.waiting,
            "grants": grants,
            "mended": sorted(server.mended),
        }

    @hooks.post("/practice/accounts/<address>/revoke")
    def revoke(address: str) -> Response:
        store.revoke(person_of(address))
        return redirect("/", 303)  # type: ignore[return-value]

    @hooks.post("/practice/accounts/<address>/lifetime")
    def lifetime(address: str) -> tuple[str, int]:
        store.set_lifetime(person_of(address).address, request.form.get("seconds", type=float) or 0.0)
        return "", 204

    @hooks.post("/practice/accounts/<address>/tokens")
    def tokens(address: str) -> dict[str, Any]:
        scope = request.form.get("scope", " ".join(sorted(house.scopes_of_mail)))
        consent = ConsentGiven(person=person_of(address), scope=scope, offline=request.form.get("offline") != "no")
        return server.issue(consent)

    @hooks.post("/practice/faults")
    def add_fault() -> tuple[str, int]:
        try:
            fault = Fault(kind=request.form.get("kind", ""), seconds=request.form.get("seconds", 0.0, type=float))
        except ValueError:
            abort(400)
        faults.add(fault, times=request.form.get("times", 1, type=int))
        return "", 204

    @hooks.post("/practice/redirect-uris")
    def add_redirect_uri() -> tuple[str, int]:
        server.client.redirect_uris.add(request.form["uri"])
        return "", 204

    @hooks.post("/practice/mended/<key>")
    def mend(key: str) -> tuple[str, int]:
        if key not in REPAIRABLE:
            abort(404)
        if request.form.get("mended") == "no":
            server.mended.discard(key)
        else:
            server.mended.add(key)
        return "", 204

    @hooks.post("/practice/reset")
    def reset() -> tuple[str, int]:
        store.reset()
        faults.reset()
        server.mended.clear()
        return "", 204

    return hooks
