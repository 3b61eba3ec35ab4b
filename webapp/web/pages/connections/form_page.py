"""The form of a connection, new or saved: what was sent, what is wrong with it, what it describes, and its page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.utils import cached_property

from webapp.models import AuthorizationRequest, Connection, CredentialType, db
from webapp.models.connection import name_key
from webapp.services.connections.check_result import CheckResult
from webapp.services.providers import PROVIDERS, ConnectionTarget, Provider
from webapp.services.providers.credentials import CREDENTIALS
from webapp.services.providers.known_servers import KnownServer, find_by_address
from webapp.services.providers.oauth.authorization_requests import form_of
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.web.htmx import render_page_or_fragment
from webapp.web.login import current_user
from webapp.web.pages.connections.form_state import FormState, load_state, sign_state
from webapp.web.pages.connections.sign_in_panel import SignInPanel

# The fields of one credential type that outlive a look at another one.
_PRESERVED_FIELDS = ("host", "port", "security", "user", "attempt", "shared_mailbox")


@dataclass
class FormPage:
    """A form and everything its page shows."""

    provider: Provider
    form: Any
    saved: Connection | None
    state: FormState
    typed: Mapping[str, str] = field(default_factory=dict)
    result: CheckResult | None = None
    notice: str = ""

    @classmethod
    def new(cls) -> "FormPage":
        """Start a new connection."""
        provider = PROVIDERS[CREDENTIALS]
        return cls(provider=provider, form=provider.form(formdata=None), saved=None, state=FormState())

    @classmethod
    def from_authorization(cls, attempt: AuthorizationRequest) -> "FormPage":
        """Show the form again that a person left for a provider, as it was filled in then."""
        provider = PROVIDERS[attempt.credential_type]
        typed = {**form_of(attempt), "attempt": attempt.key}
        form = provider.form(formdata=MultiDict(typed))
        if not form.address.data:
            form.address.data = attempt.account
        return cls(provider=provider, form=form, saved=attempt.connection, state=FormState(), typed=typed)

    @classmethod
    def from_connection(cls, saved: Connection) -> "FormPage":
        """Show a saved connection for editing."""
        provider = PROVIDERS[saved.credential_type]
        form = provider.form(formdata=None, obj=saved)
        if "user" in form and saved.user == saved.address:
            form.user.data = ""
        if "shared_mailbox" in form and saved.user != saved.address:
            form.shared_mailbox.data = saved.user
        return cls(provider=provider, form=form, saved=saved, state=FormState())

    @classmethod
    def from_request(cls, saved: Connection | None) -> "FormPage":
        """Read what the browser sent."""
        chosen = CredentialType(request.form.get("credential_type", ""))
        provider = PROVIDERS.get(chosen) or PROVIDERS[CREDENTIALS]
        form = provider.form()
        if hasattr(form, "find_server"):
            form.find_server()
        return cls(
            provider=provider,
            form=form,
            saved=saved,
            state=load_state(request.form.get("carried", ""), current_user().id),
            typed=request.form,
        )

    def is_valid(self) -> bool:
        """Check every field, and what only the portal knows."""
        if not self.provider.is_ready():
            self.form.credential_type.errors = [f"{self.provider.label} has to be set up by an administrator first."]
            self.form.form_errors = list(self.form.credential_type.errors)
            return False
        valid = bool(self.form.validate())
        if not self.form.name.errors and self._name_is_taken():
            self.form.name.errors = ["There is a connection of this name already."]
            valid = False
        return valid

    def target(self) -> ConnectionTarget | None:
        """Return what a valid form describes; without a secret, mark its field and give None."""
        target = self.provider.target_from_form(self.form, self.saved, kept=self.state.secret_for)
        if target is None:
            name, words = self.provider.missing_field(self.form, self.saved)
            self.form[name].errors = [words]
        return target

    def remember_secret(self, target: ConnectionTarget, verdict: CheckResult | None) -> None:
        """Take the typed secret and the report along to the next page."""
        self.result = verdict
        self.state = FormState(
            server=target.server, secret=target.secret_fingerprint, report=verdict.report if verdict else None
        )

    @property
    def signed_state(self) -> str:
        """Return what goes along, sealed for this person; nothing where there is nothing."""
        return sign_state(self.state, current_user().id) if self.state.server else ""

    @cached_property
    def panel(self) -> SignInPanel | None:
        """Return the sign-in panel of a credential type that has one."""
        return (
            SignInPanel.of_form(self.provider, self.form, self.saved)
            if isinstance(self.provider, OAuthProvider)
            else None
        )

    @property
    def known(self) -> KnownServer | None:
        """Return the well-known provider of the typed address."""
        return find_by_address(self.form.address.data or "")

    @property
    def remembered(self) -> dict[str, str]:
        """Return what was typed into the fields of another credential type."""
        return {name: self.typed[name] for name in _PRESERVED_FIELDS if name in self.typed and name not in self.form}

    @property
    def field_errors(self) -> dict[str, str]:
        """Return the name of the fields to fix, with the words beside each."""
        if self.form.errors:
            return {name: " ".join(words) for name, words in self.form.errors.items() if name}
        return self.result.field_errors if self.result else {}

    def show(self, fragment: str = "connections/form.html", status: int = 200) -> Response:
        """Render the page, or the fragment htmx asked for."""
        for name, words in self.field_errors.items():
            if words and name in self.form and not self.form[name].errors:
                self.form[name].errors = [words]
        return render_page_or_fragment("connections/form.html", fragment, status, page=self, providers=PROVIDERS)

    def _name_is_taken(self) -> bool:
        query = select(Connection.id).where(Connection.name_key == name_key(self.form.name.data))
        found = db.session.scalar(query)
        return found is not None and (self.saved is None or found != self.saved.id)
