"""whose page an incident was opened on: who had it before anybody was given it

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

from migrations.backfill import THESE, fill_incidents

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Incidents that nobody was given are still with whom they began; of others the page's owner of today stands for that of then."""
    op.add_column("incidents", sa.Column("owner_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.execute("ALTER TABLE incidents DROP CONSTRAINT IF EXISTS fk_incidents_owner_id")
    op.create_foreign_key("fk_incidents_owner_id", "incidents", "authorities", ["owner_id"], ["id"])
    fill_incidents(
        "UPDATE incidents i SET owner_id = CASE WHEN EXISTS (SELECT FROM incident_events e WHERE e.region_id = i.region_id"
        " AND e.incident_id = i.id AND e.type IN ('assigned', 'routed') AND e.data->>'authority_id' IS NOT NULL)"
        " THEN s.authority_id ELSE i.authority_id END"
        f" FROM sources s WHERE {THESE} AND s.id = i.source_id AND coalesce(s.authority_id, i.authority_id) IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("incidents", "owner_id")
