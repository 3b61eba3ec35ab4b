"""Recognises what a provider says on its sign-in page, and what one of Microsoft's numbers alone would leave open."""

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.rules.rule import rule

_OAUTH = (Stage.AUTHORIZE, Stage.TOKEN)

# These are read before the code table, since one number stands for several causes.
MICROSOFT_BY_WORDING = (
    rule(
        "sign-in-restart",
        "authorization code; auth code; the code; 'code' parameter; input parameter code",
        also="aadsts70000",
        unless="refresh_token parameter",
        or_else="oauth-client-misconfigured",
    ),
    rule(
        "sign-in-restart",
        """
            authorization code is expired; authorization code has expired;
            authorization code is invalid or has expired; provided authorization code
        """,
        also="aadsts70008",
        unless="authorization code or refresh token",
        or_else="reconnect-required",
    ),
    rule("web-login-required", "service abuse mode; service abuse", or_else="account-disabled"),
    rule(
        "consent-not-given",
        "scopes requested are unauthorized or expired",
        or_else="scope-missing reconnect-required",
    ),
    rule(
        "personal-account-unsupported",
        """
            not enabled for consumers; for use by microsoft entra users only;
            for use by azure active directory users only; use the consumers endpoint to serve this request;
            for use by microsoft account users only; from this api version for a microsoft account;
            can't sign in here with a personal account; can't sign in with a personal account;
            use your work or school account instead; work or school account instead;
            personal microsoft accounts are not; personal accounts are not supported;
            personal microsoft account is not supported; unsupported account type;
            not a valid login domain for the account type
        """,
        or_else="client-unknown wrong-tenant wrong-account",
    ),
    rule("client-secret-expired", "client secret keys*", also="expired"),
    rule(
        "client-secret-wrong",
        """
            invalid client secret*; client secret provided is invalid; client secret is invalid;
            client secret is incorrect; client_secret mismatch; secret value is incorrect; tokenerror unauthorized;
            secret is wrong
        """,
        unless="expired",
    ),
)

