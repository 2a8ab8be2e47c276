"""which body must answer: rules by topic, territory and page, and what has been handed over

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

HANDED = "ix_incident_events_handed"


def upgrade() -> None:
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("region_id", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("territory_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name=op.f("fk_routing_rules_authority_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["authorities.id"], name=op.f("fk_routing_rules_owner_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_routing_rules_region_id")),
        sa.ForeignKeyConstraint(
            ["region_id", "territory_id"],
            ["gazetteer_entries.region_id", "gazetteer_entries.id"],
            name=op.f("fk_routing_rules_region_id_territory_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rules")),
    )
    case = [sa.text("coalesce(topic, '')"), sa.text("coalesce(territory_id, 0)"), sa.text("coalesce(owner_id, 0)")]
    op.create_index("uq_routing_rules_case", "routing_rules", ["region_id", *case], unique=True)
    op.create_index(
        HANDED, "incident_events", ["region_id", "at"], unique=False, postgresql_where=sa.text("type = 'assigned' AND actor_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index(HANDED, table_name="incident_events")
    op.drop_table("routing_rules")
