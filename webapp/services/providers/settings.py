"""The settings of the portal together with those of every registered provider."""

from typing import Any

from pydantic import create_model

from webapp.config.provider_settings import provider_fields
from webapp.config.settings import Settings
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, ProviderSpec


def settings_class() -> type[Settings]:
    """Return the settings class: the portal's own fields, then `<key>_…` of each provider."""
    fields: dict[str, Any] = {}
    for spec in PROVIDER_SPECS.values():
        fields |= fields_of(spec)
    return create_model("Settings", __base__=Settings, **fields)


def fields_of(spec: ProviderSpec) -> dict[str, Any]:
    """Return the settings of one provider."""
    return provider_fields(
        spec.key,
        company=spec.company,
        imap_server=spec.imap_server,
        has_revocation=bool(spec.endpoints(spec.default_tenant).revocation),
        is_tenant=spec.is_tenant if spec.has_tenant else None,
    )
