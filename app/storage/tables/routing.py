"""Who must answer: the rules of a region."""

from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, SmallInteger, Table, Text, text

from app.storage.tables.base import metadata, moment, serial

routing_rules = Table(
    "routing_rules",
    metadata,
    serial(),
    Column("region_id", SmallInteger, ForeignKey("regions.id"), nullable=False),
    Column("topic", Text),
    Column("territory_id", BigInteger),
    Column("owner_id", BigInteger, ForeignKey("authorities.id")),
    Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=False),
    moment("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    ForeignKeyConstraint(["region_id", "territory_id"], ["gazetteer_entries.region_id", "gazetteer_entries.id"]),
    Index(
        "uq_routing_rules_case",
        "region_id",
        text("coalesce(topic, '')"),
        text("coalesce(territory_id, 0)"),
        text("coalesce(owner_id, 0)"),
        unique=True,
    ),
)
