"""The part of the import rule that import-linter cannot say."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, Import, calls, imports, place, python_files, syntax

PURE_PYTHON = {
    "abc", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq",
    "itertools", "math", "operator", "random", "re", "statistics", "string", "types", "typing", "unicodedata", "zoneinfo",
}  # fmt: skip
"""What the domain may take from Python: values and arithmetic, nothing that waits, reads or knows the time of day."""

SESSION_TYPES = {"AsyncEngine", "AsyncSession", "async_sessionmaker"}
"""What other layers may name of SQLAlchemy: the session that they are handed and hand on."""

CLOCK = re.compile(r"(^|\.)(now|utcnow|today|monotonic|perf_counter|time_ns)$|^time\.time$")


def offending_imports(folder: str, is_forbidden: re.Pattern[str]) -> list[str]:
    return [
        f"{place(file, found.line)} imports {found.module}"
        for file in python_files(folder)
        for found in imports(syntax(file))
        if is_forbidden.match(found.module)
    ]


def test_the_domain_is_made_of_values_only() -> None:
    strangers = [
        f"{place(file, found.line)} imports {found.module}"
        for file in python_files("app/domain")
        for found in imports(syntax(file))
        if not found.module.startswith("app.domain") and found.module.split(".")[0] not in PURE_PYTHON
    ]
    assert not strangers


def test_the_domain_never_reads_the_clock() -> None:
    readers = [
        f"{place(file, line)} calls {name}"
        for file in python_files("app/domain")
        for name, line in calls(syntax(file))
        if CLOCK.search(name)
    ]
    assert not readers


def test_sqlalchemy_is_spoken_in_storage_and_migrations_only() -> None:
    def is_only_a_session(found: Import) -> bool:
        return found.module.startswith("sqlalchemy") and bool(found.names) and set(found.names) <= SESSION_TYPES

    speakers = [
        f"{place(file, found.line)} imports {', '.join(found.names) or found.module}"
        for file in python_files("app", "connectors")
        if not file.is_relative_to(ROOT / "app/storage")
        for found in imports(syntax(file))
        if re.match(r"sqlalchemy|asyncpg", found.module) and not is_only_a_session(found)
    ]
    assert not speakers


def test_storage_never_ends_a_transaction_that_it_did_not_open() -> None:
    enders = [
        f"{place(file, line)} calls {name}"
        for file in python_files("app/storage")
        for name, line in calls(syntax(file))
        if re.fullmatch(r"(\w*session)\.(commit|rollback)", name)
    ]
    assert not enders


def test_a_name_stands_once_in_storage_and_a_room_is_for_several() -> None:
    modules = [file for file in python_files("app/storage") if file.stem != "__init__" and file.parent.name != "tables"]
    names = Counter(file.stem for file in modules)
    rooms = Counter(file.parent.name for file in modules)
    assert not [name for name, files in names.items() if files > 1]
    assert not [room for room, files in rooms.items() if files < 3]


def test_use_cases_and_the_console_reach_networks_through_connectors_only() -> None:
    client = re.compile(r"(httpx|requests|aiohttp|urllib\.request|websockets)\b")
    assert not [line for folder in ("usecases", "api", "console", "jobs", "storage") for line in offending_imports(f"app/{folder}", client)]


def test_there_is_one_database() -> None:
    assert not offending_imports("app", re.compile(r"(sqlite3|aiosqlite|pymysql|aiomysql|psycopg2?)\b"))


HEAVY = {"sklearn.linear_model", "app.processes", "app.demo.run", "app.cli.failures"}
"""What takes a second and more to load and few commands need: the one reason to import inside a function."""


def test_imports_stand_at_the_top() -> None:
    hidden = [place(file, line) for file in python_files("app", "connectors", "tests", "bench") for line in inner_imports(file)]
    assert not hidden


def inner_imports(file: Path) -> Iterator[int]:
    for node in ast.walk(syntax(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (found.line for found in imports(node) if found.module not in HEAVY)


def test_tasks_belong_to_a_group_that_waits_for_them() -> None:
    loose = [
        f"{place(file, line)} calls {name}"
        for file in python_files("app", "connectors")
        for name, line in calls(syntax(file))
        if re.search(r"^asyncio\.(create_task|ensure_future)$|\bloop\.create_task$|get_running_loop\(\)\.create_task$", name)
    ]
    assert not loose


def test_every_connector_is_an_entry_point_with_a_page_for_people() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    registered = {target.split(":")[0] for target in project["entry-points"]["otklik.connectors"].values()}
    folders = [init.parent for init in sorted((ROOT / "connectors").glob("*/__init__.py")) if init.parent.name != "sdk"]
    missing = [place(folder) for folder in folders if f"connectors.{folder.name}" not in registered or not (folder / "README.md").is_file()]
    assert not missing
