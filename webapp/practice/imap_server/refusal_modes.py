"""An IMAP server in many moods: the user name decides what it refuses, and in whose words. Holds no mail.

The texts are those of the real servers. A mood refuses at the sign-in, or lets the person in and refuses at INBOX.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from webapp.practice.imap_server.scenarios import PASSWORD


@dataclass(frozen=True, kw_only=True)
class RefusalMode:
    """What the server says: to the sign-in, or once signed in to the opening of INBOX.

    Without either all is well. `{command}` stands for the command that is refused, `before` goes ahead of the refusal,
    and `bye` ends the connection.
    """

    at_login: str = ""
    at_inbox: str = ""
    before: str = ""
    bye: str = ""


ANY_OTHER = RefusalMode(at_login="NO [AUTHENTICATIONFAILED] Authentication failed.")  # Dovecot

REFUSAL_MODES: Mapping[str, RefusalMode] = {
    "app-password-required": RefusalMode(  # Gmail
        at_login="NO [ALERT] Application-specific password required: "
        "https://support.google.com/accounts/answer/185833 (Failure)",
    ),
    "app-password-required-yahoo": RefusalMode(
        at_login="NO [AUTHENTICATIONFAILED] {command} Invalid credentials"
    ),  # Yahoo
    "imap-disabled": RefusalMode(  # Gmail
        at_login="NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page "
        "and enable your account for IMAP access. (Failure)",
    ),
    "basic-auth-disabled": RefusalMode(  # Exchange Online
        at_login="NO Basic authentication is disabled.",
        bye="Microsoft Exchange Server IMAP4 server signing off.",
    ),
    "web-login-required": RefusalMode(  # Gmail; the address in the first line is personal and no one else's business
        before="NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=practice] "
        "Web login required.",
        at_login="NO [ALERT] Please log in via your web browser: "
        "https://support.google.com/mail/accounts/answer/78754 (Failure)",
    ),
    "account-locked": RefusalMode(at_login="NO {command} Intrusion prevention active for 127.0.0.1"),  # Kerio Connect
    "account-disabled": RefusalMode(at_login="NO [CONTACTADMIN] Login disabled for this user"),  # Dovecot
    "unknown": RefusalMode(at_login="NO Not today, says house rule 4711."),
    "too-many-connections": RefusalMode(  # Dovecot
        at_login="NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    ),
    "server-unavailable": RefusalMode(at_login="NO [UNAVAILABLE] Temporary authentication failure."),  # Dovecot
    "rate-limited": RefusalMode(  # Exchange Online
        at_inbox="BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds",
        bye="Connection closed. 14",
    ),
    "imap-id-required": RefusalMode(
        at_inbox="NO {command} Unsafe Login. Please contact kefu@188.com for help"
    ),  # NetEase
    "mailbox-not-found": RefusalMode(  # Gmail
        at_inbox="NO [NONEXISTENT] Unknown Mailbox: INBOX (now in authenticated state) (Failure)",
    ),
    "mailbox-access-denied": RefusalMode(at_inbox="NO [NOPERM] Permission denied (0.001 + 0.000 secs)."),  # Dovecot
}


REPAIRED = RefusalMode()


def mode_for(user: str, password: str, mended: Container[str] = ()) -> RefusalMode:
    """Find the mood a sign-in meets: the part before the @ names it, and the mood has passed where it is fixed."""
    name = user.partition("@")[0]
    mood = REPAIRED if name in mended else REFUSAL_MODES.get(name, ANY_OTHER)
    return ANY_OTHER if not mood.at_login and password != PASSWORD else mood
