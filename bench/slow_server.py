"""An IMAP server that thinks for a second before it lets anybody in: `python -m bench.slow_server FOLDER SECONDS`.

A process of its own, so that it takes no time from those who measure. Prints its port; its authority is FOLDER/ca.pem.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from tests.core.imap.certificates import Authority
from webapp.core.imap import Network

_ANSWERS = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n",
    b"EXAMINE": b"* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n",
    b"LIST": b'* LIST () "/" INBOX\r\n* LIST () "/" Sent\r\n',
    b"LOGOUT": b"* BYE Goodbye\r\n",
}


@dataclass(frozen=True)
class SlowServer:
    """Where it is, and what a check must know to reach it."""

    port: int
    network: Network


@contextmanager
def running_slow_server(seconds: float) -> Iterator[SlowServer]:
    """Start it in a process of its own, and stop it in the end."""
    with tempfile.TemporaryDirectory(prefix="slow-") as folder:
        command = [sys.executable, "-m", "bench.slow_server", folder, str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            if process.stdout is None:
                raise RuntimeError("no output to read the port from")
            try:
                port = int(process.stdout.readline())
                network = Network(allowed=(ip_network("127.0.0.0/8"),), ca_file=Path(folder) / "ca.pem")
                yield SlowServer(port, network)
            finally:
                process.terminate()


async def _serve(folder: Path, seconds: float) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] Ready\r\n")
            while line := await reader.readline():
                tag, command, *_ = line.split(maxsplit=2)
                if command == b"AUTHENTICATE":
                    await asyncio.sleep(seconds)
                writer.write(_ANSWERS.get(command, b"") + tag + b" OK Done\r\n")
                await writer.drain()
        writer.close()

    tls = Authority(folder).server()
    server = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=tls, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2])))
