"""the gazetteer of a region, and the places that incidents name

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUEUE = "ix_incidents_queue_by_territory"


def upgrade() -> None:
    op.create_table(
        "gazetteers",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_gazetteers_region_id")),
        sa.PrimaryKeyConstraint("region_id", name=op.f("pk_gazetteers")),
    )
    op.create_table(
        "gazetteer_entries",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_gazetteer_entries")),
        sa.UniqueConstraint("region_id", "code", name=op.f("uq_gazetteer_entries_region_id_code")),
        sa.ForeignKeyConstraint(
            ["region_id", "parent_id"],
            ["gazetteer_entries.region_id", "gazetteer_entries.id"],
            name=op.f("fk_gazetteer_entries_region_id_parent_id"),
        ),
    )
    op.create_index("ix_gazetteer_entries_parent", "gazetteer_entries", ["region_id", "parent_id"], unique=False)
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
    op.add_column("sources", sa.Column("territory_id", sa.BigInteger(), nullable=True))
    op.add_column("incidents", sa.Column("territory_id", sa.BigInteger(), nullable=True))
    op.create_index(QUEUE, "incidents", ["region_id", "territory_id", sa.text("waiting DESC"), "queue_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(QUEUE, table_name="incidents")
    op.drop_column("incidents", "territory_id")
    op.drop_column("sources", "territory_id")
    op.drop_table("incident_places")
    op.drop_table("gazetteer_entries")
    op.drop_table("gazetteers")
