"""The sign-in panel: how a sign-in stands, on the form of a connection or on the page of a saved one."""

from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from werkzeug.utils import cached_property

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.problem import Diagnosis
from webapp.core.oauth.errors import OAuthError
from webapp.models import AuthorizationRequest, Connection, Grant, db
from webapp.services.connections.check_result import HelpContext
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.account_matching import same_account
from webapp.services.providers.oauth.authorization_response import account_of, connection_of
from webapp.services.providers.oauth.provider import OAuthProvider, is_account_accepted
from webapp.services.providers.oauth.registration_facts import oauth_facts

# So many questions, two seconds apart, are asked about a sign-in that no one has begun: its window did not open.
_MAX_POLLS = 8


def version_of(attempt: AuthorizationRequest) -> str:
    """Tell an attempt from the one that takes over its key."""
    return f"{attempt.expires_at.timestamp():.6f}"


@dataclass(frozen=True, kw_only=True)
class SignInPanel:
    """One sign-in and what its panel shows; `asked` counts how often it was asked about in vain.

    `elsewhere` says that it stands on a page of its own, which has no place for what comes after. `seen` marks the
    attempt that its page shows already, and which a new one is about to replace.
    """

    provider: OAuthProvider
    key: str
    address: str
    saved: Connection | None = None
    for_form: bool = True
    attempt: AuthorizationRequest | None = None
    polls: int = 0
    waiting: bool = False
    standalone: bool = False
    seen: str = ""

    @cached_property
    def state(self) -> str:
        """Return how it stands: idle, waiting, failed, other (another account), ready, kept (signed in earlier)."""
        attempt = self.attempt
        if attempt is None:
            if self.waiting and self.polls < _MAX_POLLS:
                return "waiting"
            return "kept" if self._is_kept else "idle"
        if self.failure is not None:
            return "failed"
        if attempt.finished_at is None:
            return "waiting"
        if attempt.grant_id is None:  # revoked or deleted since
            return "idle"
        return "ready" if is_account_accepted(attempt, self.address or attempt.account) else "other"

    @property
    def account(self) -> str:
        """Return the name of the account that signed in, now or earlier."""
        if self.attempt is not None and self.attempt.account:
            return self.attempt.account
        grant = self._grant
        return grant.account if grant else ""

    @property
    def is_untested(self) -> bool:
        """Return whether the saved connection was not tested since a person signed in for it."""
        tested_at = self.saved.last_checked_at if self.saved else None
        signed_in_at = self.attempt.finished_at if self.attempt else None
        return tested_at is None or signed_in_at is None or tested_at < signed_in_at

    @cached_property
    def failure(self) -> OAuthError | None:
        """Return what went wrong."""
        return authorization_requests.failure_of(self.attempt) if self.attempt is not None else None

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """Return the name of the problem that the failure comes down to."""
        return diagnose(self.failure.failure(self.provider.spec.key)) if self.failure else None

    @property
    def facts(self) -> HelpContext:
        """Collect what a problem page may fill in."""
        more = oauth_facts(self.provider.credential_type, account=self.account, address=self.address)
        return HelpContext(address=self.address, user=self.address, **more)

    @property
    def url(self) -> str:
        """Return the address at which the panel is asked for again: while it waits, or once its button was pressed."""
        is_waiting = self.state == "waiting"
        named: dict[str, Any] = {"kind": self.provider.spec.key, "asked": self.polls + 1 if is_waiting else 1}
        if seen := self.seen if is_waiting or self.attempt is None else version_of(self.attempt):
            named["seen"] = seen
        if self.saved is not None:
            named["connection_id"] = self.saved.id
        if not self.for_form:
            named["of"] = "connection"
        if self.standalone:
            named["elsewhere"] = 1
        return url_for("sign_ins.show", key=self.key, **named)

    @property
    def page_url(self) -> str:
        """Return the address of the page the panel stands on, which shows this attempt again after a reload."""
        if self.saved is None:
            return url_for("connections.new", attempt=self.key)
        endpoint = "connections.edit" if self.for_form else "connections.show"
        return url_for(endpoint, connection_id=self.saved.id, attempt=self.key)

    def poll(self, key: str, seen: str, asked: int) -> "SignInPanel":
        """Return the panel for a page that waits: not the attempt that it shows already, while a new one may come."""
        is_old = self.attempt is not None and version_of(self.attempt) == seen and asked < _MAX_POLLS
        return replace(self, key=key, seen=seen, polls=asked, waiting=True, attempt=None if is_old else self.attempt)

    @classmethod
    def of_form(cls, provider: OAuthProvider, form: Any, saved: Connection | None) -> "SignInPanel":
        """Make the panel of a form; it keeps the key it carries, so a look at another provider loses no sign-in."""
        attempt, carried = provider.attempt(form), form.attempt.data or ""
        return cls(
            provider=provider,
            key=carried if authorization_requests.is_key(carried) else authorization_requests.new_key(),
            address=form.address.data or "",
            saved=saved,
            attempt=attempt,
        )

    @classmethod
    def of_connection(
        cls, provider: OAuthProvider, saved: Connection, attempt: AuthorizationRequest | None
    ) -> "SignInPanel":
        """Make the panel of a saved connection, on which a person may sign in again."""
        if attempt is not None and connection_of(attempt) is not saved:
            attempt = None
        return cls(
            provider=provider,
            key=attempt.key if attempt else authorization_requests.new_key(),
            address=account_of(saved),
            saved=saved,
            for_form=False,
            attempt=attempt,
        )

    @property
    def ended(self) -> Grant | None:
        """Return the grant where the provider has ended it."""
        grant = self._grant
        return grant if grant is not None and grant.ended_at is not None else None

    @property
    def _is_kept(self) -> bool:
        grant = self._grant
        saved = self.saved
        if grant is None or grant.ended_at is not None or saved is None:
            return False
        return not self.for_form or same_account(self.address, saved.address)

    @cached_property
    def _grant(self) -> Grant | None:
        saved = self.saved
        if saved is None or saved.grant_id is None or saved.credential_type != self.provider.credential_type:
            return None
        return db.session.get(Grant, saved.grant_id)
