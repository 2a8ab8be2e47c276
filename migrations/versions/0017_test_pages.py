"""test pages, which are read like any other and count nowhere

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("test", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index("ix_sources_test", "sources", ["region_id"], postgresql_where=sa.text("test"))


def downgrade() -> None:
    op.drop_index("ix_sources_test", table_name="sources")
    op.drop_column("sources", "test")
