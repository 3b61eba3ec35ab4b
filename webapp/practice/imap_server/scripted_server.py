"""The few IMAP commands a test of a connection needs, answered as `refusal_modes` has it. Knows no scenario.

Where a mood has passed, INBOX opens and is empty.
"""

import asyncio
import binascii
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, Container
from contextlib import suppress

from webapp.practice.imap_server.refusal_modes import RefusalMode, mode_for

_CAPABILITIES = "IMAP4rev1 SASL-IR AUTH=PLAIN"
_EMPTY = (
    "FLAGS ()",
    "0 EXISTS",
    "0 RECENT",
    "OK [UIDVALIDITY 1] Never renumbered.",
    "OK [UIDNEXT 1] The first to come.",
)
_LOGGED_OUT = "Logging out."
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|([^ "]+)')
_LITERAL = re.compile(rb"\{(\d{1,5})(\+?)\}$")


async def serve_refusal_modes(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, mended: Container[str] = ()
) -> None:
    """Serve one connection until the client leaves or the mood ends it; `fixed` names the moods that have passed."""
    session = _ScriptedSession(reader, writer, mended)
    with suppress(OSError, EOFError, ValueError):  # gone, or a line longer than the reader takes
        await session.run()
    writer.close()  # without waiting: a client that never ends its side of TLS would hold up the end of the process


class _ScriptedSession:
    """One conversation; no one is signed in while there is no mood."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mended: Container[str]) -> None:
        self._reader = reader
        self._writer = writer
        self._mended = mended
        self._mood: RefusalMode | None = None
        self._bye = ""
        self._answers: dict[str, Callable[[str, list[bytes]], Awaitable[str]]] = {
            "CAPABILITY": self._capability,
            "NOOP": self._noop,
            "LOGOUT": self._logout,
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
            "SELECT": self._open,
            "EXAMINE": self._open,
            "LIST": self._list,
        }

    async def run(self) -> None:
        """Greet, then answer command after command."""
        await self._send(f"* OK [CAPABILITY {_CAPABILITIES}] Practice server ready.")
        while not self._bye:
            tag, name, *arguments = [*await self._read_words(), b"", b""]
            command = name.decode("ascii", "replace").upper()
            answer = self._answers.get(command, self._unknown)
            await self._send(f"{tag.decode('ascii', 'replace') or '*'} {await answer(command, arguments)}")
        if self._bye != _LOGGED_OUT:
            await self._send(f"* BYE {self._bye}")

    async def _capability(self, command: str, arguments: list[bytes]) -> str:
        await self._send(f"* CAPABILITY {_CAPABILITIES}")
        return "OK Capabilities listed."

    async def _noop(self, command: str, arguments: list[bytes]) -> str:
        return "OK Nothing done."

    async def _unknown(self, command: str, arguments: list[bytes]) -> str:
        return "BAD Unknown command."

    async def _logout(self, command: str, arguments: list[bytes]) -> str:
        await self._send(f"* BYE {_LOGGED_OUT}")
        self._bye = _LOGGED_OUT
        return "OK Logout completed."

    async def _login(self, command: str, arguments: list[bytes]) -> str:
        user, password = arguments[:2]
        return await self._sign_in(command, user, password)

    async def _authenticate(self, command: str, arguments: list[bytes]) -> str:
        mechanism, response = arguments[:2]
        if mechanism.upper() != b"PLAIN":
            return "NO Unsupported authentication mechanism."
        if not response:  # RFC 4959: a client may send it with the command
            await self._send("+ ")
            response = await self._read_line()
        try:
            _, user, password = b64decode(response, validate=True).split(b"\0")
        except (binascii.Error, ValueError):  # also "*", by which a client gives up
            return "BAD Invalid response."
        return await self._sign_in(command, user, password)

    async def _sign_in(self, command: str, user: bytes, password: bytes) -> str:
        mood = mode_for(user.decode("utf-8", "replace"), password.decode("utf-8", "replace"), self._mended)
        if mood.at_login:
            return await self._refuse(mood, mood.at_login, command)
        self._mood = mood
        return "OK Signed in."

    async def _open(self, command: str, arguments: list[bytes]) -> str:
        if self._mood is None:
            return "BAD Please sign in first."
        if self._mood.at_inbox:
            return await self._refuse(self._mood, self._mood.at_inbox, command)
        for line in _EMPTY:
            await self._send(f"* {line}")
        return "OK [READ-ONLY] INBOX is open."

    async def _list(self, command: str, arguments: list[bytes]) -> str:
        if self._mood is None:
            return "BAD Please sign in first."
        await self._send('* LIST () "/" INBOX')
        return "OK List completed."

    async def _refuse(self, mood: RefusalMode, text: str, command: str) -> str:
        if mood.before:
            await self._send(f"* {mood.before}")
        self._bye = mood.bye
        return text.format(command=command)

    async def _send(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")
        await self._writer.drain()

    async def _read_line(self) -> bytes:
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line.rstrip(b"\r\n")

    async def _read_words(self) -> list[bytes]:
        """Read a command as its words: atoms, quoted strings and literals (RFC 9051 section 4)."""
        words: list[bytes] = []
        while True:
            line = await self._read_line()
            literal = _LITERAL.search(line)
            words += _split(line[: literal.start()] if literal else line)
            if not literal:
                return words
            if not literal[2]:
                await self._send("+ Go on.")
            words.append(await self._reader.readexactly(int(literal[1])))


def _split(line: bytes) -> list[bytes]:
    """Split at spaces, and take quoted strings out of their quotes."""
    return [re.sub(rb"\\(.)", rb"\1", word[1]) if word[1] is not None else word[2] for word in _WORD.finditer(line)]
