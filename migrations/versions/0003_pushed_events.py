"""channels of pushed events and their inbox

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_channels",
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("direct_messages", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("next_receive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_worker", sa.Text(), nullable=True),
        sa.Column("lease_generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("intake_generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("intake_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_push_channels_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_push_channels")),
    )
    op.create_table(
        "pushed_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_pushed_events_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushed_events")),
        sa.UniqueConstraint("source_id", "event_id", name=op.f("uq_pushed_events_source_id_event_id")),
    )
    op.create_index(
        "ix_pushed_events_waiting", "pushed_events", ["source_id", "id"], unique=False, postgresql_where=sa.text("taken_at IS NULL")
    )
    op.create_index("ix_pushed_events_taken", "pushed_events", ["taken_at"], unique=False, postgresql_where=sa.text("taken_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_pushed_events_taken", table_name="pushed_events", postgresql_where=sa.text("taken_at IS NOT NULL"))
    op.drop_index("ix_pushed_events_waiting", table_name="pushed_events", postgresql_where=sa.text("taken_at IS NULL"))
    op.drop_table("pushed_events")
    op.drop_table("push_channels")
