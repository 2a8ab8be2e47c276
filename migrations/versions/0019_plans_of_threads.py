"""what is known of each thread's comments, and the plans of looks at counters

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("threads", sa.Column("known_until", sa.DateTime(timezone=True)))
    op.add_column("threads", sa.Column("own_comments", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("threads", sa.Column("echoes", sa.ARRAY(sa.Double()), server_default=sa.text("'{0,0,0}'"), nullable=False))
    op.create_table(
        "thread_plans",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("expected", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("echoes", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("parents", sa.Double(), nullable=False),
        sa.Column("comments", sa.Double(), nullable=False),
        sa.Column("threads", sa.Double(), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("priced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_thread_plans_region_id")),
        sa.PrimaryKeyConstraint("region_id", "network", name=op.f("pk_thread_plans")),
    )


def downgrade() -> None:
    op.drop_table("thread_plans")
    for column in ("known_until", "own_comments", "echoes"):
        op.drop_column("threads", column)
