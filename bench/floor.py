"""What storing costs at the least: the very rows that the real path wrote, by hand-written asyncpg without any rules."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import asyncpg

TABLES = ("raw_payloads", "messages", "incidents", "turns", "incident_events", "answers")
PAGE_OF = {
    "raw_payloads": "collected_at",
    "messages": "collected_at",
    "incidents": "opened_at",
    "turns": "(SELECT i.opened_at FROM incidents i WHERE i.id = t.incident_id)",
    "incident_events": "recorded_at",
    "answers": "(SELECT m.collected_at FROM messages m WHERE m.id = t.message_id)",
}
"""What tells, in each table, the page that wrote a row: every page has a moment of its own."""


@dataclass(frozen=True, slots=True)
class Written:
    """One page's rows by table, column by column, and the statements that write them again."""

    statements: Mapping[str, str]
    pages: Sequence[Mapping[str, Sequence[Sequence[Any]]]]


async def read_back(connection: asyncpg.Connection) -> Written:
    """Everything that the real path left in the database, page by page."""
    statements: dict[str, str] = {}
    by_page: dict[datetime, dict[str, Sequence[Sequence[Any]]]] = defaultdict(dict)
    for table in TABLES:
        columns = await _columns(connection, table)
        statements[table] = _insert(table, columns)
        shown = ", ".join(f"t.{name}::text" if kind in {"ARRAY", "jsonb"} else f"t.{name}" for name, kind, _ in columns)
        rows = await connection.fetch(f"SELECT {PAGE_OF[table]} AS page, {shown} FROM {table} t")
        grouped: dict[datetime, list[Any]] = defaultdict(list)
        for row in rows:
            grouped[row["page"]].append(tuple(row)[1:])
        for page, of_page in grouped.items():
            by_page[page][table] = list(zip(*of_page, strict=True))
    return Written(statements, [by_page[page] for page in sorted(by_page)])


async def write_again(connections: Sequence[asyncpg.Connection], written: Written) -> float:
    """Seconds to write all of it into empty tables with the same indexes, one transaction a page, a page a connection at a time."""
    await connections[0].execute("DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor")
    for table in TABLES:
        await connections[0].execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
    waiting = iter(written.pages)

    async def write(connection: asyncpg.Connection) -> None:
        for page in waiting:
            async with connection.transaction():
                for table, columns in page.items():
                    await connection.execute(written.statements[table], *columns)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(write(connection))
    return perf_counter() - began


async def _columns(connection: asyncpg.Connection, table: str) -> list[tuple[str, str, str]]:
    rows = await connection.fetch(
        "SELECT column_name, data_type, udt_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position",
        table,
    )
    return [(row["column_name"], row["data_type"], row["udt_name"]) for row in rows]


def _insert(table: str, columns: Sequence[tuple[str, str, str]]) -> str:
    names = ", ".join(name for name, _, _ in columns)
    arrays, values = [], []
    for position, (name, kind, type_name) in enumerate(columns, start=1):
        as_text = kind in {"ARRAY", "jsonb"}
        arrays.append(f"${position}::{'text' if as_text else type_name}[]")
        target = "text[]" if kind == "ARRAY" else "jsonb"
        values.append(f"t.{name}::{target}" if as_text else f"t.{name}")
    return (
        f"INSERT INTO floor.{table} ({names}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values)}"
        f" FROM unnest({', '.join(arrays)}) AS t({names}) ON CONFLICT DO NOTHING"
    )
