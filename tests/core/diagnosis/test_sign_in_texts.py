"""What libraries, programs and servers say of sign-in pages and token endpoints, in their own spellings."""

import pytest

from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure

TEXTS = {
    "consent-not-given": """
        access_denied
        The resource owner denied the request (access_denied)
    """,
    "admin-consent-required": """
        Need admin approval. Postroom needs permission to access resources in your organization that only an admin
            can grant.
    """,
    "app-blocked-by-admin": """
        Error 400: admin_policy_enforced
        Access blocked: Your institution's admin needs to review Postroom Error 400: access_not_configured
        Error 400: policy_enforced Advanced Protection prevents your Google Account from signing in
    """,
    "oauth-app-audience": """
        Access blocked: Foo has not completed the Google verification process Error 403: access_denied
        This app is blocked. This app tried to access sensitive info in your Google Account. To keep your account
            safe, Google blocked this access.
        Google hasn't verified this app
        Error 403: access_denied. The developer hasn't given you access to this app. It's currently being tested and
            it hasn't been verified by Google.
    """,
    "embedded-browser-blocked": """
        Error 403: disallowed_useragent
        This browser or app may not be secure. Try using a different browser.
    """,
    "redirect-uri-mismatch": """
        AADSTS500113: No reply address is registered for the application.
        You can't sign in to this app because it doesn't comply with Google's OAuth 2.0 policy. If you're the app
            developer, register the redirect URI in the Google Cloud Console. Error 400: redirect_uri_mismatch
    """,
    "client-unknown": """
        Error 401: deleted_client
        {"error":"unauthorized_client","error_description":"AADSTS700016: Application with identifier 'x' was not
            found in the directory 'y'."
        Error 401: invalid_client The OAuth client was not found.
    """,
    "client-secret-wrong": """
        invalid_client: Unauthorized
        AADSTS70002: Error validating credentials. AADSTS50012: Invalid client secret is provided.
        {"error": "invalid_client", "error_description": "The provided client secret is invalid."}
        { "error": "invalid_client", "error_description": "Unauthorized" }
    """,
    "client-secret-expired": """
        AADSTS7000222: The provided client secret keys for app 'x' are expired.
        The client secret has expired (AADSTS7000222)
    """,
    "oauth-client-misconfigured": """
        AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.
        AADSTS9002326: Cross-origin token redemption is permitted only for the 'Single-Page Application'
            client-type.
        You can't sign in to this app because it doesn't comply with Google's OAuth 2.0 policy for keeping apps
            secure. Error 400: invalid_request
        Access blocked: Authorization Error. Missing required parameter: redirect_uri Error 400: invalid_request
        client_secret is missing.
    """,
    "scope-missing": """
        AADSTS65006: the client attempting
        AADSTS70011: The provided request must include a 'scope' input parameter.
        Error 400: invalid_scope Some requested scopes were invalid. {valid=[], invalid=[foo]}
    """,
    "wrong-tenant": """
        AADSTS90002: Tenant 'foo.onmicrosoft' not found.
    """,
    "personal-account-unsupported": """
        You can't sign in here with a personal account. Use your work or school account instead.
    """,
    "mfa-required": """
        AADSTS50079: Due to a configuration change made by your administrator, you must enroll in multi-factor
            authentication
    """,
    "conditional-access-blocked": """
        You cannot access this right now. Your sign-in was successful but does not meet the criteria to access this
            resource. (53003)
    """,
    "reconnect-required": """
        invalid_grant: Token has been expired or revoked.
        AADSTS700082: The refresh token has expired due to inactivity.
        XOAUTH2 authentication failed: xoauth2handler got: {u'error_description': u'Bad Request', u'error':
            u'invalid_grant'}
        {"error":"invalid_grant","error_description":"Bad Request"}
        AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed.
        AADSTS70000: The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.
    """,
    "sign-in-restart": """
        invalid_grant: Code was already redeemed.
        AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an
            existing refresh token.
        AADSTS70000: The provided value for the 'code' parameter is not valid.
        mismatching_state: CSRF Warning! State not equal in request and response.
    """,
    "session-policy-expiry": """
        {"error":"invalid_grant","error_description":"reauth related error
            (invalid_rapt)","error_subtype":"invalid_rapt"}
    """,
    "delegation-not-configured": """
        unauthorized_client: Client is unauthorized to retrieve access tokens using this method, or client not
            authorized for any of the scopes requested.
        NO Lookup failed abc
    """,
}


@pytest.mark.parametrize(("text", "slug"), by_text(TEXTS))
def test_a_text_of_a_sign_in_is_understood_without_stage_or_provider(text: str, slug: str) -> None:
    assert diagnose(Failure(text=text)).problem.slug == slug
