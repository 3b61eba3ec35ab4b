"""A real Dovecot 2.3 for tests and benchmarks: its own configuration, users and mail, on free ports of this machine.

It takes passwords, and with a `TokenCheck` also access tokens, about which it asks the person who issued them.
"""

import base64
import grp
import itertools
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from imapclient import imap_utf7

from tests.core.imap.certificates import Authority
from tests.servers.services import Process, answers, find, free_port, hand_over, service_folder, service_user
from tests.servers.token_check import TokenCheck
from webapp.core.imap import Limits, Network

# Not 127.0.0.1: a client at the server's own address counts as secure, and `disable_plaintext_auth` would never show.
ADDRESS = "127.0.0.2"

USERS: Mapping[str, str] = {
    "ann@example.com": "correct horse battery",
    "utf8@example.com": "Grüße aus Пермь 🔑",
    "quotes@example.com": '\'a"b\\c\\\\d" \\"\\',
    "blanks@example.com": "  two before, two after  ",
    "odd@example.com": r"{5}%*()]~&+=:;<>$`!#",
    "awkward@example.com": "sixty mailboxes",
    "flags@example.com": "look, do not touch",
    "acts@example.com": "move, and move back",
}

LOGS: list[Path] = []
"""Where each that was started writes what it does."""

PATIENCE = Limits(total=90, least=60, connect=30, greeting=30, read=60)
"""For tests that are about something else than time: a machine with much to do may stand still for seconds."""

_MAILDIR = ("cur", "new", "tmp")
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """A running Dovecot: `port` speaks plain IMAP and STARTTLS, `tls_port` implicit TLS; `ca_file` is to be trusted."""

    folder: Path
    port: int
    tls_port: int
    ca_file: Path
    address: str = ADDRESS

    @property
    def network(self) -> Network:
        """Return what a check must know to reach it: the range it lives in and its authority."""
        return Network(allowed=(ip_network("127.0.0.0/8"),), ca_file=self.ca_file)

    def mail(self, user: str, mailbox: str = "INBOX") -> Path:
        """Return the Maildir of a mailbox."""
        mail = self.folder / "mail" / user
        return mail if mailbox == "INBOX" else mail / imap_utf7.encode(mailbox).decode("ascii")

    def create_mailbox(self, user: str, mailbox: str) -> Path:
        """Make a mailbox on the disk unless it is there, whatever its name: no IMAP command stands in the way."""
        folder = self.mail(user, mailbox)
        for part in _MAILDIR:
            (folder / part).mkdir(parents=True, exist_ok=True)
        hand_over(self.folder / "mail" / user)
        return folder

    def deliver(self, user: str, *, mailbox: str = "INBOX", flags: str | None = None) -> Path:
        """Put a message into a mailbox: a new one, or with flags (Maildir's letters, such as "FS") one known."""
        name = f"1700000000.M{next(_numbers)}.example"
        path = self.mail(user, mailbox) / ("new" if flags is None else "cur") / name
        path = path if flags is None else path.with_name(f"{name}:2,{flags}")
        path.write_bytes(b"From: ben@example.com\r\nTo: ann@example.com\r\nSubject: Hello\r\n\r\nHello Ann\r\n")
        hand_over(path)
        return path


@contextmanager
def running_dovecot(tokens: TokenCheck | None = None, separator: str = "/", **settings: str) -> Iterator[Dovecot]:
    """Start Dovecot with further or other settings, wait until it answers, and stop it in the end."""
    program = find("dovecot", "dovecot-imapd")
    with service_folder("dovecot") as folder:
        authority = Authority(folder)
        authority.server(names=("localhost", ADDRESS))
        (pair,) = set(folder.glob("*.pem")) - {authority.ca_file}
        server = Dovecot(folder=folder, port=free_port(ADDRESS), tls_port=free_port(ADDRESS), ca_file=authority.ca_file)
        (folder / "users").write_text("".join(map(_user_line, USERS)), encoding="utf-8")
        (folder / "dovecot.conf").write_text(
            _configuration(server, pair, tokens, settings, separator), encoding="utf-8"
        )
        if tokens:
            (folder / "tokens.conf").write_text(tokens.configuration(), encoding="utf-8")
        for user in USERS:
            server.create_mailbox(user, "INBOX")
        hand_over(folder)
        LOGS.append(folder / "dovecot.log")
        command = (program, "-F", "-c", folder / "dovecot.conf")
        ports = (server.port, server.tls_port)
        # Nothing here outlives the test, so there is nothing to wait for: a polite stop takes Dovecot a second.
        with Process(command, folder=folder, ready=lambda: _all_answer(ports), goodbye=signal.SIGKILL):
            yield server


def _all_answer(ports: Iterable[int]) -> bool:
    return all(answers(ADDRESS, port) for port in ports)


def _user_line(user: str) -> str:
    # In Base64, since colons and blanks mean something in this file.
    return f"{user}:{{PLAIN.b64}}{base64.b64encode(USERS[user].encode()).decode()}::::::\n"


def _configuration(
    server: Dovecot, pair: Path, tokens: TokenCheck | None, settings: Mapping[str, str], separator: str
) -> str:
    user, folder = service_user(), server.folder
    own = {
        "protocols": "imap",
        "listen": ADDRESS,
        "base_dir": f"{folder}/run",
        "state_dir": f"{folder}/state",
        "log_path": f"{folder}/dovecot.log",
        "default_internal_user": user.pw_name,
        "default_login_user": user.pw_name,
        "default_internal_group": grp.getgrgid(user.pw_gid).gr_name,
        "first_valid_uid": str(user.pw_uid),
        "first_valid_gid": str(user.pw_gid),
        "ssl": "yes",
        "ssl_cert": f"<{pair}",
        "ssl_key": f"<{pair}",
        "auth_mechanisms": "plain login xoauth2 oauthbearer" if tokens else "plain login",
        "disable_plaintext_auth": "no",
        "mail_location": f"maildir:{folder}/mail/%u:LAYOUT=fs:INBOX={folder}/mail/%u",
        "mail_max_userip_connections": "200",
        # Nothing here outlives the test, and a disk that others keep busy would be waited for.
        "mail_fsync": "never",
        # The default of two seconds would be waited for at every wrong password.
        "auth_failure_delay": "0",
    }
    lines = [f"{name} = {value}" for name, value in {**own, **settings}.items()]
    blocks = [_BLOCKS, _TOKENS] if tokens else [_BLOCKS]
    known = {"folder": folder, "server": server, "user": user, "separator": separator}
    return "\n".join([*lines, *(block.format(**known) for block in blocks)])


_BLOCKS = """
namespace inbox {{
  inbox = yes
  separator = {separator}
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""

_TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/tokens.conf
}}
"""
