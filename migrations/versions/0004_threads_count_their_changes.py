"""threads count their changes

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Threads that are there already have changed at least once."""
    op.add_column("threads", sa.Column("changes", sa.BigInteger(), server_default=sa.text("1"), nullable=False))


def downgrade() -> None:
    op.drop_column("threads", "changes")
