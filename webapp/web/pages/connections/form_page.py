"""The form of a connection, new or saved: what was sent, what is wrong with it, what it describes, and its page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.utils import cached_property

from webapp.models import Connection, CredentialType, SignInAttempt, db
from webapp.models.connection import name_key
from webapp.services.connections.check_result import Verdict
from webapp.services.providers import PROVIDERS, Provider, Target
from webapp.services.providers.known_servers import KnownServer, find_by_address
from webapp.services.providers.oauth.authorization_requests import form_of
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.web.htmx import render
from webapp.web.login import current_user
from webapp.web.pages.connections.form_state import Carried, open_sealed, seal
from webapp.web.pages.connections.sign_in_panel import Panel

# The fields of one credential type that outlive a look at another one.
_REMEMBERED = ("host", "port", "security", "user", "attempt", "shared_mailbox")


@dataclass
class FormPage:
    """A form and everything its page shows."""

    provider: Provider
    form: Any
    saved: Connection | None
    carried: Carried
    typed: Mapping[str, str] = field(default_factory=dict)
    verdict: Verdict | None = None
    notice: str = ""

    @classmethod
    def blank(cls) -> "FormPage":
        """Start a new connection."""
        provider = PROVIDERS[CredentialType.CREDENTIALS]
        return cls(provider=provider, form=provider.form(formdata=None), saved=None, carried=Carried())

    @classmethod
    def returned(cls, attempt: SignInAttempt) -> "FormPage":
        """Show the form again that somebody left for a provider, as it was filled in then."""
        provider = PROVIDERS[attempt.credential_type]
        typed = {**form_of(attempt), "attempt": attempt.key}
        form = provider.form(formdata=MultiDict(typed))
        if not form.address.data:
            form.address.data = attempt.account
        return cls(provider=provider, form=form, saved=attempt.connection, carried=Carried(), typed=typed)

    @classmethod
    def of(cls, saved: Connection) -> "FormPage":
        """Show a saved connection for editing."""
        provider = PROVIDERS[saved.credential_type]
        form = provider.form(formdata=None, obj=saved)
        if "user" in form and saved.user == saved.address:
            form.user.data = ""
        if "shared_mailbox" in form and saved.user != saved.address:
            form.shared_mailbox.data = saved.user
        return cls(provider=provider, form=form, saved=saved, carried=Carried())

    @classmethod
    def sent(cls, saved: Connection | None) -> "FormPage":
        """Read what the browser sent."""
        try:
            chosen = CredentialType(request.form.get("credential_type", ""))
        except ValueError:
            chosen = CredentialType.CREDENTIALS
        provider = PROVIDERS[chosen]
        form = provider.form()
        if hasattr(form, "find_server"):
            form.find_server()
        return cls(
            provider=provider,
            form=form,
            saved=saved,
            carried=open_sealed(request.form.get("carried", ""), current_user().id),
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

    def target(self) -> Target | None:
        """Give what a valid form describes; without a secret, mark its field and give None."""
        target = self.provider.typed(self.form, self.saved, kept=self.carried.secret_for)
        if target is None:
            name, words = self.provider.missing(self.form, self.saved)
            self.form[name].errors = [words]
        return target

    def carry(self, target: Target, verdict: Verdict | None) -> None:
        """Take the typed secret and the report along to the next page."""
        self.verdict = verdict
        self.carried = Carried(server=target.server, secret=target.proof, report=verdict.report if verdict else None)

    @property
    def carried_sealed(self) -> str:
        """Give what goes along, sealed for this person; nothing where there is nothing."""
        return seal(self.carried, current_user().id) if self.carried.server else ""

    @cached_property
    def panel(self) -> Panel | None:
        """Give the sign-in panel of a credential type that has one."""
        return Panel.of_form(self.provider, self.form, self.saved) if isinstance(self.provider, OAuthProvider) else None

    @property
    def known(self) -> KnownServer | None:
        """Give the well-known provider of the typed address."""
        return find_by_address(self.form.address.data or "")

    @property
    def remembered(self) -> dict[str, str]:
        """Give what was typed into the fields of another credential type."""
        return {name: self.typed[name] for name in _REMEMBERED if name in self.typed and name not in self.form}

    @property
    def marks(self) -> dict[str, str]:
        """Name the fields to mend, with the words beside each."""
        if self.form.errors:
            return {name: " ".join(words) for name, words in self.form.errors.items() if name}
        return self.verdict.marks if self.verdict else {}

    def show(self, fragment: str = "connections/form.html", status: int = 200) -> Response:
        """Render the page, or the fragment htmx asked for."""
        for name, words in self.marks.items():
            if words and name in self.form and not self.form[name].errors:
                self.form[name].errors = [words]
        return render("connections/form.html", fragment, status, page=self, providers=PROVIDERS)

    def _name_is_taken(self) -> bool:
        query = select(Connection.id).where(Connection.name_key == name_key(self.form.name.data))
        found = db.session.scalar(query)
        return found is not None and (self.saved is None or found != self.saved.id)
