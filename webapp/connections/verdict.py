"""What a report comes down to for its reader: one sentence, the diagnosis, and the facts that its page fills in."""

from dataclasses import dataclass
from datetime import UTC

from webapp.diagnosis import diagnose
from webapp.diagnosis.problem import Diagnosis
from webapp.formats import duration, plural
from webapp.imap import Outcome, Report, ServerSettings, StepName
from webapp.providers.known_servers import find_by_host

STEP_LABELS = {
    StepName.LOOKUP: "Find {host}",
    StepName.CONNECT: "Connect",
    StepName.TLS: "Secure the line",
    StepName.GREETING: "Greeting",
    StepName.AUTHENTICATE: "Sign in as {user}",
    StepName.INBOX: "Open INBOX",
    StepName.MAILBOXES: "List mailboxes",
    StepName.LOGOUT: "Log out",
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a problem page may fill in; empty where it is not known."""

    host: str = ""
    port: int | str = ""
    security: str = ""
    user: str = ""
    address: str = ""
    provider_label: str = ""
    app_password_url: str = ""
    imap_hint: str = ""
    portal_setting_allowed: str = "POSTROOM_ALLOWED_NETWORKS"


def facts_of(server: ServerSettings, address: str) -> Facts:
    """Collect what is known of a connection without any secret."""
    known = find_by_host(server.host)
    return Facts(
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
class Verdict:
    """A report as it is shown."""

    report: Report
    facts: Facts
    diagnosis: Diagnosis | None

    @classmethod
    def of(cls, report: Report, server: ServerSettings, address: str) -> "Verdict":
        """Diagnose a report."""
        diagnosis = diagnose(report.failure) if report.failure else None
        return cls(report=report, facts=facts_of(server, address), diagnosis=diagnosis)

    @property
    def passed(self) -> bool:
        """Say whether the connection works."""
        return self.report.passed

    @property
    def slug(self) -> str:
        """Name the problem; empty when there is none."""
        return self.diagnosis.problem.slug if self.diagnosis else ""

    @property
    def sentence(self) -> str:
        """Say first what a person wants to know."""
        if self.diagnosis:
            return self.diagnosis.problem.verdict
        return f"It works: {plural(self.report.messages or 0, 'message')} in INBOX"

    @property
    def summary(self) -> str:
        """Say where and after how long it ended."""
        when = f"{self.report.started_at.astimezone(UTC):%H:%M:%S} UTC"
        stopped = self.report.stopped_at
        if stopped is None:
            return f"Every step passed in {duration(self.report.seconds)} · {when}"
        return f"Stopped at “{self.step_label(stopped.name)}” after {duration(self.report.seconds)} · {when}"

    @property
    def short(self) -> str:
        """Say it in the few words of a list."""
        if self.diagnosis:
            return self.diagnosis.problem.verdict
        return f"INBOX, {plural(self.report.messages or 0, 'message')}"

    @property
    def marks(self) -> dict[str, str]:
        """Name the form field to mend, and the words beside it."""
        problem = self.diagnosis.problem if self.diagnosis else None
        return {problem.fields[0]: problem.hint} if problem and problem.fields else {}

    def step_label(self, name: StepName) -> str:
        """Name a step as the page does."""
        return STEP_LABELS[name].format(host=self.facts.host, user=self.facts.user)

    @property
    def technical(self) -> str:
        """Write down everything somebody who mends it may ask for; no secret is in it."""
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
        if report.failure:
            lines += ["", "The server or library said:", report.failure.text]
            lines += ["", f"Diagnosis {self.slug}"]
        return "\n".join(lines)
