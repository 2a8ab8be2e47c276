"""When more than usual is written of one thing."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, text

from app.storage.tables.base import metadata, moment, region, serial

surges = Table(
    "surges",
    metadata,
    region(),
    serial(),
    Column("topic", Text, nullable=False),
    Column("territory_id", BigInteger),
    moment("began_at", required=True),
    moment("raised_at", required=True),
    moment("ended_at"),
    Column("messages", Integer, nullable=False),
    Column("usual", Double, nullable=False),
    Index(
        "ix_surges_open",
        "region_id",
        "topic",
        text("coalesce(territory_id, 0)"),
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
)
