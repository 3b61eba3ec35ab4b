"""What libraries, programs and servers say of greetings, limits and mailboxes, in their own spellings."""

import pytest

from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure

TEXTS = {
    "not-an-imap-server": """
        unexpected response: b'220 mail.example.test ESMTP'
        +OK Dovecot ready.
        HTTP/1.1 400 Bad Request
        curl: (8) Weird server reply
        SSH-2.0-OpenSSH_9.2
        Syntax error in IMAP server greeting. Unexpected token: [atom: 220]
        Invalid greeting received: 220 x ESMTP Postfix
        "port":465 "msg":"220 mail.somehost.net ESMTP NO UCE","err":{"message":"Unexpected char at position 8 [E2:
            \\".\\"]"
        imaplib.IMAP4.abort: unexpected response: b'HTTP/1.1 400 Bad Request'
        imaplib.IMAP4.error: b'+OK POP3 ready'
        IMAP error: bogus greeting response 220 foo ESMTP
        unknown response 220-mail.example.com ESMTP Exim
    """,
    "login-disabled-use-tls": """
        IMAP error: LOGIN disabled on this server
        LOGINDISABLED
        NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.
        NO cleartext logins disabled
        Must issue a STARTTLS command first
        curl: (67) IMAP server requires encryption
        * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Dovecot ready.
        { Error: Logging in is disabled on this server at Connection.<anonymous>
        imap-login: Disconnected (tried to use disallowed plaintext auth): user=<a@b.c>
        * BAD [ALERT] Plaintext authentication not allowed without SSL/TLS, but your client did it anyway. If anyone
            was listening, the password was exposed.
        Host1: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Dovecot ready. Failure: error login on [h] with
            user [u] auth [LOGIN]: 4 NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure
            (SSL/TLS) connections.
    """,
    "too-many-connections": """
        [ALERT] Too many simultaneous connections. (Failure)
        [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)
        * BYE Connection limit reached
        b'* BYE [UNAVAILABLE] Too many connections, try later'
        NO User has too many sessions
        Login failed: (No(No { information: "Too many simultaneous connections. (Failure)", code: Some(Alert) }),
            Client { verify_result: X509VerifyResult { code: 0, error: "ok" }
        NO [LIMIT] LOGIN Rate limit hit - too many simultaneous connections
    """,
    "rate-limited": """
        [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)
        [THROTTLED] Rate limit hit
        HTTP 429 Too Many Requests
        AADSTS90055
        imaplib.error: FETCH command error: BAD [b'Request is throttled. Suggested Backoff Time: 299961
            milliseconds']
        NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)
        NO [LIMIT] LOGIN Rate limit hit.
        BYE [LIMIT] Too many login attempts, rate limited
        rate_limit_exceeded:
    """,
    "server-unavailable": """
        [UNAVAILABLE] Temporary authentication failure. [mail1:2025-01-01 10:00:00]
        NO [UNAVAILABLE] Temporary System Error (Failure)
        NO Server Unavailable. 15
        * BYE Server shutting down.
        NO [SERVERBUG] Internal error occurred. Refer to server log for more information.
        503 Server Error: Service Unavailable for url: https://oauth2.googleapis.com/token
        imapfilter: IMAP (3): 10EA NO Server Unavailable. 15
        {"error":"internal_failure","error_description":"Backend Error"} 500 Internal Server Error
        Temporary authentication failure. [mail:2024-01-01]
        * BYE Fatal error: Cannot connect to auth server
        * BYE [UNAVAILABLE] Temporary internal failure
        * BYE System going down
        NO [CONTACTADMIN] Internal error occurred. Contact administrator
        NO Server error - please try again later
        NO [UNAVAILABLE] AUTHENTICATE Server error - Please try again later
        NO [UNAVAILABLE] SELECT Server error - Please try again later
        NO System Error (Failure)
        503 Server Error: Service Unavailable for url: http://x/token
        500 Server Error: Internal Server Error for url: http://x/token
    """,
    "mailbox-not-found": """
        select failed: Mailbox doesn't exist: nope (0.001 + 0.000 secs).
        [NONEXISTENT] Unknown Mailbox: Foo (now in authenticated state) (Failure)
        MailKit.FolderNotFoundException: The requested folder could not be found
        A3 NO [TRYCREATE] Mailbox does not exist
        A3 NO No such mailbox
        A3 NO [CANNOT] Invalid mailbox name
        Folder INBOX.Sent doesn't exist
        A3 NO Sent Items doesn't exist.
        Response status "OK" expected, but "NO" received. Data: [b'Client tried to access nonexistent namespace.
            (Mailbox name should probably be prefixed with: INBOX.) (0.001 + 0.000 secs).']
        The IMAP server replied to the 'EXAMINE' command with a 'NO' response: EXAMINE Mailbox does not exist
        ErrorNonExistentMailbox: Mailbox does not exist.
        NO [NONEXISTENT] Invalid folder: Foo (Failure)
        NO [CANNOT] Invalid mailbox name: Begins with hierarchy separator
    """,
    "mailbox-full": """
        NO [OVERQUOTA] Quota exceeded (mailbox for user is full) (0.002 + 0.000 + 0.001 secs).
        [OVERQUOTA] Not enough disk quota
        NO Mailbox is full
        NO [OVERQUOTA] Over quota
    """,
    "mailbox-access-denied": """
        NO [NOPERM] Permission denied
        You do not have adequate permissions
        NO [AUTHORIZATIONFAILED] not allowed to log in as that user
        A3 NO Mailbox access denied
        SELECT failed: [NOPERM] Insufficient permissions
        SELECT command error: NO [b'[NOPERM] Permission denied']
    """,
}


@pytest.mark.parametrize(("text", "slug"), by_text(TEXTS))
def test_a_text_of_a_server_is_understood_without_stage_or_provider(text: str, slug: str) -> None:
    assert diagnose(Failure(text=text)).problem.slug == slug
