"""Revokes a grant that no connection uses any more, and shows a warning where the provider could not be reached."""

from flask import flash

from webapp.models import Grant, db
from webapp.services.providers.oauth.grants import revoke_if_unused
from webapp.services.providers.oauth.spec import PROVIDER_SPECS


def release_grant(grant_id: int | None) -> None:
    """Revoke a grant that was in use until now; commits."""
    grant = db.session.get(Grant, grant_id) if grant_id is not None else None
    spec = PROVIDER_SPECS[grant.credential_type] if grant else None
    failure = revoke_if_unused(grant_id)
    if failure and spec:
        page = f" at {spec.permissions_page}" if spec.permissions_page else ""
        flash(
            f"{spec.company} could not be told that the portal gives its access back. The owner of the mailbox can "
            f"take it away{page}. ({failure})",
            "warning",
        )
