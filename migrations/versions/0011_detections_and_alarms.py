"""detections and alarms

How soon messages were seen, and what is wrong with pages since when.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENTS = ("due_at", "asked_at", "received_at", "judged_at", "stored_at")


def upgrade() -> None:
    op.add_column("poll_states", sa.Column("last_found_at", sa.DateTime(timezone=True)))
    op.add_column("poll_states", sa.Column("first_success_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE poll_states SET first_success_at = last_success_at")
    op.create_table(
        "detections",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        *(sa.Column(moment, sa.DateTime(timezone=True), nullable=False) for moment in MOMENTS),
        sa.Column("published", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_detections")),
    )
    op.create_index("ix_detections_stored_at", "detections", ["region_id", "stored_at"])
    op.create_table(
        "alarms",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_alarms_source_id")),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_open", "alarms", ["source_id", "kind"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))


def downgrade() -> None:
    op.drop_table("alarms")
    op.drop_table("detections")
    op.drop_column("poll_states", "first_success_at")
    op.drop_column("poll_states", "last_found_at")
