"""What libraries, programs and servers say of logins, in their own spellings."""

import pytest

from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure

TEXTS = {
    "wrong-password": """
        a001 NO Login failed.
        A1 NO [AUTHENTICATIONFAILED] Authentication failed.
        imaplib.IMAP4.error: b'[AUTHENTICATIONFAILED] Authentication failed.'
        MailKit.Security.AuthenticationException: Authentication failed.
        javax.mail.AuthenticationFailedException: [AUTHENTICATIONFAILED] Authentication failed.
        curl: (67) Login denied
        NO LOGIN failed
        a1 NO Login failed: authentication failure
        Net::IMAP::NoResponseError: Authentication failed.
        ERROR: While attempting to sync account 'work' ('NO', [b'Invalid login or password'])
        IMAP command 'LOGIN <user> <pass>' returned an error: NO [AUTHENTICATIONFAILED] Authentication failed.
        Host1 failure: Error login on [imap.example.org] with user [joe] auth [LOGIN]: 2 NO Invalid user name or
            password
        fetchmail: Authorization failure on ann@mail.example.net
        fetchmail: Query status=3 (AUTHFAIL)
        Can not authenticate to IMAP server: [AUTHENTICATIONFAILED] Authentication failed.
        BAD Login parameters!
        AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password
        * OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE NAMESPACE LITERAL+ AUTH=PLAIN AUTH=LOGIN
            AUTH=XOAUTH2] Dovecot ready. 1 NO [AUTHENTICATIONFAILED] Authentication failed.
        imap_tools.errors.MailboxLoginError: Response status "OK" expected, but "NO" received. Data:
            [b'authentication failed']
        IMAP Error: Login failed for user@domain.com against domain.com from 1.2.3.4. Authentication failed. in
            rcube_imap.php on line 200
        NO Incorrect username or password
        NO [AUTHENTICATIONFAILED] Incorrect authentication data
        LOGIN command error: NO User doesn't exist
        * NO Bad user or password
        IMAP connect failed: 1 NO Authentication failed.
        The IMAP server replied to the 'AUTHENTICATE' command with a 'NO' response: Authentication failed
        a NO Login incorrect.
        NO [ALERT] Invalid credentials
        Zimbra: NO LOGIN failed
        BAD invalid credentials
        Unable to log on
    """,
    "app-password-required": """
        Login fail. Please using authorized code to login
        [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)
        [AUTHENTICATIONFAILED] LOGIN Invalid credentials
        [AUTHENTICATIONFAILED] (#MBR1240) Please enter a valid username and password
        NO Application password is REQUIRED
        NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password
            is REQUIRED
        A: connecting to server imap.mail.yahoo.com:993 - secure: true, timeout: 0:00:20.000000 S: a0 NO
            [AUTHENTICATIONFAILED] LOGIN Invalid credentials
        [AUTHENTICATIONFAILED] Sorry, you need to create an app password to use this service
        Invalid login: 535 Login Fail. Please enter your authorization code to login. More information in
            http://service.mail.qq.com
    """,
    "imap-disabled": """
        [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your
            account for IMAP access. (Failure)
        NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator
        IMAP access is not allowed for this account
        You are yet to enable IMAP for your account. Please contact your administrator (Failure)
        NO LOGIN ERR.LOGIN.IMAPDISABLED imap service is not open
        * OK Yandex IMAP4rev1 at imap53p.mail.yandex.net:993 ready 2 NO [AUTHENTICATIONFAILED] LOGIN Invalid
            credentials or IMAP is disabled sc=x
        NO IMAP access disabled by administrator
        User is not allowed to use IMAP
        [AUTHENTICATIONFAILED] IMAP is not enabled for this user
    """,
    "basic-auth-disabled": """
        A01 NO LOGIN failed.
        [AUTH] Authentication failed: outlook.office365.com LOGIN failed.
        LogonDenied-BasicAuthBlocked
    """,
    "oauth-token-rejected": """
        A01 NO AUTHENTICATE failed.
        imaplib.error: AUTHENTICATE failed.
        b'ILPK1 AUTHENTICATE XOAUTH2' b'+
            eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==' NO
            [AUTHENTICATIONFAILED] Invalid credentials (Failure)
        >> TAG1 AUTHENTICATE XOAUTH2 dXNlcj1... << NO AUTHENTICATE failed. got failure response: NO AUTHENTICATE
            failed. BYE Microsoft Exchange Server IMAP4 server signing off.
        XOAUTH2 authentication failed: NO [AUTHENTICATIONFAILED] Invalid token
        A1 NO AUTHENTICATE failed. AUTH=XOAUTH2
    """,
    "web-login-required": """
        [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)
        * NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1] Web login required.
        NO [AUTHENTICATIONFAILED] Please verify your account by going to https://login.yahoo.com
        NO Login to your account via a web browser to verify your identity
        [EXPIRED] Password expired
    """,
    "account-locked": """
        BYE Too many invalid attempts
        * BYE Too many authentication failures
        Your account has been locked. Try again in 15 minutes
        NO [ALERT] Account temporarily locked due to too many login attempts
        * BYE Your IP has been temporarily blocked due to too many failed logins
        NO [AUTHENTICATIONFAILED] Account is locked
    """,
    "account-disabled": """
        NO Account is disabled
        NO [AUTHENTICATIONFAILED] account has been suspended
        invalid_grant: Account has been deleted
        NO User is disabled
    """,
    "license-or-mailbox-missing": """
        Mail service not enabled
        The mailbox is either inactive, soft-deleted, or is hosted on-premise.
        The user does not have an Exchange Online license
    """,
    "auth-mechanism-unsupported": """
        AUTHENTICATE command error: BAD [b'Unsupported authentication mechanism']
        A1 NO no mechanism available
        SASL(-4): no mechanism available: No worthy mechs found
        No authenticators available
        NotSupportedException: The IMAP server does not support any of the authentication mechanisms
        Server does not support AUTH=XOAUTH2
        error: Unsupported AUTH mechanism: CRAM-MD5
        A1 BAD Unsupported authentication mechanism.
        fetchmail: No suitable authentication method found
        IMAP error: selected SASL mechanism(s) not available; available: XOAUTH2
    """,
    "imap-id-required": """
        EXAMINE Unsafe Login. Please contact kefu@188.com for help
    """,
    "wrong-account": """
        A02 BAD User is authenticated but not connected.
        SELECT command error: BAD [b'User is authenticated but not connected.']
    """,
}


@pytest.mark.parametrize(("text", "slug"), by_text(TEXTS))
def test_a_text_of_a_login_is_understood_without_stage_or_provider(text: str, slug: str) -> None:
    assert diagnose(Failure(text=text)).problem.slug == slug
