"""comments that are closed: since when a thread is, and which questions nobody can answer

Revision: 0034, after 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("threads", sa.Column("comments_closed", sa.Boolean(), server_default=sa.text("false"), nullable=True))
    op.add_column("threads", sa.Column("comments_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("turns", sa.Column("no_reply_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("turns", "no_reply_at")
    op.drop_column("threads", "comments_told_at")
    op.drop_column("threads", "comments_closed")
