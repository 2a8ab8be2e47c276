"""What is proposed as one mass incident, and what people said to it."""

from sqlalchemy import ARRAY, BigInteger, Column, ForeignKey, Index, Table, Text, text

from app.storage.tables.base import metadata, moment, region, serial

masses = Table(
    "masses",
    metadata,
    region(),
    serial(),
    Column("state", Text, nullable=False),
    Column("incident_ids", ARRAY(BigInteger), nullable=False),
    moment("proposed_at", required=True),
    moment("changed_at", required=True),
    moment("decided_at"),
    Column("decided_by", BigInteger, ForeignKey("operators.id")),
    Column("reason", Text),
    Column("parent_id", BigInteger),
    Index("ix_masses_open", "region_id", "id", postgresql_where=text("state = 'open'")),
)
