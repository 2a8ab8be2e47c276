"""`otklik replay` as it is typed: its answers, its exit codes, what it leaves behind, and a worker that lives beside it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from app.classifier.model_file import load_shipped_model
from app.domain.retention import Retention
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from app.usecases.erase_by_term import erase_by_term
from tests.commands import Commands
from tests.databases import TestServer, fresh_database
from tests.end_to_end.hamlet import CLINIC, HALL, comment, hamlet, post
from tests.end_to_end.watch import Hands, watched_town

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Archive:
    """A database in which two pages have been read, and where the command is typed."""

    url: str
    folder: Path
    database: Database
    noon: datetime
    commands: Commands

    async def replay(self, *arguments: str, days: int = 1) -> tuple[int, list[str], str]:
        """The exit code of `otklik replay` over the days around noon, the lines that it prints and what it says beside them."""
        span = ("--from", f"{self.noon - timedelta(days=days):%Y-%m-%d}", "--to", f"{self.noon + timedelta(days=1):%Y-%m-%d}")
        return await self.type("replay", *(() if "--from" in arguments else span), *arguments)

    async def type(self, *words: str) -> tuple[int, list[str], str]:
        """The exit code of a command, the lines that it prints and what it says beside them."""
        settings = {"DATABASE_URL": self.url, "SECRET_KEY": "a secret key of the tests", "DATA_DIR": str(self.folder), "REGION": "town"}
        said = await self.commands.type(*words, settings=settings | {"LOG_FORMAT": "json"})
        return said.code, said.printed.splitlines(), said.beside

    async def run(self, statement: str) -> None:
        async with self.database.write() as session:
            await session.execute(text(statement))

    async def erase_all(self) -> None:
        """Lets every term pass."""
        async with self.database.read() as session:
            region_id = RegionId(int(str(await session.scalar(text("SELECT id FROM regions")))))
        await erase_by_term(self.database, region_id, Retention(MINUTE, MINUTE), now=self.noon + timedelta(days=1))

    async def schemas(self) -> list[str]:
        async with self.database.read() as session:
            return list((await session.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%replay%'"))).all())

    async def source(self, page_id: int) -> str:
        async with self.database.read() as session:
            return str(await session.scalar(text("SELECT id FROM sources WHERE external_id = :page"), {"page": f"-{page_id}"}))


@asynccontextmanager
async def archive(server: TestServer, commands: Commands, folder: Path, noon: datetime) -> AsyncIterator[Archive]:
    """Two pages read by the shipped model within an hour before noon."""
    asked = comment("ask", noon - 30 * MINUTE, "Когда наконец включат отопление? В квартире холодно!")
    ill = comment("ill", noon - 30 * MINUTE, "Почему нет талонов к врачу?", page_id=CLINIC, post_key="clinic")
    town = hamlet([post("news", noon - 60 * MINUTE), post("clinic", noon - 60 * MINUTE, page_id=CLINIC), asked, ill])
    async with fresh_database(server) as url:
        database = Database(create_engine(url, pool_size=5))
        hands = Hands(noon - 50 * MINUTE)
        async with watched_town(database, town, load_shipped_model(), hands, since=noon - timedelta(days=1)) as watch:
            await watch.go_on(5 * MINUTE, until=noon)
        yield Archive(url, folder, database, noon, commands)
        await database.close()


async def test_what_is_as_stored_is_told_in_a_line_and_what_is_not_by_its_place(
    server: TestServer, commands: Commands, tmp_path: Path, noon: datetime
) -> None:
    async with archive(server, commands, tmp_path, noon) as one:
        same = await one.replay()
        await one.run("UPDATE messages SET kind = 'thanks' WHERE asks")
        different = await one.replay()
        as_json = await one.replay("--json")
        of_clinic = await one.replay("--json", "--source", await one.source(CLINIC))
        left = await one.schemas()
        await one.erase_all()
        erased = await one.replay()

    assert (same[0], same[1][-1].rpartition(": ")[2]) == (0, "no differences."), same
    assert (different[0], len(different[1])) == (1, 3), different
    assert all(line.startswith(f"verdict https://vk.test/{page}/") for line, page in zip(different[1], (HALL, CLINIC), strict=False))
    assert all(": kind: thanks → " in line for line in different[1][:2])
    told = [json.loads(line) for line in as_json[1]]
    assert [(row["about"], row["what"], row["stored"]) for row in told] == [("verdict", "kind", "thanks")] * 2
    assert "2 differences." in as_json[2]
    assert [json.loads(line)["place"].startswith(f"https://vk.test/{CLINIC}/") for line in of_clinic[1]] == [True]
    assert left == []
    assert (erased[0], erased[1][-1].rpartition(": ")[2]) == (0, "no differences."), erased
    assert "2 of these were erased, by term or on request" in erased[2]


async def test_a_time_without_evidence_is_no_difference_and_a_wrong_one_is_wrong_usage(
    server: TestServer, commands: Commands, tmp_path: Path, noon: datetime
) -> None:
    async with archive(server, commands, tmp_path, noon) as one:
        before = await one.replay("--from", "2020-01-01", "--to", "2020-01-02")
        earlier = await one.replay(days=30)
        nonsense = await one.replay("--from", "yesterday", "--to", "2020-01-02")

    assert (before[0], before[1]) == (0, [])
    assert "No answer that could be read again was collected then." in before[2]
    assert earlier[0] == 0
    assert "what came before is taken as stored" in earlier[2]
    assert nonsense[0] == 2


async def test_a_replay_that_is_kept_stays_for_a_look_and_one_that_was_killed_is_dropped(
    server: TestServer, commands: Commands, tmp_path: Path, noon: datetime
) -> None:
    async with archive(server, commands, tmp_path, noon) as one:
        await one.run("CREATE SCHEMA replay_0123456789ab")
        code, printed, beside = await one.replay("--keep")
        (kept,) = await one.schemas()
        await one.run(f"SELECT id FROM {kept}.incidents")
        stranger = await one.type("erase", "--author", "https://vk.com/id999000999")

    assert code == 0, (printed, beside)
    assert "Dropped replay_0123456789ab: a replay had been killed." in beside
    assert f"stays in the schema {kept}; drop it when you have seen it" in beside
    assert (stranger[0], stranger[1][0].split()) == (0, ["0", "messages", "that", "they", "wrote"]), stranger
    assert stranger[1][-2:] == [
        "Nothing was changed: add --confirm to erase this for good.",
        f"Copies in kept replays are not looked at: drop {kept}.",
    ]
