"""A step with many incidents asks once for what each of them needs."""

from datetime import datetime
from typing import Any

from sqlalchemy import event

from app.domain.incident import IncidentId
from app.domain.operator import Role
from app.storage.access import operators
from app.usecases.take_steps import Chosen, Order, StepName, take_steps
from tests.usecases.reading import Reader, comment


async def test_policies_and_logs_are_read_once_for_all(reader: Reader, noon: datetime) -> None:
    await reader.read(*(comment(number, "Холодно!", noon, by=str(number)) for number in range(1, 6)), at=noon)
    database, chosen = reader.intake.database, [Chosen(IncidentId(number), 1) for number in range(1, 6)]
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    async with database.write() as session:
        anna = (await operators.ensure(session, "Анна", Role.OPERATOR, now=noon)).operator
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        results = await take_steps(session, reader.intake.region_id, chosen, anna, Order(StepName.TAKE), now=noon)

    assert [one.refused for one in results] == [None] * 5
    reads = ("FROM policies", "FROM incident_events", "FOR UPDATE")
    assert [sum(part in one for one in asked) for part in reads] == [1, 1, 1]
