"""All rules in the order in which they are asked; the first that fits decides.

The order is the knowledge: a numbered code says more than a sentence, a named cause more than "failed", what a server
said more than how the connection ended.
"""

from webapp.core.diagnosis.rules import (
    generic_refusals,
    imap_login,
    imap_server,
    network,
    oauth_authorization,
    oauth_token,
    tls,
)
from webapp.core.diagnosis.rules.entra_codes import AADSTS
from webapp.core.diagnosis.rules.rule import Matcher

RULES: tuple[Matcher, ...] = (
    *oauth_authorization.MICROSOFT_BY_WORDING,
    AADSTS,
    *network.PROXY,
    *tls.CERTIFICATES,
    *oauth_authorization.GOOGLE_AND_PAGES,
    *oauth_token.TOKENS,
    *imap_server.MAILBOX_NAMED,
    *imap_login.NAMED_CAUSES,
    *imap_server.LIMITS,
    *imap_server.ENCRYPTION_WANTED,
    *imap_server.ENCRYPTION_WANTED_BY_CAPABILITY,
    *tls.ENCRYPTION,
    *tls.HANDSHAKE_CUT,
    *tls.PERHAPS_A_CERTIFICATE,
    *imap_login.MECHANISMS,
    *oauth_token.RFC_6749,
    *network.NAMES,
    *imap_server.BUSY,
    *generic_refusals.TOKEN_REFUSED,
    *imap_server.MAILBOXES,
    *generic_refusals.BY_PROVIDER,
    *generic_refusals.ANY_PROVIDER,
    *network.REFUSED,
    *imap_server.OTHER_PROTOCOL,
    *network.ROUTES,
    *imap_server.MAILBOX_LAST_GUESS,
)
