"""Where it is: the gazetteer of a region."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from app.storage.tables.base import metadata, moment, region, serial

gazetteers = Table(
    "gazetteers",
    metadata,
    Column("region_id", SmallInteger, ForeignKey("regions.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    moment("changed_at", required=True),
)

gazetteer_entries = Table(
    "gazetteer_entries",
    metadata,
    region(),
    serial(),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("parent_id", BigInteger),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("aliases", ARRAY(Text), nullable=False),
    UniqueConstraint("region_id", "code"),
    ForeignKeyConstraint(["region_id", "parent_id"], ["gazetteer_entries.region_id", "gazetteer_entries.id"]),
    Index("ix_gazetteer_entries_parent", "region_id", "parent_id"),
)
