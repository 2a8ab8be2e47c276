"""The metadata that all tables share, and the few column types that repeat."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, SmallInteger

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment(name: str, *, required: bool = False, **options: Any) -> Column[Any]:
    """A column of aware UTC moments."""
    return Column(name, DateTime(timezone=True), nullable=not required, **options)


def region() -> Column[Any]:
    """The leading key of every large table, by which it can be spread over machines."""
    return Column("region_id", SmallInteger, primary_key=True, autoincrement=False)


def serial(name: str = "id") -> Column[Any]:
    """A key that the database counts up."""
    return Column(name, BigInteger, Identity(), primary_key=True)
