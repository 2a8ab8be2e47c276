"""Tells a database that is away, too busy or without room from a fault of ours."""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

PASSING = frozenset({"08", "28", "3D", "40", "53", "57", "58"})
"""Classes of SQLSTATE that say nothing against the request: connection, login, catalogue, rollback, resources, operator, system."""

DISK_FULL = "53100"
LOCK_NOT_HAD = "55P03"
CUT_OFF = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver says of a connection that ends or has ended; the second while its last word is still being read."""


def is_away(error: BaseException) -> bool:
    """Whether trying again later is the right advice."""
    match error:
        case OSError() | PoolExhausted() | asyncpg.InterfaceError() | asyncpg.InternalClientError():
            return True
        case asyncpg.PostgresError():
            return (error.sqlstate or "")[:2] in PASSING
        case DBAPIError():
            return error.connection_invalidated or _is_passing(error.orig)
        case _:
            return False


def is_full(error: BaseException) -> bool:
    """Whether the database has no room left on its disk."""
    return _code(error.orig if isinstance(error, DBAPIError) else error) == DISK_FULL


def is_locked(error: BaseException) -> bool:
    """Whether somebody else held what was asked for, longer than it was worth waiting."""
    return _code(error.orig if isinstance(error, DBAPIError) else error) == LOCK_NOT_HAD


def _code(cause: BaseException | None) -> str:
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""


def _is_passing(cause: BaseException | None) -> bool:
    was_cut_off = isinstance(cause, OSError) or isinstance(getattr(cause, "__cause__", None), CUT_OFF)
    return was_cut_off or _code(cause)[:2] in PASSING
