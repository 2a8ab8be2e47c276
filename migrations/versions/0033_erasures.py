"""erasures: who asked to be erased, known by a mark alone

Revision: 0033, after 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("region_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_by", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["erased_by"], ["operators.id"], name=op.f("fk_erasures_erased_by")),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_erasures")),
    )
    op.create_index(
        "ix_erasures_mark", "erasures", ["region_id", "network", "mark"], unique=True, postgresql_where=sa.text("mark IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_table("erasures")
