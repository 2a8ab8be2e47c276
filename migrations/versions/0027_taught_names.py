"""places that operators add, and the names that they teach the gazetteer

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident_places", sa.Column("added", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "taught_names",
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("region_id", "id", name="pk_taught_names"),
        sa.UniqueConstraint("region_id", "key", "entry_id", name="uq_taught_names_region_id_key_entry_id"),
        sa.ForeignKeyConstraint(
            ["region_id", "entry_id"],
            ["gazetteer_entries.region_id", "gazetteer_entries.id"],
            name="fk_taught_names_region_id_entry_id",
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["operators.id"], name="fk_taught_names_decided_by_operators"),
    )


def downgrade() -> None:
    op.drop_table("taught_names")
    op.drop_column("incident_places", "added")
