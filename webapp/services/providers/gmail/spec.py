"""Google as data: endpoints, scopes, rules, the console's words.

Sources: developers.google.com/identity/openid-connect, developers.google.com/identity/protocols/oauth2/web-server
(redirect URI validation rules).
"""

from ipaddress import ip_address

from webapp.core.diagnosis.codes import Family
from webapp.core.net.loopback import is_loopback
from webapp.core.oauth.endpoints import Endpoints
from webapp.core.oauth.provider_rules import ProviderRules
from webapp.models import CredentialType
from webapp.services.providers.oauth.spec import ClientHint, ProviderSpec

GMAIL = CredentialType("gmail_oauth2")

GOOGLE = Endpoints(
    authorization="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106  (an address, no secret)
    jwks_uri="https://www.googleapis.com/oauth2/v3/certs",
    issuer="https://accounts.google.com",
    revocation="https://oauth2.googleapis.com/revoke",
)
_MAIL_SCOPE = "https://mail.google.com/"
_ID_ENDING = ".apps.googleusercontent.com"
_SECRET_BEGINNING = "GOCSPX-"  # noqa: S105  (how they begin)
# Endings of internal networks; Google asks the public suffix list, on which none of them is.
_PRIVATE_ENDINGS = frozenset({"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "private", "test"})


def _redirect_uri_fault(scheme: str, host: str) -> str:
    if is_loopback(host):
        return ""
    if _is_ip_address(host):
        return "Google takes no bare IP address in a redirect URI."
    if scheme != "https":
        return "Google takes http only for localhost and 127.0.0.1, and https everywhere else."
    ending = host.rpartition(".")[2]
    if ending == host:
        return f"Google takes only names with a public ending, such as portal.example.com, and “{host}” has none."
    if ending in _PRIVATE_ENDINGS:
        return f"Google takes only names with a public ending, such as portal.example.com, and “.{ending}” is none."
    return ""


def _is_ip_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


SPEC = ProviderSpec(
    key="gmail",
    credential_type=GMAIL,
    company="Google",
    service="Gmail",
    scopes=("openid", "email", _MAIL_SCOPE),
    mail_scope=_MAIL_SCOPE,
    endpoints=lambda tenant: GOOGLE,
    imap_server="imap.gmail.com:993:tls",
    rules=ProviderRules(issuer_aliases=("https://accounts.google.com", "accounts.google.com")),
    diagnosis_key="google",
    organisation_only=True,
    sign_in_label="Sign in with Google",
    logo_template="providers/gmail/_logo.html",
    before_sign_in_template="providers/gmail/_before_sign_in.html",
    set_up_template="providers/gmail/_set_up.html",
    known_error_pages=(
        ("This app is blocked", "app-blocked-by-admin"),
        ("Access blocked: your institution's admin needs to review", "app-blocked-by-admin"),
        ("Access blocked: … has not completed the Google verification process", "oauth-app-audience"),
        ("Google hasn't verified this app", "oauth-app-audience"),
        ("Error 403: org_internal", "oauth-app-audience"),
        ("Error 400: redirect_uri_mismatch", "redirect-uri-mismatch"),
        ("Error 401: invalid_client, deleted_client", "client-unknown"),
        ("Error 403: disallowed_useragent", "embedded-browser-blocked"),
    ),
    client_id_example="1234567890-abc123.apps.googleusercontent.com",
    secret_expiry_hint=(  # noqa: S106
        "Google's secrets have none by themselves. If you renew yours regularly, the portal reminds you here, 30 days "
        "before."
    ),
    client_hints=(
        ClientHint(
            "client_id",
            lambda client: client.client_id.startswith(_SECRET_BEGINNING),
            f"This looks like the client secret. The client ID beside it ends in {_ID_ENDING}.",
        ),
        ClientHint(
            "client_id",
            lambda client: not client.client_id.endswith(_ID_ENDING),
            f"Google's client IDs end in {_ID_ENDING}. Is this the client's name, or the project's ID?",
        ),
        ClientHint(
            "client_secret",
            lambda client: client.client_secret.endswith(_ID_ENDING),
            f"This looks like the client ID. The secret beside it begins with {_SECRET_BEGINNING}.",
        ),
    ),
    redirect_uri_fault=_redirect_uri_fault,
    permissions_page="myaccount.google.com/permissions",
    own_problems=frozenset({"oauth-app-audience"}),
    code_families=frozenset({Family.GOOGLE}),
)
