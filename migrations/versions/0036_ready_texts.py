"""texts that are kept ready for replies

Revision: 0036, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ready_texts",
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "id", name="pk_ready_texts"),
        sa.ForeignKeyConstraint(["changed_by"], ["operators.id"], name="fk_ready_texts_changed_by_operators"),
    )
    op.create_index("uq_ready_texts_title", "ready_texts", ["region_id", sa.text("lower(title)")], unique=True)


def downgrade() -> None:
    op.drop_table("ready_texts")
