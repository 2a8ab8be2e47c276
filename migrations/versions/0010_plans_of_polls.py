"""plans of polls

What polls teach of each page and of all pages of a network, and the price of a call.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LEARNT = ("known_until", "messages", "exposure", "echoes", "rate", "planned_price")


def upgrade() -> None:
    op.add_column("sources", sa.Column("weight", sa.Double(), server_default=sa.text("1"), nullable=False))
    op.add_column("poll_states", sa.Column("known_until", sa.DateTime(timezone=True)))
    op.add_column("poll_states", sa.Column("messages", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("poll_states", sa.Column("exposure", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("poll_states", sa.Column("echoes", sa.ARRAY(sa.Double()), server_default=sa.text("'{0,0,0}'"), nullable=False))
    op.add_column("poll_states", sa.Column("rate", sa.Double()))
    op.add_column("poll_states", sa.Column("planned_price", sa.Double()))
    op.execute("UPDATE poll_states SET known_until = last_success_at")
    op.create_table(
        "poll_plans",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("expected", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("echoes", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("parents", sa.Double(), nullable=False),
        sa.Column("messages", sa.Double(), nullable=False),
        sa.Column("guessed", sa.Double(), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("priced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_poll_plans_region_id")),
        sa.PrimaryKeyConstraint("region_id", "network", name=op.f("pk_poll_plans")),
    )
    op.create_table(
        "poll_spells",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "network", "began_at", name=op.f("pk_poll_spells")),
    )


def downgrade() -> None:
    op.drop_table("poll_spells")
    op.drop_table("poll_plans")
    for column in LEARNT:
        op.drop_column("poll_states", column)
    op.drop_column("sources", "weight")
