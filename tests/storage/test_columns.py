"""Many rows as one parameter."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from app.storage import clocks
from app.storage.clocks import Clocks
from app.storage.columns import document_of, rows_from
from app.storage.engine import Database

COLUMNS = (
    ("number", "bigint"),
    ("said", "text"),
    ("sure", "float8"),
    ("urgent", "bool"),
    ("month", "date"),
    ("at", "timestamptz"),
    ("data", "jsonb"),
)
SELECT = text(f"SELECT number, said, sure, urgent, month, at, data FROM {rows_from('rows', COLUMNS)} ORDER BY position DESC")
NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
ROWS = [
    (2**62, 'Где «тепло»?\n\t\\n "{NULL, 1}" 🥶\u200b', 0.1 + 0.2, True, date(2026, 3, 1), NOON, {"asks": [{"message": 7}], "answers": []}),
    (-1, "NULL", 1e-12, False, date(9999, 12, 31), datetime(9999, 12, 31, tzinfo=UTC), {}),
    (0, "", None, None, None, NOON.astimezone(timezone(timedelta(hours=5))), None),
    (None, None, None, None, None, None, None),
]


@pytest.mark.parametrize("count", [0, 1, len(ROWS)])
async def test_rows_arrive_as_they_were_given_and_in_their_order(database: Database, count: int) -> None:
    async with database.read() as session:
        found = await session.execute(SELECT, {"rows": document_of(COLUMNS, ROWS[:count])})

    assert [tuple(row) for row in found] == ROWS[:count][::-1]


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        document_of(COLUMNS, [(1, "short")])


def test_clocks_and_their_columns_stand_in_one_order() -> None:
    assert tuple(name for name, _ in clocks.COLUMNS) == Clocks._fields
