"""how the rates of pages are spread, learnt by the plan of a network

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    nothing = sa.text("array_fill(0::float8, ARRAY[20])")
    op.add_column("poll_plans", sa.Column("spread", sa.ARRAY(sa.Double()), server_default=nothing, nullable=False))


def downgrade() -> None:
    op.drop_column("poll_plans", "spread")
