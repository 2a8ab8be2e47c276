"""Where it is: the gazetteer of a region, and the places that incidents name."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

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

incident_places = Table(
    "incident_places",
    metadata,
    region(),
    Column("incident_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("surface", Text, nullable=False),
    Column("house", Text),
    Column("entry_id", BigInteger),
    Column("confidence", Double),
    Column("candidates", JSONB, nullable=False),
    Column("corrected_by", BigInteger, ForeignKey("operators.id")),
    moment("corrected_at"),
    Column("added", Boolean, nullable=False, server_default=text("false")),
    Index("ix_incident_places_entry", "region_id", "entry_id", "incident_id"),
)

taught_names = Table(
    "taught_names",
    metadata,
    region(),
    serial(),
    Column("entry_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text),
    Column("state", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("incident_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    moment("taught_at", required=True),
    Column("decided_by", BigInteger, ForeignKey("operators.id")),
    moment("decided_at"),
    UniqueConstraint("region_id", "key", "entry_id"),
    ForeignKeyConstraint(["region_id", "entry_id"], ["gazetteer_entries.region_id", "gazetteer_entries.id"]),
)
