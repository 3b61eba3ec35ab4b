"""Create the links by which a problem is handed to somebody else."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "hand_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_token", sa.String(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column(
            "credential_type",
            sa.Enum(
                "gmail_oauth2", "outlook_oauth2", "credentials", name="credentialtype", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("problem", sa.String(length=50), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("technical", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_hand_off_asked_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_hand_off_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hand_off_token_hash")),
    )
    with op.batch_alter_table("hand_off") as batch:
        batch.create_index(batch.f("ix_hand_off_asked_by_id"), ["asked_by_id"])
        batch.create_index(batch.f("ix_hand_off_connection_id"), ["connection_id"])
        batch.create_index(batch.f("ix_hand_off_expires_at"), ["expires_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("hand_off")
