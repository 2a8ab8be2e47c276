"""learning: models of a region with their uses, and what people said of verdicts

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("learned", JSONB(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judgement", JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name="fk_models_region_id_regions"),
        sa.UniqueConstraint("region_id", "name", name="uq_models_region_id_name"),
    )
    op.create_table(
        "model_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_uses"),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name="fk_model_uses_region_id_regions"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_model_uses_model_id_models"),
    )
    op.create_index("ix_model_uses_region_id", "model_uses", ["region_id", "id"])
    op.create_table(
        "verdict_labels",
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("said_kind", sa.Text(), nullable=True),
        sa.Column("said_topic", sa.Text(), nullable=True),
        sa.Column("said_urgent", sa.Boolean(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "id", name="pk_verdict_labels"),
    )
    op.create_index("ix_verdict_labels_message", "verdict_labels", ["region_id", "message_id", "id"])
    op.create_index("ix_verdict_labels_at", "verdict_labels", ["region_id", "at"])


def downgrade() -> None:
    for table in ("verdict_labels", "model_uses", "models"):
        op.drop_table(table)
