"""Microsoft Entra's error numbers and the problem each stands for.

Source: learn.microsoft.com/entra/identity-platform/reference-error-codes and the support articles for single codes.
Microsoft may add numbers at any time: one that is missing here is judged by its wording.
"""

from webapp.diagnosis.rules.rule import CodeTable

_CODES: dict[str, str] = {
    "consent-not-given": "65001 65004 50199 9002341",
    "admin-consent-required": "90094 90095 90093 900941 900981 650056",
    "app-blocked-by-admin": """
        50105 7000112 1000031 50002 500021 500022 500212 500213 5000224 51000 90123 1000104 90084 650051
    """,
    "redirect-uri-mismatch": "50011 900971 500113 500117 70004",
    "client-unknown": "700016 70001 700011 7000110",
    "client-secret-wrong": "7000215 70002",
    "client-secret-expired": "7000222",
    "oauth-client-misconfigured": """
        7000218 700025 900144 9002313 90004 90009 90010 90016 700019 700021 90023 90014 90015 90005 90013
        90100 90102 90107 90112 90121 70003 70005 70007 700054 700027 50003 50006 50012 50013 50146 50147
        50149 501491 900384 901002 90056 900561 9002325 9002326 9002327 90027 700030 7000219 7000216 50027
        900142 70021 700211 700212 700213
    """,
    "scope-missing": """
        70011 28000 28002 28003 65005 65006 650053 650057 650054 700022 700023 1002012 50001 500011 90008
        65002
    """,
    "wrong-tenant": """
        50194 9001023 90002 50059 50128 700005 900023 90019 90124 90130 50049 650059 90038 90043 90051 900382
        900432 900439
    """,
    "wrong-account": "16000 16001 16003 50020 50034 50143 81012 51004 90072 50197 90101 50014 50177 50178",
    "personal-account-unsupported": "500200 500201 500207 500208 9002332 9002331 700018",
    "mfa-required": "50072 50074 50076 50078 50079 50158 53004 53010 50203 500121 50161",
    "conditional-access-blocked": """
        53000 53001 53002 53003 53005 53008 53009 53011 530001 530002 530003 530004 530021 530031 530032
        530033 530034 530035 530036 50005 50097 50127 50129 50131 50155 50187 50192 50180 700003 80012 501311
        501314
    """,
    "reconnect-required": "700082 700081 700084 70008 70000 50173 50132 50133 50085 50139 700020 50058 40009",
    "sign-in-restart": "54005 50089 50148 501481 16002 160021 50140 40015 70019",
    "session-policy-expiry": "70043 70044",
    "clock-skew": "80013 700024",
    "wrong-password": "50126 50064 50056",
    "web-login-required": "50055 50125 50135 50137 50142 50144 50207",
    "account-locked": "50053",
    "account-disabled": "50057 500571 500341",
    "license-or-mailbox-missing": "650052 500014",
    "rate-limited": "90055 50196 50088",
    "server-unavailable": """
        50000 50033 50087 50166 70012 90006 90012 90024 90033 90036 90090 90091 40008 40010 80001 80002 80005
        80007 80010 80014
    """,
}

# A sign-in server of the organisation itself refused; its own message decides, else its administrator looks.
_FEDERATION = (20001, 20012, 20033, 50008, 50017, 50107, 399284)

_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "consent-not-given": ("admin-consent-required", "scope-missing"),
    "client-unknown": ("wrong-tenant",),
    "wrong-account": ("personal-account-unsupported", "wrong-tenant"),
    "personal-account-unsupported": ("wrong-account", "wrong-tenant"),
    "wrong-tenant": ("wrong-account",),
    "mfa-required": ("conditional-access-blocked",),
    "conditional-access-blocked": ("mfa-required",),
    "reconnect-required": ("sign-in-restart", "session-policy-expiry"),
    "sign-in-restart": ("oauth-client-misconfigured",),
    "web-login-required": ("wrong-password",),
}

# "Error validating credentials" and "the request is not valid" stand before the number that tells.
_WRAPPERS = frozenset({70002, 50012, 70000, 90023})

AADSTS = CodeTable(
    marks=(" aadsts", " error codes ", " error code "),
    slugs={int(code): slug for slug, codes in _CODES.items() for code in codes.split()}
    | dict.fromkeys(_FEDERATION, "server-unavailable"),
    wrappers=_WRAPPERS,
    alternatives=_ALTERNATIVES,
)
