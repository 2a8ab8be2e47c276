"""a region's own topics by version, and the queue of a group of topics

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEX = "ix_incidents_queue_by_topic_group"


def upgrade() -> None:
    op.create_table(
        "taxonomies",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("titles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["operators.id"], name=op.f("fk_taxonomies_changed_by")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_taxonomies_region_id")),
        sa.PrimaryKeyConstraint("region_id", "version", name=op.f("pk_taxonomies")),
    )
    group = sa.text("split_part(topic, '.', 1)")
    op.create_index(INDEX, "incidents", ["region_id", group, sa.text("waiting DESC"), "queue_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="incidents")
    op.drop_table("taxonomies")
