"""Recognises what a token endpoint says (RFC 6749); the bare `error` values come last, being the least particular."""

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.rules.rule import rule

_OAUTH = (Stage.AUTHORIZE, Stage.TOKEN)

TOKENS = (
    rule(
        "sign-in-restart",
        """
            malformed auth code; malformed authorization code; code was already redeemed; already been redeemed;
            code has already been used; code already used; authorization code has expired; authorization code expired;
            authorization code is expired; authorization code is invalid; authorization code is malformed;
            invalid authorization code; invalid auth code; authorization code not found; code was already used;
            code has expired; code is invalid or expired; incorrect authorization code; mismatching_state;
            state not equal; state mismatch; state parameter; invalid state; invalid_state; missing code in response;
            missing_code; verification code is invalid; flow token expired; auth code expired
        """,
        unless="code verifier; command received in invalid state",
        or_else="oauth-client-misconfigured reconnect-required",
    ),
    rule(
        "scope-missing",
        """
            invalid_scope; insufficient authentication scopes; insufficient_scope; insufficient scope*;
            access_token_scope_insufficient; insufficientpermissions; insufficient permission; scope has changed;
            requires additional permissions; requested scopes were invalid; missing required scope*; scope is invalid;
            scope isn't valid; scope is not valid; scopes are missing; missing scope*;
            does not have the required scope*; scope that doesn't exist; unknown scope; scope not granted;
            granted scopes; erroraccessdenied; resource principal named; default suffixed to the resource identifier;
            'scope' is not valid; no scopes
        """,
        or_else="consent-not-given oauth-token-rejected",
    ),
    rule(
        "reconnect-required",
        """
            token has been expired or revoked; expired or revoked; token has been revoked; token was revoked;
            token revoked; refresh token has expired; refresh token is expired; refresh token expired;
            refresh token is invalid; refresh token isn't valid; refresh token is not valid; invalid refresh token;
            refresh token not found; no refresh token; refresh_token is missing; missing refresh token;
            missing required parameter refresh_token; grant has been revoked; grant has expired;
            provided grant has expired; grant is expired; session has expired or was revoked;
            refresh_token must not be empty; token_revoked
        """,
        or_else="sign-in-restart",
    ),
    rule(
        "oauth-client-misconfigured",
        """
            comply with google's oauth 2 0 policy; oob flow has been blocked; loopback flow has been blocked;
            missing required parameter*; required parameter is missing; code verifier; code_verifier; code_challenge*;
            client_secret is missing; client secret is missing; unsupported_response_type; unsupported_grant_type;
            parameter not allowed; app sent an invalid request; app's request is invalid; request is malformed;
            invalid jwt signature; no valid verifier; response_type; must be confidential; client is public;
            public client*; device_id and device_name are required
        """,
        or_else="sign-in-restart",
    ),
    rule(
        "consent-not-given",
        """
            consent_required; has not consented; user declined to consent; userdeclinedconsent; user has denied;
            user denied; user cancelled; user canceled; denied the request; consent was not given;
            declined to give consent
        """,
        literals=("access_denied",),
        unless="403",
        stages=_OAUTH,
        or_else="admin-consent-required",
    ),
    rule(
        "oauth-app-audience",
        literals=("access_denied",),
        also="403",
        stages=(Stage.AUTHORIZE,),
        or_else="consent-not-given",
    ),
)

RFC_6749 = (
    rule("client-unknown", "unauthorized_client", also="not found", or_else="wrong-tenant"),
    rule(
        "client-secret-wrong",
        "invalid_client; client authentication failed; bad client credentials",
        or_else="client-unknown client-secret-expired",
    ),
    rule(
        "reconnect-required",
        """
            invalid_grant; invalidgrant; interaction_required; login_required; msaluirequiredexception;
            msalinteractionrequiredexception; interactionrequired
        """,
        or_else="sign-in-restart session-policy-expiry",
    ),
    rule(
        "oauth-client-misconfigured",
        "unauthorized_client; invalid_request; error 400 invalid*",
        stages=_OAUTH,
        or_else="redirect-uri-mismatch",
    ),
    rule(
        "server-unavailable",
        literals=(
            "temporarily_unavailable",
            "server_error",
        ),
        stages=_OAUTH,
    ),
)
