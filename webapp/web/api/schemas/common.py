"""What goes over the API: pydantic models, from which the OpenAPI document is made."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from webapp.core.imap import Step
from webapp.models import CheckState, Connection, utcnow
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.access_tokens import FreshToken

MAX_ID = 2**31 - 1
"""The highest number that a row can have."""

Id = Annotated[int, Field(ge=1, le=MAX_ID)]


# What OpenAPI calls a value that no page should show.
SECRET: dict[str, JsonValue] = {"format": "password"}


class Schema(BaseModel):
    """What every model shares: nothing that is not named is taken."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Problem details (RFC 9457); of a failed connection with its diagnosis, who acts, and the page about it."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    diagnosis: str | None = None
    who: Literal["user", "admin", "operator", "wait"] | None = None
    help: str | None = None


class ImapServer(Schema):
    """Where the mailbox is, and the user name that opens it."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str

    @classmethod
    def of(cls, connection: Connection) -> "ImapServer":
        """Describe the server of a connection."""
        server = PROVIDERS[connection.credential_type].server(connection)
        return cls(host=server.host, port=server.port, security=server.security.value, user=server.user)


class LastTest(Schema):
    """What the last test said."""

    at: datetime
    seconds: float
    verdict: str
    diagnosis: str | None


class ConnectionShape(Schema):
    """A connection; never its secrets."""

    id: Id
    name: str
    address: str
    credential_type: str
    state: CheckState
    state_since: datetime | None
    owner: str | None
    imap: ImapServer
    last_test: LastTest | None

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionShape":
        """Describe a connection."""
        tested = connection.last_checked_at
        return cls(
            id=connection.id,
            name=connection.name,
            address=connection.address,
            credential_type=connection.credential_type,
            state=connection.state,
            state_since=connection.state_since,
            owner=connection.owner.address if connection.owner else None,
            imap=ImapServer.of(connection),
            last_test=LastTest(
                at=tested,
                seconds=connection.last_seconds or 0,
                verdict=connection.last_verdict,
                diagnosis=connection.last_problem or None,
            )
            if tested
            else None,
        )


class ConnectionPage(Schema):
    """Some connections, by their ids; `next` is the cursor of the page after it, null on the last."""

    connections: list[ConnectionShape]
    next: str | None


class PageQuery(Schema):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    cursor: str = Field("", max_length=200, description="`next` of the page before.", pattern=r"^[A-Za-z0-9_-]*$")


class AccessTokenShape(Schema):
    """A fresh access token, and all that an IMAP library needs to log in with it (XOAUTH2)."""

    access_token: str = Field(json_schema_extra=SECRET)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  (its type, no secret)
    expires_at: datetime
    expires_in: int = Field(description="Seconds it is good for.")
    account: str
    scopes: list[str]
    imap: ImapServer

    @classmethod
    def of(cls, token: FreshToken, imap: ImapServer) -> "AccessTokenShape":
        """Describe an access token, and the server that it is for."""
        return cls(
            access_token=token.value,
            expires_at=token.expires_at,
            expires_in=max(0, int((token.expires_at - utcnow()).total_seconds())),
            account=token.account,
            scopes=sorted(token.scopes),
            imap=imap,
        )


class StepShape(Schema):
    """One step of a test."""

    name: str
    outcome: Literal["passed", "failed", "skipped", "not_reached"]
    seconds: float | None
    detail: str
    warning: str

    @classmethod
    def of(cls, step: Step) -> "StepShape":
        """Describe a step."""
        return cls(
            name=step.name.value,
            outcome=step.outcome.value,
            seconds=step.seconds,
            detail=step.detail,
            warning=step.warning,
        )


class DiagnosisShape(Schema):
    """Why a test failed."""

    slug: str
    verdict: str
    who: Literal["user", "admin", "operator", "wait"]
    alternatives: list[str]
    help: str


class TestShape(Schema):
    """The result of a test, step by step."""

    passed: bool
    verdict: str
    started_at: datetime
    seconds: float
    messages: int | None
    mailboxes: int | None
    steps: list[StepShape]
    diagnosis: DiagnosisShape | None
