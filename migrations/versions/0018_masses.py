"""masses: what is proposed as one mass incident

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "masses",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("incident_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["operators.id"], name=op.f("fk_masses_decided_by")),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_masses")),
    )
    op.create_index("ix_masses_open", "masses", ["region_id", "id"], postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    op.drop_table("masses")
