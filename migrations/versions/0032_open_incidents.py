"""open incidents by the policy that judged them last

Revision: 0032, after 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_incidents_open", "incidents", ["region_id", "policy_id"], postgresql_where=sa.text("waiting OR ended_unanswered"))


def downgrade() -> None:
    op.drop_index("ix_incidents_open", table_name="incidents")
