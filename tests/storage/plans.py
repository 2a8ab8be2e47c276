"""What the database does for the very statements that the storage sends."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.engine import Database

Plan = dict[str, Any]
Action = Callable[[AsyncSession], Awaitable[object]]


async def plans_of(database: Database, action: Action, *, about: str = "incidents", without: Sequence[str] = ()) -> list[Plan]:
    """The plans of the statements about a table that an action sends, in order; `without` turns kinds of scans off.

    What a small table is read by depends on the server's costs; what an index can do alone does not.
    """
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if about in statement:
            sent.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        async with database.write() as session:
            await action(session)
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.engine.connect() as connection:
        for scan in without:
            await connection.exec_driver_sql(f"SET LOCAL enable_{scan} = off")
        explained = [await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters) for statement, parameters in sent]
        return [result.scalar_one()[0]["Plan"] for result in explained]


def nodes(plan: Plan) -> Iterator[Plan]:
    """A plan's nodes, from the top down."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def indexes(plan: Plan) -> set[str]:
    """The indexes that a plan reads, but for that of the few test pages, which are looked up once before."""
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node} - {"ix_sources_test"}


def kinds(plan: Plan) -> set[str]:
    """The kinds of a plan's nodes: Seq Scan, Sort …"""
    return {node["Node Type"] for node in nodes(plan)}
