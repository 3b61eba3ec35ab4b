"""What practice mode lets a person try: one entry a scenario, data only. Knows neither the servers nor any page.

Every `*.practice.test` name stands for 127.0.0.1; the names only say whose words the server speaks.
"""

from dataclasses import dataclass

from webapp.core.diagnosis.problem import UNKNOWN
from webapp.core.imap.protocol.server_settings import Security

DOMAIN = "practice.test"
PASSWORD = "open-sesame"
"""Opens every practice mailbox that does not say otherwise. No other text holds it: it is masked wherever it occurs."""
GROUPS = ("Works", "Sign-in", "Encryption", "Server and network", "Mailbox")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One thing to try: what to type, and the slug of the diagnosis to expect, None where the test passes.

    `user` is empty where the address is the user name. `port_name` is one of `webapp.practice.ports.PORT_NAMES`.
    `fixed` says what is so once an administrator has fixed it, and is empty where no one can.
    """

    key: str
    group: str
    title: str
    blurb: str
    address: str
    host: str = f"imap.{DOMAIN}"
    port_name: str = "mail_tls"
    security: Security = Security.TLS
    user: str = ""
    password: str = PASSWORD
    expected_slug: str | None = None
    repaired_as: str = ""

    @property
    def login(self) -> str:
        """Return the name the server knows the mailbox by."""
        return self.user or self.address


def _scenario_refused(
    slug: str, title: str, blurb: str, *, group: str = "Sign-in", like: str = "imap", mended: str = ""
) -> Scenario:
    """Describe a mailbox of the server with moods (see `webapp.practice.imap_server.refusal_modes`)."""
    return Scenario(
        key=slug, group=group, title=title, blurb=blurb, expected_slug=slug,
        address=f"{slug}@{DOMAIN}", host=f"{like}.{DOMAIN}", port_name="moods", repaired_as=mended,
    )  # fmt: skip


_WORKS = (
    Scenario(
        key="works", group="Works", title="An ordinary mailbox",
        blurb="Every step passes, and you see how many messages and mailboxes there are.",
        address=f"anna@{DOMAIN}",
    ),
    Scenario(
        key="works-starttls", group="Works", title="A mailbox over STARTTLS",
        blurb="The connection starts in the clear, is encrypted before the sign-in, and every step passes.",
        address=f"ben@{DOMAIN}", port_name="mail_starttls", security=Security.STARTTLS,
    ),
    Scenario(
        key="works-non-ascii", group="Works", title="A password with umlauts",
        blurb="A password outside ASCII is sent as UTF-8, and every step passes.",
        address=f"zoe@{DOMAIN}", password="Grüße-aus-Köln",
    ),
    Scenario(
        key="works-user-name", group="Works", title="A user name that is not the address",
        blurb="The server knows the mailbox by another name than its address, and every step passes.",
        address=f"carla.meier@{DOMAIN}", user="cmeier",
    ),
)  # fmt: skip

_SIGN_IN = (
    Scenario(
        key="wrong-password", group="Sign-in", title="A wrong password",
        blurb=f"The sign-in is refused; type the right password, “{PASSWORD}”, and it passes.",
        address=f"anna@{DOMAIN}", password="not-the-password", expected_slug="wrong-password",
    ),
    _scenario_refused(
        "app-password-required", "The account's own password, with 2-Step Verification on",
        "Gmail's words: it wants an app password instead of the account's password.", like="google-like",
    ),
    Scenario(
        key="app-password-required-yahoo", group="Sign-in", title="The account's own password, in other words",
        blurb="Yahoo only says that the credentials are invalid, and means that it wants an app password.",
        address=f"app-password-required-yahoo@{DOMAIN}", host=f"yahoo-like.{DOMAIN}", port_name="moods",
        expected_slug="app-password-required",
    ),
    _scenario_refused(
        "imap-disabled", "IMAP is switched off",
        "Gmail's words: the password may be right, but IMAP is switched off for this mailbox.", like="google-like",
        mended="IMAP is switched on for this mailbox.",
    ),
    _scenario_refused(
        "basic-auth-disabled", "Passwords are no longer taken",
        "Microsoft's words: no password opens this mailbox, only the sign-in with Microsoft.", like="microsoft-like",
    ),
    _scenario_refused(
        "web-login-required", "The provider wants you in a browser first",
        "Gmail's words: it wants the person to sign in on its website before anything else.", like="google-like",
    ),
    _scenario_refused(
        "account-locked", "Too many failed sign-ins",
        "Kerio's words: after too many failures it shuts everybody out, even with the right password.",
    ),
    _scenario_refused(
        "account-disabled", "The account is disabled",
        "Dovecot's words: the server knows the account and lets nobody in.",
        mended="The account is enabled again.",
    ),
    Scenario(
        key="unknown", group="Sign-in", title="Words nobody has seen before",
        blurb="The portal does not know this refusal, says so and quotes the server.",
        address=f"unknown@{DOMAIN}", port_name="moods", expected_slug=UNKNOWN,
    ),
)  # fmt: skip

_ENCRYPTION = (
    Scenario(
        key="login-disabled-use-tls", group="Encryption", title="No encryption at all",
        blurb="The server takes no password over an unencrypted connection.",
        address=f"ben@{DOMAIN}", port_name="mail_starttls", security=Security.NONE,
        expected_slug="login-disabled-use-tls",
    ),
    Scenario(
        key="tls-wrong-port", group="Encryption", title="TLS on the STARTTLS port",
        blurb="The portal starts with TLS, and the server with a greeting in the clear.",
        address=f"ben@{DOMAIN}", port_name="mail_starttls", expected_slug="tls-wrong-port",
    ),
    Scenario(
        key="tls-wrong-port-plain", group="Encryption", title="No TLS on the TLS port",
        blurb="The portal waits for a greeting, and the server waits for TLS.",
        address=f"anna@{DOMAIN}", security=Security.NONE, expected_slug="tls-wrong-port",
    ),
    Scenario(
        key="tls-untrusted-cert", group="Encryption", title="A self-signed certificate",
        blurb="Nobody vouches for the server's certificate, so the password is never sent.",
        address=f"anna@{DOMAIN}", host=f"self-signed.{DOMAIN}", port_name="self_signed",
        expected_slug="tls-untrusted-cert",
    ),
    Scenario(
        key="tls-expired", group="Encryption", title="An expired certificate",
        blurb="The server's certificate has lapsed, so the password is never sent.",
        address=f"anna@{DOMAIN}", host=f"expired.{DOMAIN}", port_name="expired", expected_slug="tls-expired",
        repaired_as="The server has a new certificate.",
    ),
    Scenario(
        key="tls-hostname-mismatch", group="Encryption", title="A certificate for another name",
        blurb="The certificate is good, but for another server's name.",
        address=f"anna@{DOMAIN}", host=f"alias.{DOMAIN}", port_name="other_name",
        expected_slug="tls-hostname-mismatch",
    ),
)  # fmt: skip

_SERVER = (
    Scenario(
        key="dns-not-found", group="Server and network", title="A server name that does not exist",
        blurb="The name is mistyped and has no address.",
        address=f"anna@{DOMAIN}", host="no-such-name.invalid", expected_slug="dns-not-found",
    ),
    Scenario(
        key="connection-refused", group="Server and network", title="Nothing listens there",
        blurb="The machine answers, but no server listens on that port.",
        address=f"anna@{DOMAIN}", port_name="closed", expected_slug="connection-refused",
    ),
    Scenario(
        key="connection-timeout", group="Server and network", title="A silent server",
        blurb="The server takes the connection and never says a word; the test gives up in time.",
        address=f"anna@{DOMAIN}", host=f"silent.{DOMAIN}", port_name="silent", expected_slug="connection-timeout",
    ),
    Scenario(
        key="connection-dropped", group="Server and network", title="A connection that is cut",
        blurb="The connection is made, and cut before the server has said anything.",
        address=f"anna@{DOMAIN}", host=f"dropped.{DOMAIN}", port_name="dropped", expected_slug="connection-dropped",
    ),
    Scenario(
        key="not-an-imap-server", group="Server and network", title="The outgoing mail server",
        blurb="The server answers, but in SMTP: it sends mail and does not hold any.",
        address=f"anna@{DOMAIN}", host=f"smtp.{DOMAIN}", port_name="smtp", security=Security.NONE,
        expected_slug="not-an-imap-server",
    ),
    _scenario_refused(
        "too-many-connections", "Too many connections",
        "Dovecot's words: other programs hold all the connections this mailbox may have.",
        group="Server and network",
    ),
    _scenario_refused(
        "server-unavailable", "A passing fault at the provider",
        "Dovecot's words: the server cannot check any password at the moment.", group="Server and network",
    ),
    _scenario_refused(
        "rate-limited", "Too much, too fast",
        "Microsoft's words: the sign-in passes, and then the server asks to slow down.",
        group="Server and network", like="microsoft-like",
    ),
)  # fmt: skip

_MAILBOX = (
    _scenario_refused(
        "imap-id-required", "A server that wants to know the program",
        "NetEase's words: the sign-in passes, and opening INBOX is refused as unsafe.",
        group="Mailbox", like="netease-like",
    ),
    _scenario_refused(
        "mailbox-not-found", "There is no INBOX",
        "Gmail's words: the sign-in passes, but there is no INBOX to open.", group="Mailbox", like="google-like",
    ),
    _scenario_refused(
        "mailbox-access-denied", "No right to open INBOX",
        "Dovecot's words: the sign-in passes, but this person may not open INBOX.", group="Mailbox",
        mended="This person may open INBOX now.",
    ),
)  # fmt: skip

SCENARIOS: tuple[Scenario, ...] = (*_WORKS, *_SIGN_IN, *_ENCRYPTION, *_SERVER, *_MAILBOX)
