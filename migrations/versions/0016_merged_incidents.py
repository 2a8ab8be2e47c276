"""merged incidents: one stands under another about the same thing

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_incidents_parent", "incidents", ["region_id", "parent_id"], postgresql_where=sa.text("parent_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_incidents_parent", table_name="incidents")
    op.drop_column("incidents", "parent_id")
