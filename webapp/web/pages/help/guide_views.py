"""The pages of the guides, filled in with the values of this portal."""

import re
from typing import Any

from flask import abort, render_template
from markupsafe import Markup

from webapp.config.app_state import current_settings
from webapp.services.providers import PROVIDERS
from webapp.services.providers.known_servers import KNOWN_SERVERS
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, spec_of_key
from webapp.web.pages.help.command_table import command_rows, exit_rows
from webapp.web.pages.help.guides import Guide, guides
from webapp.web.pages.help.portal_facts import portal_facts
from webapp.web.pages.help.setting_table import provider_setting_rows, setting_rows

# The text of a guide says itself what its parts are.
_PART = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>', re.DOTALL)


def guide(slug: str) -> str:
    """Show one guide."""
    found = guides().get(slug)
    if found is None:
        abort(404)
    text = guide_text(found)
    parts = [(anchor, Markup(title)) for anchor, title in _PART.findall(text)]  # noqa: S704  (of our own template)
    return render_template("help/guide.html", guide=found, text=text, parts=parts)


def guide_text(guide: Guide) -> Markup:
    """Return the text of a guide with this portal's values in it, without the page around it."""
    spec = spec_of_key(guide.provider)
    of_provider = (
        {
            "spec": spec,
            "credential_label": PROVIDERS[spec.credential_type].label,
            "provider_facts": portal_facts(spec.key),
        }
        if spec
        else {}
    )
    text = render_template(guide.template or f"help/guides/{guide.slug}.html", **of_provider, **_values())
    return Markup(text)  # noqa: S704  (a rendered template)


def _values() -> dict[str, Any]:
    settings = current_settings()
    return {
        **{spec.key: portal_facts(spec.key) for spec in PROVIDER_SPECS.values()},
        "base_url": settings.base_url,
        "help_public": settings.help_public,
        **{f"{spec.key}_screens": spec.known_error_pages for spec in PROVIDER_SPECS.values()},
        "known_servers": KNOWN_SERVERS,
        "setting_rows": setting_rows,
        "provider_setting_rows": provider_setting_rows,
        "command_rows": command_rows,
        "exit_rows": exit_rows,
    }
