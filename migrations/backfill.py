"""Fills new columns of incidents a few at a time, so that nobody who works with them meanwhile waits for long."""

from alembic import op
from sqlalchemy import text

BATCH = 5000


def fill_incidents(statement: str) -> None:
    """Runs a statement for every incident `i` of `THESE`, each batch in a transaction of its own.

    What the migration did before is committed by then, so that no table stays locked. Broken off it is run again from the beginning:
    the statement must come to the same, and what stands before it must bear to be repeated.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        bounds = connection.execute(text("SELECT region_id, min(id), max(id) FROM incidents GROUP BY region_id")).all()
        for region_id, lowest, highest in bounds:
            for low in range(lowest, highest + 1, BATCH):
                connection.execute(text(statement), {"region": region_id, "low": low, "high": low + BATCH})


THESE = "i.region_id = :region AND i.id >= :low AND i.id < :high"
