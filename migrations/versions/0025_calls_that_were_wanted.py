"""how many calls the plan of a network wanted beside those it could make

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("poll_plans", sa.Column("wanted", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("poll_spells", sa.Column("wanted", sa.Double(), nullable=True))
    op.execute("UPDATE poll_spells SET wanted = calls")
    op.alter_column("poll_spells", "wanted", nullable=False)


def downgrade() -> None:
    op.drop_column("poll_spells", "wanted")
    op.drop_column("poll_plans", "wanted")
