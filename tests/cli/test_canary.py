"""`otklik canary` as it is typed at night: a worker at work, VK emulated over HTTP, a page of our own for tests."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from app.storage import credentials, regions, sources
from app.storage.credentials import SecretBox
from app.storage.engine import Database, create_engine
from app.storage.sources import NewSource
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownMessage, TownPage
from connectors.vk.emulator.emulator import VkEmulator
from tests.commands import Commands, Said, environment_of
from tests.databases import TestServer, fresh_database
from tests.end_to_end.installation import PATIENCE_SECONDS, start, until

SECRET_KEY, SERVICE, COMMUNITY = "a secret key of the tests", "service-token-of-the-test", "community-token-of-the-test"
PAGE = 400
WATCHED = "SELECT count(*) FROM poll_states WHERE first_success_at < clock_timestamp() - interval '1 second'"
"""Only what is published after the watch began, by a clock of whole seconds, is timed step by step."""


@dataclass(frozen=True, slots=True)
class Night:
    """An installation that watches one test page."""

    url: str
    vk: str
    folder: Path
    database: Database
    source_id: int
    commands: Commands

    def settings(self) -> dict[str, str]:
        """What the commands are told."""
        settings = {"DATABASE_URL": self.url, "SECRET_KEY": SECRET_KEY, "DATA_DIR": str(self.folder), "VK_API_URL": self.vk}
        quick = {"VK_SERVICE_TOKEN": SERVICE, "VK_CALLS_PER_SECOND": "100", "VK_WALL_GET_PER_DAY": "1000000"}
        return settings | quick | {"POLL_MIN_SECONDS": "1", "POLL_MAX_SECONDS": "2", "LOG_FORMAT": "json"}

    async def canary(self, *arguments: str) -> Said:
        """What `otklik canary …` says."""
        return await self.commands.type("canary", *arguments, settings=self.settings())

    async def count(self, query: str) -> int:
        async with self.database.read() as session:
            return int(await session.scalar(text(query)) or 0)


@asynccontextmanager
async def night(server: TestServer, commands: Commands, folder: Path, *, test: bool = True) -> AsyncIterator[Night]:
    """The test page with one fresh post on it, watched for a day; no worker lives yet."""
    now = datetime.now(UTC)
    post = TownMessage("post", PAGE, -PAGE, now - timedelta(seconds=30), "Здесь проверяют связь")
    emulator = VkEmulator(
        Town((TownPage(PAGE, "Проверка связи", "canaries"),), (), (post,)),
        now=lambda: datetime.now(UTC),
        service_tokens=[SERVICE],
        community_tokens={COMMUNITY: PAGE},
        calls_per_second=100,
        wall_get_per_day=1_000_000,
    )
    async with fresh_database(server) as url, serve(emulator.app()) as address:
        database = Database(create_engine(url))
        async with database.write() as session:
            region_id = await regions.ensure_region(session, "region", now=now)
            await credentials.add(session, SecretBox(SECRET_KEY), kind="vk_community", name="canaries", secret=COMMUNITY, now=now)
            link = f"https://vk.com/club{PAGE}"
            new = NewSource("vk", f"-{PAGE}", "Проверка", link, False, None, now - timedelta(days=1), None, test)
            source_id = await sources.add(session, region_id, new, now=now)
        yield Night(url, address, folder, database, source_id, commands)
        await database.close()


async def test_a_canary_is_sent_and_timed_step_by_step_and_stands_in_no_queue(
    server: TestServer, commands: Commands, tmp_path: Path
) -> None:
    async with night(server, commands, tmp_path) as one:
        worker = await start("worker", folder=tmp_path, environment=environment_of(one.settings()))
        try:

            async def is_under_watch() -> bool:
                return await one.count(WATCHED) == 1

            await until(is_under_watch)
            code, printed, beside = await one.canary("send", str(one.source_id), "--timeout", str(PATIENCE_SECONDS), "--json")
            assert code == 0, beside
            told = json.loads(printed)
            again = await one.canary("watch", str(one.source_id), "--mark", told["mark"], "--timeout", "5")
            thanks = await one.canary("send", str(one.source_id), "--text", "Спасибо вам большое!", "--timeout", str(PATIENCE_SECONDS))
        finally:
            await worker.kill()

    steps = [stage["name"] for stage in told["stages"]]
    assert steps == ["published", "poll due", "asked", "read", "classified", "stored", "in the queue"]
    assert abs(sum(stage["seconds"] for stage in told["stages"]) - told["total_seconds"]) < 0.01
    assert f"Sent {told['mark']}: https://vk.com/wall-{PAGE}_1?reply=" in beside
    assert again[0] == 0
    assert all(name in again[1] for name in ("published", "classified", "in the queue", "in all"))
    assert thanks[0] == 1
    assert "nobody is owed an answer" in thanks[2]
    assert COMMUNITY not in "".join(said for _, *outputs in (again, thanks) for said in outputs)


async def test_a_canary_that_does_not_come_is_told_with_the_likeliest_reason(
    server: TestServer, commands: Commands, tmp_path: Path
) -> None:
    async with night(server, commands, tmp_path) as one:
        unknown = await one.canary("send", str(one.source_id))
        late = await one.canary("watch", str(one.source_id), "--timeout", "0.5")
        misspelt = await one.canary("watch", str(one.source_id), "--mark", "mark")

    assert (unknown[0], "No post of the page is known yet" in unknown[2]) == (1, True), unknown
    assert (late[0], late[1]) == (1, "")
    assert "Write under a post of https://vk.com/club400: Нет воды" in late[2]
    assert "no worker is alive. Start `otklik worker`." in late[2]
    assert misspelt[0] == 2


async def test_no_canary_is_sent_where_residents_are_answered(server: TestServer, commands: Commands, tmp_path: Path) -> None:
    async with night(server, commands, tmp_path, test=False) as one:
        code, _, beside = await one.canary("send", str(one.source_id))

        assert code == 1
        assert f"flag one of your own with `otklik source test {one.source_id}`" in beside
