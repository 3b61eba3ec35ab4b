"""Recognises why a login is refused where the server names the cause."""

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.rules.rule import combine, rule

_AT_LOGIN = frozenset({Stage.GREETING, Stage.AUTH, Stage.MAILBOX})

NAMED_CAUSES = (
    rule(
        "app-password-required",
        """
            application specific password*; app specific password*; app password*; 185833; application password*;
            applications password*; invalidsecondfactor; third party password; external password;
            password for external app*; app specific pass*; generate an app*; authorized code;
            authorization code to log*; enter your authorization; authorization password; client authorization*;
            device password; secure mail key; mail key; 授权码; app passcode*; application specific passcode;
            two step verification; 2 step verification; two factor authentication; 2fa; пароль приложения;
            пароль для внешних
        """,
        stages=_AT_LOGIN,
        or_else="wrong-password",
    ),
    rule(
        "imap-disabled",
        """
            enabled for imap*; imap access is not*; imap access not*; imap is off; imap is not available;
            imap service is not*; imap service not*; imap service disabled; imap service is disabled;
            imap isn't enabled; to enable imap; enable your account for imap*; enable the imap*;
            service is not open; not allowed to use imap; not permitted to use imap; imap access for this*;
            pop3 imap; imap4rev1 is disabled; protocol not enabled; imap access denied; no imap access;
            imap logins are disabled; does not have imap*; doesn't have imap*; imap功能; imap服务;
            not authorized for imap; not enabled for pop imap; imapenabled
        """,
        combine(
            "imap; imap4; imap access; imap protocol; imap login; imap support; access via imap; use of imap",
            "; is; has been; was; is currently",
            (
                "disabled; not enabled; turned off; switched off; not allowed; not permitted; deactivated; "
                "not activated; blocked"
            ),
        ),
        combine("enable; activate; turn on; switch on; allow", "imap; the imap; imap4; imap access"),
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
            mailbox is disabled; mailbox disabled; account is blocked by; userdisabled; login disabled for user;
            login disabled for this user; login is disabled for this user; disabled_account
        """,
        combine(
            "account; user; user account; this user; email account; mail account",
            "; is; has been; was; is currently; has",
            "disabled; suspended; inactive; deactivated; closed; terminated; deleted; frozen; expired; not active",
        ),
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
            unsupported authentication*; unsupported auth*; mechanism unsupported; unsupported mechanism;
            unknown mechanism; invalid mechanism; no supported authentication*; no supported auth*;
            no known authentication*; authentication mechanism not*; authentication mechanism is not*;
            authentication mechanism unsupported; authentication method not*; authentication method is not*;
            authentication methods available; auth mechanism not*; auth mechanism is not*; no worthy mech*;
            no mechanism*; no common mech*; no matching mech*; no authenticators*; no auth mech*;
            unrecognized authentication*; unknown authentication*; unknown auth*; authenticate not supported;
            authentication not supported; sasl mechanism*; mechanisms supported; login not supported;
            login is not supported; login command is not*; plain not supported; not support auth*;
            doesn't support auth*; not supported auth*; mechanisms available; not support plain*; any of the auth*;
            no suitable auth*; no acceptable auth*; none of the auth*; no sasl*; xoauth2 not supported;
            auth not supported; cram md5 not*; ntlm not*
        """,
        combine(
            (
                "does not support; doesn't support; not support; unsupported; does not offer; doesn't offer; "
                "does not advertise"
            ),
            (
                "encrypted passwords; plain; login; xoauth2; oauthbearer; oauth*; cram md5; ntlm; gssapi; sasl*; "
                "authentication"
            ),
        ),
        combine(
            "mechanism; mechanisms; method; methods; authentication type",
            "; is; are",
            "not supported; not available; disabled",
        ),
        unless="too many; authenticationfailed",
        or_else="login-disabled-use-tls",
    ),
)
