"""Recognises a login refused without a cause. Providers mean different things by the same words, so here they count."""

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.rules.rule import combine, rule

_AT_LOGIN = frozenset({Stage.GREETING, Stage.AUTH, Stage.MAILBOX})

_APP_PASSWORD_ONLY = ("yahoo", "aol", "att", "icloud", "fastmail", "mailru", "yandex", "163", "qq", "proton")

_SET_TEXTS = """
    authenticationfailed; authentication credentials invalid; authfail; authenticate failed; authenticate failure;
    authenticate error; authenticationexception; authenticationfailedexception; autherror; can not authenticate*;
    cannot authenticate*; can't authenticate*; not authenticated; login fail; logins failed; login aborted;
    logondenied; log in failed; invalid credential*; bad credential*; wrong credential*; incorrect credential*;
    credentials are invalid; credentials invalid; check your credentials; invalid login*; incorrect login*;
    bad login*; wrong login*; invalid user*; incorrect user*; bad user*; wrong user*; unknown user*; no such user;
    user not found; user does not exist; user doesn't exist; account not found; account does not exist;
    no such account; account doesn't exist; password error; password mismatch; password do not match;
    password verification failed; login or password; user or password; username or password; user name or password;
    username password; login parameters; username and password; name or password; email or password;
    account or password; loginerror; authentication problem; rejected that username; access denied; not authorized;
    unauthorized; badcredentials; invalidcredentials; 535 5*; 535 auth*; unable to logon; 密码错误; 账号或密码;
    帐号或密码; 登录失败; 认证失败; неверный; anmeldung fehlgeschlagen; kennwort; passwort; échec; identifiants;
    contraseña; mot de passe
"""

REFUSALS = "; ".join(
    (
        _SET_TEXTS,
        combine(
            "authentication; authorization; login; logon; sign in; sasl authentication; imap login; auth; credentials",
            "; has; was; is; were; are; has been",
            (
                "failed; failure; error; denied; rejected; refused; unsuccessful; not successful; not accepted; "
                "not valid; incorrect"
            ),
        ),
        combine(
            (
                "user name; username; user; login; password; passwd; account; login name; email; login or password; "
                "username or password"
            ),
            "; is; was; are; or password; and password; or password is; and password are; or password was",
            (
                "incorrect; invalid; wrong; not accepted; not correct; not valid; unknown; rejected; not recognized; "
                "not recognised"
            ),
        ),
        combine(
            "invalid; incorrect; wrong; bad; unknown; unrecognized",
            "password; passwd; user name; username; user; login; login name; credentials; account; email or password; "
            "login or password; username or password; user name or password; authentication; authentication data; "
            "email password combination; username password combination; email address or password; combination",
        ),
        combine(
            "failed to; unable to; could not; cannot; can't; couldn't", "authenticate; login; log in; sign in; log on"
        ),
        combine(
            "denied; rejected; refused", "authentication; login; the login; credentials; the credentials; the password"
        ),
    )
)

_TOKEN_LOGIN = (
    "xoauth2",
    "oauthbearer",
    "oauth2",
    "oauth",
    "access token",
    "bearer",
)

TOKEN_REFUSED = (
    rule(
        "oauth-token-rejected",
        """
            accesstokenexpired; invalid sasl argument; eyjzdgf0dxmioii0md*; status 400 schemes bearer*;
            status 401 schemes bearer*; schemes bearer; invalidauthenticationtoken; invalid_token; token is invalid;
            token is not valid; access token has expired; access token expired; access token is expired;
            invalid oauth*; invalid access token; jwt is not well formed; invalid bearer token; expired token;
            token expired; token has expired; invalid authentication token; lifetime validation failed;
            authentication token is expired; token rejected
        """,
        or_else="scope-missing reconnect-required wrong-account",
    ),
    *(
        rule(
            "oauth-token-rejected",
            REFUSALS,
            also=sign,
            or_else="scope-missing reconnect-required wrong-account",
            unless="plain authentication failed; cram md5",
        )
        for sign in _TOKEN_LOGIN
    ),
)

BY_PROVIDER = (
    rule(
        "app-password-required",
        REFUSALS,
        "command is not valid in this state; clientbug",
        providers=_APP_PASSWORD_ONLY,
        stages=_AT_LOGIN,
        unless="oauth2",
        or_else="wrong-password imap-disabled",
    ),
    rule(
        "basic-auth-disabled",
        "login no authenticate failed",
        providers=("microsoft",),
        stages=_AT_LOGIN,
        or_else="wrong-password",
    ),
    rule(
        "basic-auth-disabled",
        "authenticate failed",
        also="plain",
        providers=("microsoft",),
        stages=_AT_LOGIN,
        or_else="wrong-password",
    ),
    rule(
        "oauth-token-rejected",
        "authenticate failed; authenticationfailed authenticate*",
        providers=("microsoft",),
        stages=_AT_LOGIN,
        or_else="basic-auth-disabled wrong-account imap-disabled",
    ),
    rule("basic-auth-disabled", REFUSALS, providers=("microsoft",), stages=_AT_LOGIN, or_else="wrong-password"),
    rule(
        "wrong-password",
        REFUSALS,
        providers=("google",),
        stages=_AT_LOGIN,
        or_else="app-password-required oauth-token-rejected",
    ),
)

ANY_PROVIDER = (
    rule(
        "wrong-password",
        REFUSALS,
        stages=_AT_LOGIN,
        unless="connection broken",
        or_else="app-password-required imap-disabled",
    ),
)
