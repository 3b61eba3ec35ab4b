"""Causes as they arrive in real life: in a library's exception, a log line, a JSON body, a program's own words."""

import pytest

from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure

TEXTS = {
    "redirect-uri-mismatch": """
        The redirect URL https://portal.example/back does not match the redirect URLs configured for the application
        error=redirect_uri_mismatch&error_description=The+redirect_uri+MUST+match+the+registered+callback+URL
        (google) Authentication failure! invalid_credentials: OAuth2::Error, redirect_uri_mismatch
    """,
    "client-secret-wrong": """
        TokenError: Unauthorized at Strategy.parseErrorResponse (node_modules/oauth2/lib/strategy.js:329:12)
    """,
    "oauth-client-misconfigured": """
        HttpError 403: Access Not Configured. Gmail API has not been used in project 1234 before or it is disabled.
        TokenStore: code=400, {"error":"invalid_request","error_codes":[900144]} cannot authenticate to server
    """,
    "scope-missing": """
        The resource principal named https://graph.example/SMTP.Send was not found in the tenant named contoso.
        Client credential flows must have a scope value with /.default suffixed to the resource identifier.
        Error 400: Invalid scope Some requested scopes were invalid.
    """,
    "wrong-tenant": """
        Error: the app is not supported over the /common or /consumers endpoints. Use a tenant-specific endpoint.
    """,
    "conditional-access-blocked": """
        Your sign-in was successful but your admin requires the device requesting access to be managed by Contoso
        MsalInteractionRequiredException: AADSTS53005: blocked, the access policy does not allow token issuance
    """,
    "session-policy-expiry": """
        round trip: oauth2: "invalid_grant" "reauth related error (invalid_rapt)"
    """,
    "reconnect-required": """
        GaxiosError: invalid_grant at Gaxios._request (/srv/app/node_modules/gaxios/gaxios.js:130:23)
        Uncaught League\\OAuth2\\Client\\Provider\\Exception\\IdentityProviderException: invalid_grant in Google.php:117
    """,
    "oauth-token-rejected": """
        * BYE Session invalidated - AccessTokenExpired; 2959 NO AUTHENTICATE failed.; 2960 BAD Command received in
            Invalid state.
    """,
    "wrong-password": """
        ServiceException: Could not fetch the message: Mail server denied authentication.
        IMAP verification failed: Could not log in. Please verify your credentials.
        MailSo\\Imap\\Exceptions\\LoginBadCredentialsException in ImapClient.php:312
        FailedLoginException: Invalid email/password combination.
        . NO Authentication credentials invalid
        1 NO login name or password is not recognised
    """,
    "app-password-required": """
        Failed: 535 Login Fail.Please enter your authorization
        Login failed - please create an app password.
    """,
    "imap-disabled": """
        a1 NO IMAP access is not enabled for your account
        NO This mailbox: IMAP protocol is currently switched off
        NO Please turn on IMAP access in your settings
    """,
    "account-disabled": """
        NO [AUTHENTICATIONFAILED] This account has been suspended
        NO user account is currently inactive
    """,
    "account-locked": """
        [AUTHENTICATIONFAILED] Authentication failed - Too many login failures
        NO [LIMIT] Too many failed logins from your IP address, try again in 10 minutes
        Syntax error in IMAP server greeting. Unexpected token: [atom: NO] S: NO LOGOUT Intrusion prevention active
    """,
    "auth-mechanism-unsupported": """
        Server doesn't support encrypted passwords using CRAM-MD5.
        IMAP error: selected SASL mechanism(s) not available; selected: PLAIN available: EXTERNAL Note: not using LOGIN
            because connection is not encrypted
    """,
    "login-disabled-use-tls": """
        imap-login: Disconnected (tried to use disallowed plaintext auth): user=<ann@example.com>
        error authenticating: unencrypted connection
    """,
    "too-many-connections": """
        Error Domain=MCOErrorDomain Code=8 MCOErrorGmailTooManySimultaneousConnections
        NO limit of concurrent imap sessions reached
    """,
    "rate-limited": """
        Account has exceeded the Gmail bandwidth limit for downloads via IMAP
    """,
    "server-unavailable": """
        Connection to IMAP server failed: b'* BYE Auth process broken'
        SMTP failed to login: transient: 4.7.0 Temporary authentication failure: lost the authentication server
        STOREDRV; mailbox logon failure; failed due to a transient exception
    """,
    "mailbox-not-found": """
        MailboxFolderSelectError: Data: [b'Client tried to access nonexistent namespace. (Mailbox name should probably
            be prefixed with: INBOX.)']
        The IMAP server replied to the 'EXAMINE' command with a 'NO' response: Mailbox does not exist
    """,
    "mailbox-access-denied": """
        Error while checking the account: b'"INBOX"' is not writable
    """,
    "not-an-imap-server": """
        {"component":"imap-connection","src":"s","msg":"220 mail.example.net ESMTP NO UCE","err":{"type":"Error"}}
        Unexpected token in IMAP greeting: '+' S: +OK example Cyrus POP3 server ready
    """,
    "dns-not-found": """
        php_network_getaddresses: getaddrinfo for imap.example.com failed: Name or service not known
        MailConnectException: Couldn't connect to host; nested exception is: java.net.UnknownHostException: imap.exmple
    """,
    "dns-resolver-failure": """
        lookup imap.example.com on 10.96.0.10:53: read udp 10.1.0.5:34567->10.96.0.10:53: i/o timeout
    """,
    "connection-timeout": """
        Unable to connect: (IMAP server imap.example.com:993, security: SSL, class: TimeoutError)
        aioimaplib.CommandTimeout: NNAF7 FETCH 43 BODY.PEEK[]
        MailConnectException: timeout 5000; nested exception is: java.net.SocketTimeoutException: connect timed out
    """,
    "connection-dropped": """
        Authentication failed because the remote party has closed the transport stream.
        javax.net.ssl.SSLHandshakeException: Remote host closed connection during handshake
        Cannot connect using STARTTLS: Connection Lost
    """,
    "proxy-blocked": """
        Error: Failed to setup proxy connection
        [GeneralProxyError] Socket error: 403: Forbidden
    """,
    "tls-wrong-port": """
        Unknown SSL protocol error in connection to imap.example.com:187
        SslHandshakeException: When connecting to a mail service, port 587 is typically reserved for plain-text
            connections.
        Encrypted connection unavailable
    """,
    "tls-too-old": """
        cannot connect to imap server: IO error: received fatal alert: HandshakeFailure
        Authentication failed because the remote party sent a TLS alert: 'ProtocolVersion'.
        An error occurred while attempting to establish an SSL or TLS connection. One possibility is that you are trying
            to connect to a port which does not support SSL/TLS. The other possibility is that the SSL certificate
            presented by the server is not trusted by the system. 1. The server is using a self-signed certificate which
            cannot be verified. Inner exception: they do not possess a common algorithm
    """,
    "tls-untrusted-cert": """
        An error occurred while attempting to establish an SSL or TLS connection. This usually means that the SSL
            certificate presented by the server is not trusted by the system for one or more of the following reasons:
            1. The server is using a self-signed certificate which cannot be verified.
        Session.cpp:683: ssl connect certificate ERROR 2
    """,
    "tls-hostname-mismatch": """
        Certificate failure for example.com: Server name does not match certificate: /CN=*.example.net
        error enabling StartTLS: x509: certificate is valid for 127.0.0.1, not bridge
    """,
    "unknown": """
        Warning: imap_open(): Couldn't open stream {localhost:143/imap/novalidate-cert}INBOX
        Horde_Imap_Client_Exception: Error connecting to mail server.
        Connection test failed: 'bool' object has no attribute 'replace'
        javax.mail.NoSuchProviderException: imaps
        Something went wrong
        curl: (78) Select failed
        Error performing SASL authentication step: SASL(-1): generic failure: Unable to find a callback: 18948
    """,
}


@pytest.mark.parametrize(("text", "slug"), by_text(TEXTS))
def test_a_cause_is_recognised_in_whatever_it_is_wrapped(text: str, slug: str) -> None:
    assert diagnose(Failure(text=text)).problem.slug == slug
