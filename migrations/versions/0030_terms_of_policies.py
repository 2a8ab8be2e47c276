"""working hours of policies, the term of the full answer, and policies that hold for open questions

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policies", sa.Column("in_working_time", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("policies", sa.Column("hours", postgresql.JSONB(), nullable=True))
    op.add_column("policies", sa.Column("substantive_days", sa.SmallInteger(), nullable=True))
    op.add_column("policies", sa.Column("rejudges", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("policies", sa.Column("made_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_policies_made_by_operators", "policies", "operators", ["made_by"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_policies_made_by_operators", "policies")
    for name in ("made_by", "rejudges", "substantive_days", "hours", "in_working_time"):
        op.drop_column("policies", name)
