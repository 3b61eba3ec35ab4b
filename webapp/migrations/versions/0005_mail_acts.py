"""Create the record of what was done to messages, by which it can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mail_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "seen",
                "unseen",
                "flag",
                "unflag",
                "copy",
                "move",
                "archive",
                "delete",
                "expunge",
                name="kind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("destination_validity", sa.BigInteger(), nullable=False),
        sa.Column("destination_next", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("left_marked", sa.Boolean(), nullable=False),
        sa.Column("undo_of_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_mail_act_connection_id_connection"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undo_of_id"], ["mail_act.id"], name=op.f("fk_mail_act_undo_of_id_mail_act"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mail_act_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_act")),
    )
    with op.batch_alter_table("mail_act") as batch:
        batch.create_index(batch.f("ix_mail_act_connection_id_created_at"), ["connection_id", "created_at"])
        batch.create_index(batch.f("ix_mail_act_created_at"), ["created_at"])
        batch.create_index(batch.f("ix_mail_act_undo_of_id"), ["undo_of_id"])
        batch.create_index(batch.f("ix_mail_act_user_id"), ["user_id"])

    op.create_table(
        "mail_act_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "begun", "done", name="batchstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("messages", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["mail_act.id"], name=op.f("fk_mail_act_batch_act_id_mail_act"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_act_batch")),
        sa.UniqueConstraint("act_id", "number", name=op.f("uq_mail_act_batch_act_id_number")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("mail_act_batch")
    op.drop_table("mail_act")
