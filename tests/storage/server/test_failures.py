"""What passes by itself is told from a fault of ours."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InternalError, ProgrammingError

from app.storage.server.failures import is_away, is_full


def told(kind: type[DBAPIError], cause: Exception) -> DBAPIError:
    """As SQLAlchemy tells what the driver said."""
    said = Exception(str(cause))
    said.__cause__ = cause
    said.sqlstate = getattr(cause, "sqlstate", None)  # type: ignore[attr-defined]
    return kind("SELECT 1", {}, said)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.exceptions.CannotConnectNowError("the database system is starting up"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.exceptions.DiskFullError("could not extend file"),
    ],
)
def test_a_server_that_dies_under_a_statement_is_away(error: Exception) -> None:
    assert is_away(error)
    assert is_away(told(InternalError, error))
    assert is_full(told(InternalError, error)) is isinstance(error, asyncpg.exceptions.DiskFullError)


def test_a_wrong_statement_is_a_fault_of_ours() -> None:
    error = asyncpg.exceptions.UndefinedColumnError("column is not there")
    assert not is_away(error)
    assert not is_away(told(ProgrammingError, error))
