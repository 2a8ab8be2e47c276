"""the queue's index tells status and page, so that the waiting are counted without their rows

Revision: 0026, after 0025
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS: list[str | sa.ColumnElement[Any]] = ["region_id", sa.literal_column("waiting DESC"), "queue_at", "id"]
VACUUMED = "autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor"
"""An index alone is read only where the rows have been vacuumed since they changed, so a twentieth is enough to do it, not a fifth."""


def upgrade() -> None:
    op.drop_index("ix_incidents_queue", table_name="incidents")
    op.create_index("ix_incidents_queue", "incidents", COLUMNS, postgresql_include=["status", "source_id"])
    op.execute(f"ALTER TABLE incidents SET ({', '.join(f'{name} = 0.05' for name in VACUUMED)})")


def downgrade() -> None:
    op.execute(f"ALTER TABLE incidents RESET ({', '.join(VACUUMED)})")
    op.drop_index("ix_incidents_queue", table_name="incidents")
    op.create_index("ix_incidents_queue", "incidents", COLUMNS)
