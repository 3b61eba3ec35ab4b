"""The mail servers beside the practice providers: they take access tokens by XOAUTH2, and no passwords.

A token is looked up in the provider's own store, in this process. Each server speaks in the words of its provider.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from pymap.backend.dict import Config, Identity, Login, Session
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials
from pysasl.creds.server import ServerCredentials
from pysasl.mechanism import ChallengeResponse, ServerChallenge
from pysasl.mechanism.login import LoginMechanism
from pysasl.mechanism.oauth import OAuth2Mechanism
from pysasl.mechanism.plain import PlainMechanism

from webapp.practice.imap_server.mail_server import MailConfig, fill_mailboxes, serve_imap
from webapp.practice.imap_server.refusal import ScriptedRefusalError
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.oauth_server.sample_users import SampleUser
from webapp.practice.oauth_server.token_store import TokenStore

_GOOGLE_CHALLENGE = {"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}


@dataclass(frozen=True, kw_only=True)
class RefusalTexts:
    """How a server refuses: a token, with a challenge before it or none; a password; a mailbox that is not there.

    `bye` ends the connection after the last two. Without `unconnected`, another's token is refused too.
    """

    token: str
    token_code: str = ""
    challenge: bytes = b""
    password: str
    password_code: str = ""
    password_bye: str = ""
    unconnected: str = ""
    unconnected_bye: str = ""


REFUSAL_TEXTS: Mapping[str, RefusalTexts] = {
    "google": RefusalTexts(
        token="Invalid credentials (Failure)",
        token_code="AUTHENTICATIONFAILED",
        challenge=json.dumps(_GOOGLE_CHALLENGE, separators=(",", ":")).encode(),
        password="Invalid credentials (Failure)",
        password_code="AUTHENTICATIONFAILED",
    ),
    "microsoft": RefusalTexts(
        token="AUTHENTICATE failed.",
        password="Basic authentication is disabled.",
        password_bye="Microsoft Exchange Server IMAP4 server signing off.",
        unconnected="User is authenticated but not connected.",
        unconnected_bye="Connection closed. 14",
    ),
}


class TokenMailServer:
    """The mail server of one provider."""

    def __init__(self, login: "_TokenLogin", config: "_TokenConfig") -> None:
        self._server = IMAPServer(login, config)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection that is encrypted already."""
        await serve_imap(self._server, reader, writer)


def prepare_token_mail(
    certificate: ssl.SSLContext, house: ProviderProfile, store: TokenStore, mended: Container[str] = ()
) -> TokenMailServer:
    """Make the server; a mailbox is filled when a person first opens it, which keeps the start quick."""
    config = _TokenConfig.make(certificate, tls_enabled=False)
    config.door = _TokenAuthenticator(house, store, REFUSAL_TEXTS[house.key], mended)
    return TokenMailServer(_TokenLogin(config), config)


class _TokenAuthenticator:
    """Decides whom a token lets in."""

    def __init__(self, house: ProviderProfile, store: TokenStore, words: RefusalTexts, mended: Container[str]) -> None:
        self.words = words
        self._house = house
        self._store = store
        self._mended = mended

    def holder(self, value: str) -> SampleUser | None:
        """Return whose token it is, if it is good for mail at this moment."""
        token = self._store.active_access_token(value)
        if token is None or self._house.mail_scope not in token.scope.split():
            return None
        return self._house.find_user(token.grant.person.address, self._mended)

    def accepts(self, value: str, user: str) -> bool:
        """Return whether the sign-in passes; what is behind it is another matter."""
        holder = self.holder(value)
        return holder is not None and (bool(self.words.unconnected) or holder.address == user)

    def connects(self, value: str, user: str) -> bool:
        """Return whether there is a mailbox behind it that the holder may open."""
        holder = self.holder(value)
        return holder is not None and user in holder.mailboxes


class _TokenConfig(MailConfig):
    """pymap's settings with XOAUTH2; passwords are offered, as the real servers do, and never taken."""

    door: _TokenAuthenticator

    @property
    def tls_auth(self) -> SASLAuth:
        """Offer what the real servers offer."""
        return SASLAuth([PlainMechanism(), LoginMechanism(), _XOAuth2(self.door)])


class _XOAuth2(OAuth2Mechanism):
    """XOAUTH2 with the challenge that Google puts before a refusal; the client answers it with an empty line."""

    __slots__ = ["_door"]

    def __init__(self, door: _TokenAuthenticator) -> None:
        super().__init__()
        self._door = door

    def server_attempt(self, responses: Sequence[ChallengeResponse]) -> tuple[ExternalCredentials, None]:
        """Read the token, and challenge it where it is refused."""
        credentials, final = super().server_attempt(responses)
        challenge = self._door.words.challenge
        if challenge and len(responses) == 1 and not self._door.accepts(*_token_and_user(credentials)):
            raise ServerChallenge(challenge)
        return credentials, final


def _token_and_user(credentials: ExternalCredentials) -> tuple[str, str]:
    return str(credentials._token), credentials.authzid.strip().casefold()  # the token comes only with an exception


class _TokenLogin(Login):
    """Signs in by token alone."""

    def __init__(self, config: _TokenConfig) -> None:
        super().__init__(config)
        self._door = config.door
        self._filling = asyncio.Lock()

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        """Let the holder of a good token in."""
        words = self._door.words
        if not isinstance(credentials, ExternalCredentials):
            raise ScriptedRefusalError("NO", words.password, code=words.password_code, bye=words.password_bye)
        token, user = _token_and_user(credentials)
        if not self._door.accepts(token, user):
            raise ScriptedRefusalError("NO", words.token, code=words.token_code)
        if not self._door.connects(token, user):
            return _Unconnected(user, self, words)
        async with self._filling:
            if user not in self.config.set_cache:
                self.users_dict[user] = UserMetadata(self.config, user)
                self.config.set_cache[user] = (await fill_mailboxes(user, datetime.now(UTC)), FilterSet())
        return Identity(user, self, None, frozenset())

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Any:
        """Add nothing: who it is was decided with the token."""
        return authenticated


class _Unconnected(Identity):
    """A person who has signed in and has no mailbox to open."""

    def __init__(self, name: str, login: Login, words: RefusalTexts) -> None:
        super().__init__(name, login, None, frozenset())
        self._words = words

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        """Begin a session in which nothing can be opened."""
        yield _ClosedSession(self.name, self.config, self._words)


class _ClosedSession(Session):
    """Refuses every mailbox, and with it the connection."""

    def __init__(self, owner: str, config: Config, words: RefusalTexts) -> None:
        super().__init__(owner, config, MailboxSet(), FilterSet())
        self._words = words

    def _refuse(self, *args: object, **named: object) -> NoReturn:
        raise ScriptedRefusalError("BAD", self._words.unconnected, bye=self._words.unconnected_bye)

    select_mailbox: Any = _refuse
    get_mailbox: Any = _refuse
    list_mailboxes: Any = _refuse
    create_mailbox: Any = _refuse
    append_messages: Any = _refuse
