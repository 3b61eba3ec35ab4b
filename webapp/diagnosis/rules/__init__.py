"""All rules in the order in which they are asked; the first that fits decides.

The order is the knowledge: a numbered code says more than a sentence, a named cause more than "failed", what a server
said more than how the connection ended.
"""

from webapp.diagnosis.rules import encryption, login, refusals, server, sign_in, tokens, transport
from webapp.diagnosis.rules.aadsts import AADSTS
from webapp.diagnosis.rules.rule import Recogniser

RULES: tuple[Recogniser, ...] = (
    *sign_in.MICROSOFT_BY_WORDING,
    AADSTS,
    *transport.PROXY,
    *encryption.CERTIFICATES,
    *sign_in.GOOGLE_AND_PAGES,
    *tokens.TOKENS,
    *server.MAILBOX_NAMED,
    *login.NAMED_CAUSES,
    *server.LIMITS,
    *server.ENCRYPTION_WANTED,
    *server.ENCRYPTION_WANTED_BY_CAPABILITY,
    *encryption.ENCRYPTION,
    *encryption.HANDSHAKE_CUT,
    *encryption.PERHAPS_A_CERTIFICATE,
    *login.MECHANISMS,
    *tokens.RFC_6749,
    *transport.NAMES,
    *server.BUSY,
    *refusals.TOKEN_REFUSED,
    *server.MAILBOXES,
    *refusals.BY_PROVIDER,
    *refusals.ANY_PROVIDER,
    *transport.REFUSED,
    *server.OTHER_PROTOCOL,
    *transport.ROUTES,
    *server.MAILBOX_LAST_GUESS,
)
