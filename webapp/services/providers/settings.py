"""The settings of the portal together with those of every registered provider."""

from functools import cache
from typing import Any

from pydantic import create_model

from webapp.config.provider_settings import provider_fields
from webapp.config.settings import Settings
from webapp.models import CredentialType
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, ProviderSpec


def settings_class() -> type[Settings]:
    """Return the settings class: the portal's own fields, then `<key>_…` of each provider."""
    return _settings_class(tuple(PROVIDER_SPECS))


@cache
def _settings_class(kinds: tuple[CredentialType, ...]) -> type[Settings]:
    fields: dict[str, Any] = {}
    for kind in kinds:
        fields |= fields_of(PROVIDER_SPECS[kind])
    return create_model("PortalSettings", __base__=Settings, __module__=__name__, **fields)


def __getattr__(name: str) -> type[Settings]:
    """Return the class by its name, so that settings can be sent to another process."""
    if name == "PortalSettings":
        return settings_class()
    raise AttributeError(name)


def fields_of(spec: ProviderSpec) -> dict[str, Any]:
    """Return the settings of one provider."""
    return provider_fields(
        spec.key,
        company=spec.company,
        imap_server=spec.imap_server,
        has_revocation=bool(spec.endpoints(spec.default_tenant).revocation),
        is_tenant=spec.is_tenant if spec.has_tenant else None,
    )
