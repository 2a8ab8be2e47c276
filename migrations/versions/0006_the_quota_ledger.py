"""the quota ledger

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TAKE_OVER_TODAY = """
INSERT INTO call_counts (budget, method, began_at, calls)
SELECT budget, method, date_bin('15 minutes', now(), '2000-01-01 00:00:00+00'), calls FROM call_days WHERE day = (now() AT TIME ZONE 'UTC')::date
"""


def upgrade() -> None:
    op.create_table(
        "call_budgets",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("rest_seconds", sa.Double(), nullable=False),
        sa.Column("lowered_to", sa.Double(), nullable=True),
        sa.Column("lowered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("budget", name=op.f("pk_call_budgets")),
    )
    op.create_table(
        "call_counts",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("budget", "method", "began_at", name=op.f("pk_call_counts")),
    )
    op.create_table(
        "call_blocks",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("probed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("budget", "method", name=op.f("pk_call_blocks")),
    )
    op.create_table(
        "call_limits",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("budget", "method", name=op.f("pk_call_limits")),
    )
    op.execute(TAKE_OVER_TODAY)


def downgrade() -> None:
    op.drop_table("call_limits")
    op.drop_table("call_blocks")
    op.drop_table("call_counts")
    op.drop_table("call_budgets")
