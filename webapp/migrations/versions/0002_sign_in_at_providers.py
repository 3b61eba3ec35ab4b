"""Create what signing in at providers needs: OAuth clients, attempts, grants."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "credential_type",
            sa.Enum(
                "gmail_oauth2", "outlook_oauth2", "credentials", name="credentialtype", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=600), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("tenant", sa.String(length=253), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("sealed_refresh_token", sa.String(), nullable=False),
        sa.Column("sealed_access_token", sa.String(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(length=43), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_failure", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint(
            "credential_type", "client_id", "subject", name=op.f("uq_grant_credential_type_client_id_subject")
        ),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_account"), ["account"], unique=False)

    op.create_table(
        "oauth_client",
        sa.Column(
            "credential_type",
            sa.Enum(
                "gmail_oauth2", "outlook_oauth2", "credentials", name="credentialtype", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(length=253), nullable=False),
        sa.Column("secret_expires_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("credential_type", name=op.f("pk_oauth_client")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "credential_type",
            sa.Enum(
                "gmail_oauth2", "outlook_oauth2", "credentials", name="credentialtype", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("for_form", sa.Boolean(), nullable=False),
        sa.Column("popup", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("sealed_secrets", sa.String(), nullable=False),
        sa.Column("sealed_form", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_sign_in_attempt_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grant.id"], name=op.f("fk_sign_in_attempt_grant_id_grant"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["user_session.id"],
            name=op.f("fk_sign_in_attempt_session_id_user_session"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sign_in_attempt_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        sa.UniqueConstraint("key", name=op.f("uq_sign_in_attempt_key")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_sign_in_attempt_state_hash")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_connection_id"), ["connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grant_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_connection_grant_id"), ["grant_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_connection_grant_id_grant"), "grant", ["grant_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("connection_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_one_time_link_connection_id_connection"),
            "connection",
            ["connection_id"],
            ["id"],
            ondelete="CASCADE",
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_one_time_link_connection_id_connection"), type_="foreignkey")
        batch_op.drop_column("connection_id")

    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_connection_grant_id_grant"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_connection_grant_id"))
        batch_op.drop_column("grant_id")

    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_user_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_session_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_grant_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_created_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_connection_id"))

    op.drop_table("sign_in_attempt")
    op.drop_table("oauth_client")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_account"))

    op.drop_table("grant")
