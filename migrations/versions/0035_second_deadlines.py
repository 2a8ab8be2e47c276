"""the second deadline: by when a full answer follows an interim one, and which policy judged a turn

Revision: 0035, after 0034
"""

import sqlalchemy as sa
from alembic import op

from migrations.backfill import THESE, fill_incidents

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

PROMISED = "substantive_waits AND substantive_due_at IS NOT NULL AND status NOT IN ('closed', 'rejected', 'duplicate')"
OWED = f"""
UPDATE incidents i SET substantive_waits = true FROM turns t
WHERE {THESE} AND t.region_id = i.region_id AND t.incident_id = i.id AND t.first_answered_at IS NOT NULL AND t.substantive_at IS NULL
AND NOT t.dismissed AND t.due_at IS NOT NULL
"""
"""What has only an interim answer is judged by the next policy that sets a second deadline."""


def upgrade() -> None:
    op.add_column("incidents", sa.Column("substantive_due_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.add_column(
        "incidents", sa.Column("substantive_waits", sa.Boolean(), server_default=sa.text("false"), nullable=False), if_not_exists=True
    )
    op.add_column("incidents", sa.Column("substantive_breached_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.add_column("turns", sa.Column("substantive_due_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.add_column("turns", sa.Column("policy_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    fill_incidents(OWED)
    op.drop_index("ix_incidents_open", table_name="incidents")
    open_ones = sa.text("(waiting OR ended_unanswered OR substantive_waits) IS TRUE")
    op.create_index("ix_incidents_open", "incidents", ["region_id", "policy_id"], postgresql_where=open_ones)
    op.create_index("ix_incidents_promised", "incidents", ["region_id", "substantive_due_at", "id"], postgresql_where=sa.text(PROMISED))
    unmarked = sa.text("substantive_waits AND substantive_breached_at IS DISTINCT FROM substantive_due_at")
    op.create_index("ix_incidents_substantive_unmarked", "incidents", ["substantive_due_at"], postgresql_where=unmarked)


def downgrade() -> None:
    for name in ("ix_incidents_substantive_unmarked", "ix_incidents_promised", "ix_incidents_open"):
        op.drop_index(name, table_name="incidents")
    op.create_index("ix_incidents_open", "incidents", ["region_id", "policy_id"], postgresql_where=sa.text("waiting OR ended_unanswered"))
    op.drop_column("turns", "policy_id")
    op.drop_column("turns", "substantive_due_at")
    for name in ("substantive_breached_at", "substantive_waits", "substantive_due_at"):
        op.drop_column("incidents", name)
