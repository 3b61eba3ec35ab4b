"""Servers with one fault each, on the level of the connection. They never get as far as a sign-in."""

import asyncio
import socket
import struct
from contextlib import suppress

_SMTP_GREETING = b"220 smtp.practice.test ESMTP Postfix\r\n"
_SMTP_ANSWER = b"502 5.5.2 Error: command not recognized\r\n"
_RESET = struct.pack("ii", 1, 0)


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take whatever comes and never answer."""
    with suppress(OSError):
        while await reader.read(4096):
            pass
    writer.close()


async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Cut the connection, the way a firewall does: with a reset."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


async def speak_smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be a server for outgoing mail, which understands no command of IMAP."""
    with suppress(OSError, ValueError):
        writer.write(_SMTP_GREETING)
        while await reader.readline():
            writer.write(_SMTP_ANSWER)
            await writer.drain()
    writer.close()
