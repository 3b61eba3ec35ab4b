"""Recognises why a login is refused where the server names the cause."""

from webapp.diagnosis.failure import Stage
from webapp.diagnosis.rules.rule import rule

_AT_LOGIN = frozenset({Stage.GREETING, Stage.AUTH, Stage.MAILBOX})

NAMED_CAUSES = (
    rule(
        "app-password-required",
        """
            application specific password*; app specific password*; app password*; 185833; application password*;
            applications password*; invalidsecondfactor; third party password; external password;
            password for external app*; app specific pass*; generate an app*; authorized code;
            authorization code to log*; authorization password; client authorization*; device password;
            secure mail key; mail key; 授权码; app passcode*; application specific passcode; two step verification;
            2 step verification; two factor authentication; 2fa; пароль приложения; пароль для внешних
        """,
        stages=_AT_LOGIN,
        or_else="wrong-password",
    ),
    rule(
        "imap-disabled",
        """
            enabled for imap*; imap is disabled; imap access is disabled; imap access disabled; imap disabled;
            imap4 is disabled; imap4 disabled; imap access is not*; imap access not*; imap is not enabled;
            imap not enabled; imap not allowed; imap is not allowed; imap is turned off; imap turned off; imap is off;
            imap is switched off; imap is not available; imap service is not*; imap service not*;
            imap service disabled; imap service is disabled; imap has been disabled; imap isn't enabled; enable imap;
            to enable imap; enable your account for imap*; enable the imap*; imap is deactivated; imap deactivated;
            service is not open; not allowed to use imap; not permitted to use imap; imap access has been disabled;
            imap access for this*; pop3 imap; imap protocol is disabled; imap4rev1 is disabled; protocol not enabled;
            imap access denied; no imap access; imap login is disabled; imap login disabled; imap logins are disabled;
            does not have imap*; doesn't have imap*; turn on imap; imap功能; imap服务; activate imap;
            not authorized for imap; not enabled for pop imap; imapenabled
        """,
        or_else="app-password-required wrong-password",
    ),
    rule(
        "basic-auth-disabled",
        """
            basicauthblocked; basic authentication is*; basic authentication has*; basic authentication disabled;
            basic authentication was*; basic auth is*; basic auth disabled; basic auth blocked;
            basic authentication not*; legacy auth*; less secure app*; basic authentication are*; basicauthdisabled;
            password authentication is disabled; modern authentication; basic auth has*
        """,
        or_else="wrong-password",
    ),
    rule(
        "web-login-required",
        """
            webalert; web login required; log in via your web*; login via your web*; via your web browser;
            via a web browser; via web browser; web browser to verify; web browser and; verify your identity;
            verify your account; verify it's you; suspicious; unusual activity; unusual sign in; 78754;
            password expired; password has expired; password is expired; user_password_expired; change your password;
            password must be changed; reset your password; must change password; update your password;
            temporarily restricted; may have been hacked; has been restricted; accept the terms; terms of service;
            terms of use; sign in using the web*; log in to the web*; login to webmail; log in to webmail;
            sign in to your account; captcha; account verification; confirm your identity; confirm your account;
            unlock your account; log into your account; security check; expired password
        """,
        literals=("[EXPIRED]",),
        unless="aadsts50076; throttled",
        or_else="account-locked app-password-required",
    ),
    rule(
        "account-disabled",
        """
            account is disabled; account disabled; account has been disabled; account has been deleted;
            account is suspended; account suspended; account has been suspended; account has been closed;
            account closed; account is inactive; account inactive; account is not active; account not active;
            account has been deactivated; account deactivated; account is deactivated; account was deleted;
            account deleted; user is disabled; user disabled; user account is disabled; mailbox is disabled;
            mailbox disabled; user has been disabled; account has expired; account expired; account is frozen;
            account frozen; account terminated; user is suspended; user suspended; account is blocked by;
            account has been terminated; userdisabled; account is closed; login disabled for user;
            login disabled for this user; login is disabled for this user
        """,
        or_else="web-login-required license-or-mailbox-missing",
    ),
    rule(
        "license-or-mailbox-missing",
        """
            mailboxnotenabledforrestapi; hosted on premise*; mail service not enabled; no mailbox for*;
            user has no mailbox; does not have a mailbox; doesn't have a mailbox; has no mailbox; hasn't subscribed*;
            exchange online license; no license; not licensed; unlicensed; license required; without a license;
            valid license; mailbox has not been*; not have an exchange*; mailbox not enabled;
            mailbox is either inactive; mailboxinfostale; no exchange mailbox; mailbox is inactive
        """,
        or_else="account-disabled wrong-account",
    ),
    rule(
        "wrong-account",
        "authenticated but not connected",
        or_else="imap-disabled mailbox-access-denied license-or-mailbox-missing",
    ),
)

MECHANISMS = (
    rule(
        "auth-mechanism-unsupported",
        """
            unsupported authentication*; unsupported auth*; mechanism not supported; mechanism is not supported;
            mechanism unsupported; unsupported mechanism; unknown mechanism; invalid mechanism;
            no supported authentication*; no supported auth*; no known authentication*; authentication mechanism not*;
            authentication mechanism is not*; authentication mechanism unsupported; authentication method not*;
            authentication method is not*; authentication methods available; auth mechanism not*;
            auth mechanism is not*; no worthy mech*; no mechanism*; no common mech*; no matching mech*;
            no authenticators*; no auth mech*; unrecognized authentication*; unknown authentication*; unknown auth*;
            authentication type not supported; authenticate not supported; authentication not supported;
            sasl mechanism*; mechanisms supported; login not supported; login is not supported; login command is not*;
            plain not supported; not support auth*; doesn't support auth*; not supported auth*; mechanisms available;
            not support plain*; any of the auth*; no suitable auth*; no acceptable auth*; does not support login;
            none of the auth*; no sasl*; doesn't support xoauth2; not support xoauth2; xoauth2 not supported;
            unsupported sasl*; auth not supported; cram md5 not*; ntlm not*
        """,
        unless="too many; authenticationfailed",
        or_else="login-disabled-use-tls",
    ),
)
