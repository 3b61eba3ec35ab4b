"""The pages of a provider: choose an account, consent, refusal. The rules are the server's, the words the profile's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, redirect, request

from webapp.practice.oauth_server.admin_consent import AdminConsent
from webapp.practice.oauth_server.authorization_server import PracticeAuthorizationServer
from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.rendering import POLICY, show, show_form, stop
from webapp.practice.oauth_server.sample_users import SampleUser
from webapp.practice.oauth_server.token_store import ConsentGiven

_ROOT = Path(__file__).resolve().parents[3]
_SILENT = frozenset({"login_required", "consent_required", "interaction_required", "account_selection_required"})
"""Errors of a request that must not show a page (OpenID Connect Core section 3.1.2.6): they always call back."""


def make_app(server: PracticeAuthorizationServer) -> Flask:
    """Make the web application of a provider, without the hooks of tests."""
    app = Flask(
        "webapp.practice.oauth_server",
        root_path=str(Path(__file__).parent),
        template_folder=str(_ROOT / "templates"),
        static_url_path="/practice/static",
    )
    house, pages = server.profile, _Pages(server)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(house=house)
    routes: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        (f"{house.prefix}{house.authorize_path}", "GET POST", pages.authorize),
        (f"{house.prefix}{house.token_path}", "POST", pages.token),
        (f"{house.prefix}{house.jwks_path}", "GET", pages.keys),
        (f"{house.prefix}{house.discovery_path}", "GET", pages.discovery),
        (house.introspect_path, "POST", lambda: server.create_endpoint_response("introspection")),
        *([(house.revoke_path, "POST", pages.revoke)] if house.revoke_path else []),
        *([(house.prefix + house.approve_path, "GET POST", AdminConsent(server).answer)] if house.approve_path else []),
    )
    for path, methods, view in routes:
        app.add_url_rule(path, endpoint=path, view_func=view, methods=methods.split())
    app.after_request(_set_security_headers)
    return app


def _set_security_headers(response: Response) -> Response:
    """Cut the tie to who opened the window, as the strictest provider would, and allow nothing from elsewhere."""
    response.headers.setdefault("Content-Security-Policy", f"{POLICY}; form-action 'self'")
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


class _Pages:
    """The views of one provider."""

    def __init__(self, server: PracticeAuthorizationServer) -> None:
        self._server = server
        self._house = server.profile
        self._cookie = f"practice_{server.profile.key}"

    def authorize(self, tenant: str = "") -> Response:
        """Find out who it is, ask whether they agree, and call the client back."""
        if not self._house.knows_tenant(tenant):
            return stop(self._house.refusals["tenant-unknown"])
        person = self._who()
        try:
            grant = self._server.get_consent_grant(end_user=person)
        except OAuth2Error as error:
            refusal = self._server.refusal_of(error)
            calls_back = error.redirect_uri and (self._house.calls_back or refusal.error in _SILENT)
            return self._call_back_without(refusal) if calls_back else stop(refusal)
        if person is None:
            return show("choose", links=[(each, self._link(each)) for each in self._by_hint()])
        if person.blocked:
            return self._blocked_page(person.blocked)
        if request.method == "POST":
            return self._consent_decision(grant, person)
        scopes = frozenset(grant.request.scope.split())
        before = self._server.store.latest_grant(person, self._house.client_id)
        refused = bool(before and before.refused)
        asks = refused or "consent" in self._prompts()
        if before and not asks and scopes <= frozenset(before.scope.split()):
            return self._call_back(grant, person, before.scope)
        return self._consent_page(person, scopes, again=refused)

    def token(self, tenant: str = "") -> Any:
        """Answer a token request, one at a time: a rotated token must not be taken twice."""
        if not self._house.knows_tenant(tenant):
            refusal = self._house.refusals["tenant-unknown"]
            return self._house.token_error(refusal), refusal.status
        with self._server.store.lock:
            return self._server.create_token_response()

    def revoke(self) -> Any:
        """Revoke a token."""
        return self._server.create_endpoint_response("revocation")

    def keys(self, tenant: str = "") -> dict[str, Any]:
        """Return the public key of the id_tokens."""
        return {"keys": [self._server.key.as_dict(private=False)]}

    def discovery(self, tenant: str = "") -> dict[str, Any]:
        """Describe the provider (OpenID Connect Discovery)."""
        base = self._server.base_url
        place = f"{base}/{tenant}" if tenant else base
        revocation = {"revocation_endpoint": base + self._house.revoke_path} if self._house.revoke_path else {}
        return {
            "issuer": self._house.issuer(base, tenant),
            "authorization_endpoint": place + self._house.authorize_path,
            "token_endpoint": place + self._house.token_path,
            "jwks_uri": place + self._house.jwks_path,
            "introspection_endpoint": base + self._house.introspect_path,
            **revocation,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": sorted(self._house.scopes),
        }

    def _who(self) -> SampleUser | None:
        """Return who is signed in: chosen on the page, hinted at, or known from the visit before."""
        if chosen := request.values.get("account"):
            return self._server.user(chosen)
        if self._prompts() & {"select_account", "login"}:
            return None
        hinted = self._server.user(request.args.get("login_hint", ""))
        if hinted:
            return self._server.user(hinted.signed_in_as or hinted.address)
        return None if request.args.get("login_hint") else self._server.user(request.cookies.get(self._cookie, ""))

    def _prompts(self) -> frozenset[str]:
        return frozenset(request.args.get("prompt", "").split())

    def _by_hint(self) -> list[SampleUser]:
        """List the people, those the request may mean first."""
        hinted = self._house.find_user(request.args.get("login_hint", ""))
        likely = {hinted.address, hinted.signed_in_as} if hinted else set()
        return sorted(self._house.current_users(self._server.mended), key=lambda person: person.address not in likely)

    def _link(self, person: SampleUser) -> str:
        return f"?{urlencode([*request.args.items(multi=True), ('account', person.address)])}"

    def _consent_page(self, person: SampleUser, scopes: frozenset[str], *, again: bool) -> Response:
        boxes = sorted(scopes - self._house.steady_scopes) if self._house.ticks else []
        return show_form(
            "consent",
            request.args["redirect_uri"],
            person=person,
            again=again,
            boxes=[(scope, self._house.title(scope)) for scope in boxes],
            named=[self._house.title(scope) for scope in sorted(scopes - self._house.steady_scopes - {*boxes})],
            other=f"?{urlencode([*request.args.items(multi=True), ('prompt', 'select_account')])}",
        )

    def _consent_decision(self, grant: Any, person: SampleUser) -> Response:
        if request.form.get("decision") != "allow":
            return self._call_back_without(self._house.refusals["denied"])
        asked = grant.request.scope.split()
        boxes = frozenset(asked) - self._house.steady_scopes if self._house.ticks else frozenset()
        ticked = frozenset(request.form.getlist("allow"))
        return self._call_back(grant, person, " ".join(each for each in asked if each not in boxes or each in ticked))

    def _call_back(self, grant: Any, person: SampleUser, scope: str) -> Response:
        house, store = self._house, self._server.store
        first = store.latest_grant(person, house.client_id) is None
        offline = house.wants_refresh_token(request.args, scopes=frozenset(scope.split()), first=first)
        consent = ConsentGiven(person=person, scope=scope, offline=offline)
        answer: Response = self._server.create_authorization_response(grant=grant, grant_user=consent)
        answer.status_code = 303
        answer.location = f"{answer.location}&{urlencode(house.callback_extra(person, self._server.base_url, scope))}"
        answer.set_cookie(self._cookie, person.address, httponly=True, samesite="Lax")
        return answer

    def _call_back_without(self, refusal: OAuthErrorResponse) -> Response:
        return redirect(self._error_link(refusal), 303)  # type: ignore[return-value]

    def _error_link(self, refusal: OAuthErrorResponse) -> str:
        parameters = self._house.callback_error(refusal, self._server.base_url)
        if state := request.args.get("state"):
            parameters |= {"state": state}
        uri = request.args["redirect_uri"]
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"

    def _blocked_page(self, refusal: OAuthErrorResponse) -> Response:
        """Show why it ends here; a provider that calls back has a link for going back without."""
        back = self._error_link(refusal) if self._house.calls_back else ""
        return show("blocked", 403, refusal=refusal, back=back)
