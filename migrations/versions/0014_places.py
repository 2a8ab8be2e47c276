"""the places that incidents name, and where they are counted

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

QUEUE = "ix_incidents_queue_by_territory"


def upgrade() -> None:
    op.create_table(
        "incident_places",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("house", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("corrected_by", sa.BigInteger(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["corrected_by"], ["operators.id"], name=op.f("fk_incident_places_corrected_by")),
        sa.PrimaryKeyConstraint("region_id", "incident_id", "number", name=op.f("pk_incident_places")),
    )
    op.create_index("ix_incident_places_entry", "incident_places", ["region_id", "entry_id", "incident_id"], unique=False)
    op.add_column("incidents", sa.Column("territory_id", sa.BigInteger(), nullable=True))
    op.create_index(QUEUE, "incidents", ["region_id", "territory_id", sa.text("waiting DESC"), "queue_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(QUEUE, table_name="incidents")
    op.drop_column("incidents", "territory_id")
    op.drop_table("incident_places")
