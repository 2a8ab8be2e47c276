"""Tells a database that is away or too busy from a fault of ours."""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

PASSING = frozenset({"08", "28", "3D", "40", "53", "57", "58"})
"""Classes of SQLSTATE that say nothing against the request: connection, login, catalogue, rollback, resources, operator, system."""


def is_away(error: BaseException) -> bool:
    """Whether trying again later is the right advice."""
    match error:
        case OSError() | PoolExhausted() | asyncpg.InterfaceError():
            return True
        case asyncpg.PostgresError():
            return (error.sqlstate or "")[:2] in PASSING
        case DBAPIError():
            return error.connection_invalidated or _is_passing(error.orig)
        case _:
            return False


def _is_passing(cause: BaseException | None) -> bool:
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
    return code[:2] in PASSING or isinstance(cause, OSError) or isinstance(getattr(cause, "__cause__", None), asyncpg.InterfaceError)
