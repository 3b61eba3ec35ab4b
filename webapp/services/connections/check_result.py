"""What a report comes down to for its reader: one sentence, the diagnosis, and the facts that its page fills in."""

from dataclasses import dataclass, replace
from datetime import UTC

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.problem import Diagnosis
from webapp.core.imap import Outcome, Report, ServerSettings, StepName
from webapp.core.phrases import duration, plural
from webapp.services.providers.known_servers import find_by_host

STEP_LABELS = {
    StepName.ACCESS_TOKEN: "Access token",
    StepName.LOOKUP: "Find {host}",
    StepName.CONNECT: "Connect",
    StepName.TLS: "Secure the line",
    StepName.GREETING: "Greeting",
    StepName.AUTHENTICATE: "Sign in as {user}",
    StepName.INBOX: "Open INBOX",
    StepName.MAILBOXES: "List mailboxes",
    StepName.LOGOUT: "Log out",
}


_FIXED_BY_SIGN_IN = frozenset(
    {
        "consent-not-given",
        "mfa-required",
        "oauth-token-rejected",
        "reconnect-required",
        "scope-missing",
        "session-policy-expiry",
        "sign-in-restart",
        "web-login-required",
        "wrong-account",
    }
)


@dataclass(frozen=True, kw_only=True)
class HelpContext:
    """What a problem page may fill in; empty where it is not known, and never a secret.

    Of a connection by OAuth: `provider` (its key), `company` (its name), `account` (who signed in), and how the portal
    is registered with the provider. `who` acts first in this very case, and is what `Who` calls it.
    """

    host: str = ""
    port: int | str = ""
    security: str = ""
    user: str = ""
    address: str = ""
    provider_label: str = ""
    app_password_url: str = ""
    imap_hint: str = ""
    portal_setting_allowed: str = "POSTROOM_ALLOWED_NETWORKS"
    provider: str = ""
    company: str = ""
    account: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scopes: str = ""
    tenant: str = ""
    admin_consent_url: str = ""
    reconnect_url: str = ""
    who: str = ""


def help_context(server: ServerSettings, address: str) -> HelpContext:
    """Collect what is known of a connection without any secret."""
    known = find_by_host(server.host)
    return HelpContext(
        host=server.host,
        port=server.port,
        security=server.security.label,
        user=server.user,
        address=address,
        provider_label=known.label if known else "",
        app_password_url=known.app_password_url if known else "",
        imap_hint=known.imap_hint if known else "",
    )


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """A report as it is shown."""

    report: Report
    facts: HelpContext
    diagnosis: Diagnosis | None

    @classmethod
    def of(
        cls, report: Report, server: ServerSettings, address: str, *, facts: HelpContext | None = None
    ) -> "CheckResult":
        """Diagnose a report; `facts` are those of the connection where more is known than its server tells."""
        diagnosis = diagnose(report.failure) if report.failure else None
        who = diagnosis.problem.who.value if diagnosis else ""
        return cls(report=report, facts=replace(facts or help_context(server, address), who=who), diagnosis=diagnosis)

    def for_page(self, reconnect_url: str) -> "CheckResult":
        """Add where a person signs in again, which only a page knows."""
        return replace(self, facts=replace(self.facts, reconnect_url=reconnect_url))

    @property
    def passed(self) -> bool:
        """Return whether the connection works."""
        return self.report.passed

    @property
    def wants_sign_in(self) -> bool:
        """Return whether signing in at the provider once more is what helps first."""
        return self.slug in _FIXED_BY_SIGN_IN

    @property
    def slug(self) -> str:
        """Return the name of the problem; empty when there is none."""
        return self.diagnosis.problem.slug if self.diagnosis else ""

    @property
    def sentence(self) -> str:
        """Return first what a person wants to know."""
        if self.diagnosis:
            return self.diagnosis.problem.verdict
        return f"It works: {plural(self.report.messages or 0, 'message')} in INBOX"

    @property
    def summary(self) -> str:
        """Return where and after how long it ended."""
        when = f"{self.report.started_at.astimezone(UTC):%H:%M:%S} UTC"
        stopped = self.report.stopped_at
        if stopped is None:
            return f"Every step passed in {duration(self.report.seconds)} · {when}"
        return f"Stopped at “{self.step_label(stopped.name)}” after {duration(self.report.seconds)} · {when}"

    @property
    def short(self) -> str:
        """Return it in the few words of a list."""
        if self.diagnosis:
            return self.diagnosis.problem.verdict
        return f"INBOX, {plural(self.report.messages or 0, 'message')}"

    @property
    def field_errors(self) -> dict[str, str]:
        """Return the name of the form field to fix, and the words beside it."""
        problem = self.diagnosis.problem if self.diagnosis else None
        return {problem.fields[0]: problem.hint} if problem and problem.fields else {}

    def step_label(self, name: StepName) -> str:
        """Return the name of a step as the page does."""
        return STEP_LABELS[name].format(host=self.facts.host, user=self.facts.user)

    @property
    def technical(self) -> str:
        """Write down everything a person who fixes it may ask for; no secret is in it."""
        report, facts = self.report, self.facts
        lines = [
            f"When      {report.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {report.seconds:.2f} s",
            f"Server    {facts.host}:{facts.port}, security {facts.security}",
            f"User name {facts.user}",
        ]
        for step in report.steps:
            ended = step.outcome.replace("_", " ")
            time = f" {step.seconds * 1000:.0f} ms" if step.seconds is not None else ""
            quoted = f"  {step.detail}" if step.detail and step.outcome is not Outcome.FAILED else ""
            lines.append(f"{step.name:<13}{ended}{time}{quoted}")
        if report.failure and self.diagnosis:
            lines += ["", "The server or library said:", report.failure.text]
            lines += ["", f"Diagnosis {self.slug}", f"Who acts  {self.diagnosis.problem.who.label}"]
        return "\n".join(lines)
