"""Lets go of a grant that no connection uses any more, and says so where the provider could not be told."""

from flask import flash

from webapp.services.providers.oauth.grants import revoke_if_unused


def release_grant(grant_id: int | None) -> None:
    """Let go of a grant that was in use until now; commits."""
    if failure := revoke_if_unused(grant_id):
        flash(
            "Google could not be told that the portal gives its access back. The owner of the mailbox can take it away "
            f"at myaccount.google.com/permissions. ({failure})",
            "warning",
        )
