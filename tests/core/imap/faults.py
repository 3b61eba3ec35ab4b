"""The table of faults: what a server does, how it is connected to, where the check stops and what it notices."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.core.imap.certificates import Authority
from tests.core.imap.servers import Peer, Talk, drips, hangs_up, http, imap, resets, says, silent
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import Security, StepName

Certificate = Callable[[Authority], ssl.SSLContext]


@dataclass(frozen=True)
class Fault:
    """One fault and what the check makes of it."""

    name: str
    talk: Talk
    step: StepName
    symptom: Symptom | None = None
    text: str = ""
    security: Security = Security.NONE
    certificate: Certificate | None = None
    host: str = "127.0.0.1"


def good(authority: Authority) -> ssl.SSLContext:
    return authority.server()


def byes(peer: Peer, *_: object) -> None:
    peer.say("* BYE Go away")
    peer.close()


def dies_in_a_line(peer: Peer, *_: object) -> None:
    peer.say(b'* LIST () "/" INB')
    peer.close()


def never_answers(peer: Peer, *_: object) -> None:
    silent(peer)


def challenges(peer: Peer, *_: object) -> None:
    while not peer.stopped.wait(0.005):
        peer.say("+ YQ==")
        peer.hear()


def lists_forever(peer: Peer, *_: object) -> None:
    while True:
        peer.say(b"* LIST () NIL " + b"a" * 999 + b"\r\n")  # long names: the bytes run out well before the time


def begins_tls_with(then: Talk) -> Talk:
    def start(peer: Peer, tag: str, _: bytes) -> None:
        peer.say(f"{tag} OK Begin")
        then(peer)

    return imap(HAS_STARTTLS, STARTTLS=start)


def goes_on_in_the_clear(peer: Peer) -> None:
    peer.hear()
    peer.say("* BAD What?")


def injects(peer: Peer, tag: str, _: bytes) -> None:
    peer.say(f"{tag} OK Begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN")
    silent(peer)


LOGIN_ONLY = "* OK [CAPABILITY IMAP4rev1] Ready"
HAS_STARTTLS = "* OK [CAPABILITY IMAP4rev1 STARTTLS] Ready"
IN_TWO_LINES = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Ready"
LOGINDISABLED = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Ready"
ONLY_TOKENS = "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2] Ready"

GMAIL = "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)"
REFUSALS: Mapping[str, str] = {
    "wrong password": "[AUTHENTICATIONFAILED] Authentication failed.",
    "wrong password (Gmail's text)": "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    "app password needed (Gmail's text)": GMAIL,
    "Outlook's text": "AUTHENTICATE failed.",
    "temporary failure": "[UNAVAILABLE] Temporary authentication failure.",
    "too many connections": "[LIMIT] Too many simultaneous connections. (Failure)",
    "TLS demanded": "[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    "markup": "<script>alert(1)</script>",
}


def refusals() -> Iterator[Fault]:
    for name, text in REFUSALS.items():
        no = f"TAG NO {text}"
        yield Fault(f"{name}, AUTHENTICATE", imap(AUTHENTICATE=no), StepName.AUTHENTICATE, text=text)
        yield Fault(f"{name}, LOGIN", imap(LOGIN_ONLY, LOGIN=no), StepName.AUTHENTICATE, text=text)


def at_sign_in(name: str, talk: Talk, symptom: Symptom | None = None, text: str = "") -> Fault:
    return Fault(name, talk, StepName.AUTHENTICATE, symptom, text)


def at_tls(
    name: str,
    talk: Talk,
    symptom: Symptom,
    text: str = "",
    certificate: Certificate | None = None,
    host: str = "127.0.0.1",
) -> Fault:
    return Fault(name, talk, StepName.TLS, symptom, text, Security.TLS, certificate, host)


def at_starttls(name: str, talk: Talk, symptom: Symptom | None, text: str = "") -> Fault:
    return Fault(name, talk, StepName.TLS, symptom, text, Security.STARTTLS)


def at_greeting(name: str, talk: Talk, symptom: Symptom | None = None, text: str = "") -> Fault:
    return Fault(name, talk, StepName.GREETING, symptom, text)


def at_greeting_under_tls(name: str, talk: Talk, symptom: Symptom, text: str = "") -> Fault:
    return Fault(name, talk, StepName.GREETING, symptom, text, Security.TLS, good)


def at_inbox(name: str, talk: Talk, symptom: Symptom | None = None, text: str = "") -> Fault:
    return Fault(name, talk, StepName.INBOX, symptom, text)


def at_list(name: str, talk: Talk, symptom: Symptom | None = None, text: str = "") -> Fault:
    return Fault(name, talk, StepName.MAILBOXES, symptom, text)


FAULTS = (
    *refusals(),
    at_sign_in("BAD to LOGIN", imap(LOGIN_ONLY, LOGIN="TAG BAD Command syntax error"), text="BAD Command syntax error"),
    at_sign_in("BAD to AUTHENTICATE", imap(AUTHENTICATE="TAG BAD Unsupported mechanism"), text="Unsupported mechanism"),
    at_sign_in("8-bit refusal", imap(AUTHENTICATE=b"TAG NO Falsches Pa\xdfwort\r\n"), text="Falsches Pa\ufffdwort"),
    at_sign_in("controls", imap(AUTHENTICATE="TAG NO a\x1b[31mb\u202ec\x07"), text="a [31mb c"),
    at_sign_in("no words", imap(AUTHENTICATE="TAG NO")),
    at_sign_in("alert apart", imap(AUTHENTICATE="* NO [ALERT] Enable IMAP\nTAG NO No"), text="No [ALERT] Enable IMAP"),
    at_sign_in("closes on LOGIN", imap(LOGIN_ONLY, LOGIN=None), Symptom.DROPPED, "closed the connection"),
    at_sign_in("BYE on LOGIN", imap(LOGIN_ONLY, LOGIN="* BYE Too many attempts"), Symptom.DROPPED, "Too many attempts"),
    at_sign_in("BYE in AUTHENTICATE", imap(IN_TWO_LINES, AUTHENTICATE=byes), Symptom.DROPPED, "Go away"),
    at_sign_in("silent at LOGIN", imap(LOGIN_ONLY, LOGIN=never_answers), Symptom.OUT_OF_TIME, "too long"),
    at_sign_in("endless challenges", imap(AUTHENTICATE=challenges), Symptom.OUT_OF_TIME),
    at_sign_in("LOGINDISABLED", imap(LOGINDISABLED), Symptom.LOGIN_DISABLED_WITHOUT_TLS, "LOGINDISABLED"),
    Fault(
        "LOGINDISABLED under TLS",
        imap(ONLY_TOKENS),
        StepName.AUTHENTICATE,
        Symptom.NO_COMMON_MECHANISM,
        "The server offers LOGINDISABLED AUTH=XOAUTH2",
        Security.TLS,
        good,
    ),
    at_tls("silent, TLS", silent, Symptom.SILENT),
    at_tls("drips instead of TLS", drips(b"\x16\x03\x03\x40" + b"\0" * 99, 0.05), Symptom.OUT_OF_TIME),
    at_tls("self-signed", imap(), Symptom.CERTIFICATE_UNTRUSTED, "self-signed", lambda a: a.server(self_signed=True)),
    at_tls("unknown authority", imap(), Symptom.CERTIFICATE_UNTRUSTED, "local issuer", lambda a: a.stranger().server()),
    at_tls("expired", imap(), Symptom.CERTIFICATE_EXPIRED, "has expired", lambda a: a.server(days=(-30, -1))),
    at_tls("not yet valid", imap(), Symptom.CERTIFICATE_NOT_YET_VALID, "not yet", lambda a: a.server(days=(1, 30))),
    at_tls(
        "other name",
        imap(),
        Symptom.CERTIFICATE_OTHER_NAME,
        "Hostname",
        lambda a: a.server(names=["b.test"]),
        "localhost",
    ),
    at_tls(
        "other address", imap(), Symptom.CERTIFICATE_OTHER_NAME, "IP address", lambda a: a.server(names=["localhost"])
    ),
    at_tls(
        "TLS 1.1 at most", imap(), Symptom.TLS_TOO_OLD, certificate=lambda a: a.server(newest=ssl.TLSVersion.TLSv1_1)
    ),
    at_tls("plain IMAP, TLS", imap(), Symptom.SPEAKS_PLAIN_IMAP, "Ready"),
    at_tls("SMTP, TLS", says(b"220 mail.example.test ESMTP\r\n"), Symptom.SPEAKS_OTHER, "220 mail.example.test ESMTP"),
    at_tls("HTTP, TLS", says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Symptom.SPEAKS_OTHER, "HTTP/1.1 400"),
    at_tls("closes at once, TLS", hangs_up, Symptom.DROPPED),
    at_tls("resets at once, TLS", resets, Symptom.DROPPED),
    at_starttls("STARTTLS missing", imap(), Symptom.STARTTLS_MISSING, "does not offer STARTTLS"),
    at_starttls(
        "STARTTLS refused", imap(HAS_STARTTLS, STARTTLS="TAG NO Not today"), Symptom.STARTTLS_MISSING, "Not today"
    ),
    at_starttls("STARTTLS, then silence", begins_tls_with(silent), Symptom.SILENT),
    at_starttls("STARTTLS, then the end", begins_tls_with(Peer.close), Symptom.DROPPED),
    at_starttls("STARTTLS, then plain", begins_tls_with(goes_on_in_the_clear), Symptom.SPEAKS_PLAIN_IMAP, "What?"),
    at_starttls("STARTTLS injection", imap(HAS_STARTTLS, STARTTLS=injects), None, "between STARTTLS and TLS"),
    at_starttls("PREAUTH before TLS", imap("* PREAUTH Welcome"), Symptom.STARTTLS_MISSING, "PREAUTH"),
    at_greeting("silent, plain", silent, Symptom.SILENT, "said nothing"),
    at_greeting("drips its greeting", drips(b"* OK " + b"x" * 400, 0.05), Symptom.OUT_OF_TIME),
    at_greeting(
        "SMTP, plain", says(b"220 mail.example.test ESMTP\r\n"), Symptom.SPEAKS_OTHER, "220 mail.example.test ESMTP"
    ),
    at_greeting("POP3, plain", says(b"+OK POP3 ready\r\n"), Symptom.SPEAKS_OTHER, "+OK POP3 ready"),
    at_greeting("SSH, plain", says(b"SSH-2.0-OpenSSH_9.2\r\n"), Symptom.SPEAKS_OTHER, "SSH-2.0"),
    at_greeting("HTTP, plain", http, Symptom.SPEAKS_OTHER, "HTTP/1.1 400 Bad Request"),
    at_greeting("closes at once, plain", hangs_up, Symptom.DROPPED, "closed the connection"),
    at_greeting("resets at once, plain", resets, Symptom.DROPPED),
    at_greeting("closes in its greeting", says(b"* OK Rea", then=hangs_up), Symptom.DROPPED),
    at_greeting("BYE as greeting", imap("* BYE [UNAVAILABLE] Try later"), Symptom.DROPPED, "[UNAVAILABLE] Try later"),
    at_greeting("BYE after it", imap("* OK Ready", CAPABILITY="* BYE Overloaded"), Symptom.DROPPED, "Overloaded"),
    at_greeting("binary rubbish", says(bytes(range(9)) + b"\t\n", then=hangs_up), Symptom.SPEAKS_OTHER),
    at_greeting("endless line", says(b"* OK " + b"x" * 100_000), Symptom.TOO_MUCH_DATA),
    at_greeting("IMAP of its own kind", imap("* HELLO"), text="* HELLO"),
    at_greeting("no capabilities", imap("* OK Hi", CAPABILITY="TAG NO No"), text="not IMAP4 compliant"),
    at_greeting("LF without CR", says(b"* OK Ready\n"), text="unterminated line"),
    Fault("TLS, plain", imap(), StepName.GREETING, Symptom.SPEAKS_TLS, "in TLS", certificate=good),
    at_greeting_under_tls("silent under TLS", silent, Symptom.SILENT, "said nothing"),
    at_greeting_under_tls("drips under TLS", drips(b"* OK " + b"x" * 400, 0.05), Symptom.OUT_OF_TIME),
    at_greeting_under_tls("POP3 under TLS", says(b"+OK POP3 ready\r\n"), Symptom.SPEAKS_OTHER, "+OK POP3 ready"),
    at_inbox("no INBOX", imap(EXAMINE="TAG NO Mailbox doesn't exist: INBOX"), text="Mailbox doesn't exist: INBOX"),
    at_inbox("NetEase without ID", imap(EXAMINE="TAG NO EXAMINE Unsafe Login."), text="EXAMINE Unsafe Login."),
    at_inbox("gone at EXAMINE", imap(EXAMINE=None), Symptom.DROPPED),
    at_inbox("nonsense", imap(EXAMINE="nonsense"), text="unexpected response"),
    at_list("dies in the middle of LIST", imap(LIST=dies_in_a_line), Symptom.DROPPED),
    at_list("giant literal", imap(LIST='* LIST () "/" {99999999999}\nTAG OK Done'), Symptom.TOO_MUCH_DATA),
    at_list("giant number", imap(LIST='* LIST () "/" {' + "9" * 5000 + "}"), Symptom.TOO_MUCH_DATA),
    at_list("endless list", imap(LIST=lists_forever), Symptom.TOO_MUCH_DATA),
    at_list("LIST refused", imap(LIST="TAG NO [NOPERM] No"), text="[NOPERM] No"),
)
