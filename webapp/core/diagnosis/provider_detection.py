"""Guesses from a text which provider is speaking, when no one knows better."""

from collections.abc import Mapping

from webapp.core.diagnosis.rules.rule import phrase_list
from webapp.core.diagnosis.text_normalization import NormalizedText, Phrase

# Names under which a provider may be asked for, brought to the one that the rules use.
_SAME: Mapping[str, str] = {
    "gmail": "google",
    "outlook": "microsoft",
    "office365": "microsoft",
    "hotmail": "microsoft",
    "netease": "163",
    "126": "163",
    "aim": "aol",
    "mail.ru": "mailru",
    "gmail.com": "google",
}

_GENERIC = ("generic", "password", "credentials")

# Server names: sure enough even where a person said "generic".
_HOSTS: Mapping[str, tuple[Phrase, ...]] = {
    "google": phrase_list("imap gmail com; imap googlemail com; gimap"),
    "microsoft": phrase_list(
        "outlook office365 com; imap mail outlook com; outlook office com; microsoft exchange; outlook com"
    ),
    "yahoo": phrase_list("imap mail yahoo com; yahoo com; aol com; mail yahoo*"),
    "icloud": phrase_list("imap mail me com; icloud com; icloud"),
    "yandex": phrase_list("imap yandex*; yandex*"),
    "qq": phrase_list("imap qq com; imap exmail qq com; mail qq com"),
    "163": phrase_list("imap 163 com; imap 126 com; imap yeah net; kefu 188 com"),
    "fastmail": phrase_list("imap fastmail com"),
    "mailru": phrase_list("imap mail ru"),
    "proton": phrase_list("protonmail*; proton bridge"),
}

# Words that only one provider uses.
_PHRASING: Mapping[str, tuple[str, ...]] = {
    "google": ("(Failure)", "support.google.com"),
    "microsoft": ("LOGIN failed.", "AUTHENTICATE failed."),
    "yahoo": (
        "LOGIN Invalid credentials",
        "AUTHENTICATE Invalid credentials",
        "(#MBR",
        "(#AUTH",
        "Command is not valid in this state",
    ),
    "163": ("LOGIN Login error",),
}


_KNOWN = frozenset(_HOSTS) | {"aol", "att"}


def detect_provider(stated: str | None, wording: NormalizedText) -> str | None:
    """Return the name of the provider: as stated, else by the server names in the text, else by its manner of speaking.

    Where a person stated "generic", a manner of speaking proves nothing.
    """
    name = _SAME.get(stated, stated) if stated else None
    if name in _KNOWN:
        return name
    for provider, hosts in _HOSTS.items():
        if any(map(wording.has, hosts)):
            return provider
    if stated in _GENERIC:
        return None
    return next((provider for provider, signs in _PHRASING.items() if any(sign in wording.raw for sign in signs)), None)
