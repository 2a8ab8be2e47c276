"""what the networks' answers were asked for, so that they can be read again

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("raw_payloads", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("raw_payloads", sa.Column("request", sa.Text(), nullable=True))
    op.add_column("raw_payloads", sa.Column("read_whole_at", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("raw_payloads", "read_whole_at")
    op.drop_column("raw_payloads", "request")
    op.drop_column("raw_payloads", "asked_at")