GOOGLE_AND_PAGES = (
    rule(
        "oauth-client-misconfigured",
        (
            "api has not been used in project; api is not enabled; api not enabled; "
            "is not found and cannot be used for api calls"
        ),
    ),
    rule(
        "embedded-browser-blocked",
        """
            disallowed_useragent; this browser or app may not be secure; secure browsers policy; use secure browsers;
            embedded user agent*; browser you're using doesn't support; browser is not supported;
            try using a different browser; embedded browser*; embedded webview*; embedded web view*
        """,
    ),
    rule(
        "oauth-app-audience",
        """
            org_internal; restricted to users within its organization; completed the google verification process;
            developer approved testers; currently being tested; sign in with google temporarily disabled for this app;
            google hasn't verified this app; app isn't verified; app is not verified; unverified app*; unverified_app;
            user cap; google blocked this access; tried to access sensitive info; is not a test user;
            not been verified by google; blocked by google; app is in testing mode; test users; publishing status
        """,
        or_else="wrong-account app-blocked-by-admin",
    ),
    rule(
        "app-blocked-by-admin",
        """
            admin_policy_enforced; policy_enforced; advanced protection; restricted by policies within your organi*;
            access_not_configured; application is currently blocked; admin needs to review;
            admin hasn't given you access; not authorized by your admin*; blocked by your admin*;
            administrator has blocked; admin has blocked; disabled by your admin*; not allowed by your admin*;
            isn't assigned to a role; not assigned to a role; is not assigned to the application; app is disabled;
            application is disabled; disabled by the administrator; institution's admin; org_policy; app is blocked
        """,
        or_else="oauth-app-audience admin-consent-required",
    ),
    rule(
        "admin-consent-required",
        """
            need admin approval; needs admin approval; admin approval required; approval required;
            only an admin can grant; administrator consent is required; admin consent is required;
            admin consent required; adminconsentrequired; requires admin consent; require admin consent;
            admin has not consented; ask an admin to grant; requires your admin*; administrator must approve
        """,
        or_else="consent-not-given",
    ),
    rule(
        "redirect-uri-mismatch",
        """
            redirect_uri_mismatch; redirecturimismatch; invalid_redirect_uri; origin_mismatch;
            does not match the redirect uri*; reply url specified in the request; reply address;
            redirect uri is not valid; redirect_uri is not valid; redirect uri is invalid; invalid redirect uri;
            invalid redirect_uri; redirect_uri did not match; redirect uri did not match; redirect uri does not match;
            redirect_uri does not match; redirect uri mismatch; redirect uri provided; not a registered redirect;
            redirect uri is not registered; redirect_uri is not registered; unregistered redirect*;
            does not match a registered redirect uri; does not match the ones authorized for the oauth client;
            only be used by a client id for native application; does not match the reply url*;
            redirect_uri parameter is not valid; match the redirect ur*; redirect ur* configured for
        """,
        or_else="oauth-client-misconfigured",
    ),
    rule(
        "client-unknown",
        """
            oauth client was not found; deleted_client; oauth client was deleted; disabled_client;
            oauth client was disabled; client not found; unknown client; client does not exist; client id is invalid;
            invalid client id; client_id is not valid; invalid client_id; client identifier is invalid;
            no such client; was not found in the directory; unauthorized application
        """,
        or_else="wrong-tenant client-secret-wrong",
    ),
    rule(
        "wrong-tenant",
        """
            not configured as a multi tenant application; tenant identifier; tenant not found; invalid tenant*;
            tenant identifying information; common endpoint; over the common or*; single tenant application;
            use a tenant specific endpoint
        """,
        or_else="wrong-account",
    ),
    rule(
        "wrong-account",
        """
            does not exist in tenant; account does not exist in the; doesn't exist in tenant;
            to be added as an external user; account must be added to the directory; account mismatch;
            signed in with a different account; different account than; wrong account
        """,
        or_else="wrong-tenant",
    ),
    rule(
        "conditional-access-blocked",
        """
            conditional access; security defaults; devicenotcompliant; device is not compliant;
            requires a compliant device; device not registered; does not meet the criteria to access;
            cannot access this right now; can't access this right now; protection_policy_required;
            device requesting access; device must be managed; device to be managed; requires a managed device;
            device is not managed; device is not registered; device authentication is required
        """,
        or_else="mfa-required",
    ),
    rule(
        "mfa-required",
        """
            multi factor authentication; multifactor authentication; mfa is required; mfa required; must use mfa;
            mfa_required; two factor authentication is required; strong authentication is required; userstrongauth*
        """,
        unless="application specific password",
        or_else="conditional-access-blocked",
    ),
    rule(
        "session-policy-expiry",
        """
            invalid_rapt; rapt_required; reauth related error; sign in frequency; reauthentication is needed;
            badtokenduetosigninfrequency
        """,
        or_else="reconnect-required",
    ),
    rule(
        "clock-skew",
        """
            short lived token; in a reasonable timeframe; iat and exp; clock skew; token used too early;
            clock is set correctly; time skew; system clock; computer's clock; not within its valid time range;
            issued in the future; iat is in the future; not yet valid iat; clocks are not synchronized
        """,
    ),
    rule(
        "delegation-not-configured",
        """
            unauthorized to retrieve access tokens using this method; unauthorized client or scope in request;
            domain wide delegation; delegation denied; domain wide authority; application access policy;
            lookup failed; client is unauthorized to retrieve
        """,
        or_else="scope-missing",
    ),
    rule(
        "account-disabled",
        "invalid grant account not found; account has been deleted; user account is disabled",
        stages=_OAUTH,
    ),
    rule(
        "wrong-account",
        """
            not a valid email or user id; invalid email or user id; not a valid email; invalid principal;
            invalid impersonation*
        """,
        or_else="delegation-not-configured",
        stages=_OAUTH,
    ),
)
