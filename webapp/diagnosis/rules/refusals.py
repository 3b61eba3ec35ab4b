"""Recognises a login refused without a cause. Providers mean different things by the same words, so here they count."""

from webapp.diagnosis.failure import Stage
from webapp.diagnosis.rules.rule import Always, rule

_AT_LOGIN = frozenset({Stage.GREETING, Stage.AUTH, Stage.MAILBOX})

_APP_PASSWORD_ONLY = ("yahoo", "aol", "att", "icloud", "fastmail", "mailru", "yandex", "163", "qq", "proton")

REFUSALS = """
    authenticationfailed; authentication failed; authentication failure; authentication error;
    authentication unsuccessful; authentication denied; authentication rejected;
    authentication credentials invalid; authentication has failed; auth failed; authfail; authorization failure;
    auth failure; auth error; authenticate failed; authenticate failure; authenticate error;
    authenticationexception; authenticationfailedexception; autherror; failed to authenticate;
    unable to authenticate; could not authenticate; couldn't authenticate; can not authenticate*;
    cannot authenticate*; can't authenticate*; not authenticated; login failed; login failure; login fail;
    login error; login denied; login rejected; login incorrect; login invalid; login refused; login unsuccessful;
    login was not successful; logins failed; login aborted; logondenied; logon failure; logon failed;
    logon denied; log in failed; failed to login; failed to log in; unable to login; unable to log in;
    could not login; could not log in; can't login; cannot login; cannot log in; sign in failed;
    invalid credential*; bad credential*; wrong credential*; incorrect credential*; credentials are invalid;
    credentials are incorrect; credentials invalid; credentials rejected; credentials failed;
    credentials were rejected; check your credentials; invalid login*; incorrect login*; bad login*; wrong login*;
    invalid user*; incorrect user*; bad user*; wrong user*; unknown user*; user unknown; no such user;
    user not found; user does not exist; user doesn't exist; account not found; account does not exist;
    no such account; account doesn't exist; invalid account; invalid password; incorrect password; wrong password;
    bad password; password incorrect; password is incorrect; password is wrong; password is invalid;
    password invalid; password wrong; password error; password mismatch; password not accepted; password rejected;
    password do not match; password verification failed; password was incorrect; password is not correct;
    login or password; user or password; username or password; user name or password;
    username and password not accepted; username password; login parameters; username and password;
    name or password; email or password; account or password; loginerror; login denied; authentication problem;
    rejected that username; sasl authentication failed; access denied; authorization failed; not authorized;
    unauthorized; badcredentials; invalidcredentials; 535 5*; 535 auth*; unable to logon; unable to log on;
    密码错误; 账号或密码; 帐号或密码; 登录失败; 认证失败; неверный; anmeldung fehlgeschlagen; kennwort; passwort;
    échec; identifiants; contraseña; mot de passe
"""

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

ANY_PROVIDER = (rule("wrong-password", REFUSALS, stages=_AT_LOGIN, or_else="app-password-required imap-disabled"),)

FROM_CIRCUMSTANCES = (
    Always(
        slug="app-password-required",
        stages=frozenset({Stage.AUTH}),
        providers=frozenset({"yahoo", "aol", "icloud"}),
        alternatives=("wrong-password",),
    ),
)
