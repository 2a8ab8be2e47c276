"""the gazetteer of a region, and the territory of a page

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


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
    op.add_column("sources", sa.Column("territory_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("sources", "territory_id")
    op.drop_table("gazetteer_entries")
    op.drop_table("gazetteers")
