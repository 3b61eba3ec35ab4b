"""The page on which an administrator approves the client for everybody: admin consent, in Microsoft's words.

Everybody is an administrator here, as everybody may be anybody.
"""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, redirect, request

from webapp.practice.oauth_server.authorization_server import PracticeAuthorizationServer
from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.rendering import show_form, stop


class AdminConsent:
    """The one view of it."""

    def __init__(self, server: PracticeAuthorizationServer) -> None:
        self._server = server
        self._house = server.profile

    def answer(self, tenant: str = "") -> Response:
        """Ask whether the administrator agrees, keep the answer and call the client back."""
        if fault := self._fault(tenant):
            return stop(fault)
        if request.method != "POST":
            scopes = sorted(self._scopes() - self._house.steady_scopes)
            return show_form("approve", self._redirect_uri(), named=[self._house.title(scope) for scope in scopes])
        if request.form.get("decision") != "accept":
            declined = replace(self._house.refusals["denied"], error="consent_required")
            said = self._house.callback_error(declined, self._server.base_url)
            return self._call_back({"admin_consent": "True"} | said)
        self._server.mended.add(self._house.approved)
        return self._call_back(self._house.approval(tenant, request.args["scope"]))

    def _fault(self, tenant: str) -> OAuthErrorResponse | None:
        """Find out what is wrong with the request; nothing of it calls back, since no one is known to ask."""
        client = self._server.client
        faults = {
            "tenant-unknown": not self._house.approval(tenant, ""),
            "client-unknown": request.args.get("client_id") != client.client_id,
            "redirect-differs": not client.check_redirect_uri(self._redirect_uri()),
            "scope-unknown": not self._scopes() or not self._scopes() <= self._house.scopes,
        }
        return next((self._house.refusals[reason] for reason, wrong in faults.items() if wrong), None)

    def _scopes(self) -> frozenset[str]:
        return frozenset(request.args.get("scope", "").split())

    def _redirect_uri(self) -> str:
        return request.args.get("redirect_uri", "")

    def _call_back(self, parameters: dict[str, str]) -> Response:
        state = {"state": request.args["state"]} if "state" in request.args else {}
        return redirect(f"{self._redirect_uri()}?{urlencode(parameters | state)}", 303)  # type: ignore[return-value]
