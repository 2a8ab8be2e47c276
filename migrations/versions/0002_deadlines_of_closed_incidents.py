"""the watcher also sees questions whose incidents were closed unanswered

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEX = "ix_incidents_unmarked"


def upgrade() -> None:
    op.add_column("incidents", sa.Column("ended_unanswered", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(
        "UPDATE incidents i SET ended_unanswered = true WHERE status = 'closed' AND EXISTS (SELECT 1 FROM turns t"
        " WHERE t.region_id = i.region_id AND t.incident_id = i.id AND t.first_answered_at IS NULL AND t.withdrawn_at IS NULL"
        " AND NOT t.dismissed)"
    )
    _index("(waiting OR ended_unanswered) AND breached_at IS DISTINCT FROM queue_at")


def downgrade() -> None:
    _index("waiting AND breached_at IS DISTINCT FROM queue_at")
    op.drop_column("incidents", "ended_unanswered")


def _index(predicate: str) -> None:
    op.drop_index(INDEX, table_name="incidents")
    op.create_index(INDEX, "incidents", ["queue_at"], postgresql_where=sa.text(predicate))
