"""`otklik source push` as an administrator types it: a process of its own on a real database, VK emulated beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from app.storage import credentials, regions, sources
from app.storage.credentials import SecretBox
from app.storage.engine import Database, create_engine
from app.storage.sources import NewSource
from tests.commands import Commands
from tests.connectors.vk.vk_world import CITY, COMMUNITY, post, vk_world
from tests.databases import TestServer, fresh_database

SECRET_KEY = "a secret key of the tests"


@dataclass(frozen=True, slots=True)
class Shell:
    """Where the commands are typed."""

    url: str
    vk: str
    folder: Path
    commands: Commands

    async def push(self, source_id: int, choice: str) -> tuple[int, str]:
        """The exit code of `otklik source push` and what it says."""
        settings = {"DATABASE_URL": self.url, "SECRET_KEY": SECRET_KEY, "DATA_DIR": str(self.folder), "VK_API_URL": self.vk}
        said = await self.commands.type("source", "push", str(source_id), choice, settings=settings)
        return said.code, said.printed + said.beside


async def watched_city(database: Database) -> int:
    """The city's page is registered and its own key kept."""
    now = datetime.now(UTC)
    async with database.write() as session:
        region_id = await regions.ensure_region(session, "region", now=now)
        new = NewSource("vk", f"-{CITY}", "Город", f"https://vk.com/club{CITY}", True, None, now)
        await credentials.add(session, SecretBox(SECRET_KEY), kind="vk_community", name="city", secret=COMMUNITY, now=now)
        return await sources.add(session, region_id, new, now=now)


async def test_push_is_opened_checked_and_relied_on_once_events_arrive(server: TestServer, commands: Commands, tmp_path: Path) -> None:
    async with fresh_database(server) as url, vk_world([post("news", 0)]) as world:
        database = Database(create_engine(url))
        source_id = await watched_city(database)
        shell = Shell(url, world.base_url, tmp_path, commands)

        unpushed = await shell.push(source_id, "--check")
        opened = await shell.push(source_id, "--long-poll")
        silent = await shell.push(source_id, "--check")
        async with database.write() as session:
            await session.execute(text("UPDATE push_channels SET missed = 2, missed_at = since, last_event_at = now()"))
        heard = await shell.push(source_id, "--check")
        await database.close()

    assert (unpushed[0], "There is no push of source" in unpushed[1]) == (1, True), unpushed
    assert opened == (0, "Workers fetch the events of this page from now on; see `otklik source push ID --check`.\n")
    assert world.emulator.pushes.box(CITY).is_enabled
    assert silent[0] == 1
    assert "Pushed by long poll since" in silent[1]
    assert "Last event: none yet; waiting to be taken in: 0." in silent[1]
    assert "Push is not relied on: the page is polled as usual." in silent[1]
    assert heard[0] == 0
    assert "Missed by push and found by polling: 2, the last one at" in heard[1]
    assert "Push keeps up: the page is polled rarely." in heard[1]
    assert COMMUNITY not in "".join(said for _, said in (unpushed, opened, silent, heard))
