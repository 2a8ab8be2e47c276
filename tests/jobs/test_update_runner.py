"""Long polls in flight while something else breaks."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.domain.polling.intervals import PollBounds
from app.domain.source import Source, SourceId, SourceStatus
from app.jobs.update_runner import UpdateRunner
from app.storage.engine import Database, create_engine
from app.storage.push_channels import ReceivingClaim
from app.storage.regions import RegionId
from app.usecases.receive_updates import Receiving
from connectors.sdk.contract import Cursor, Updates, Wall
from connectors.sdk.errors import RateLimited

FAILED = ("warning", "long poll failed")
BOUNDS = PollBounds(timedelta(minutes=5), timedelta(seconds=1), timedelta(days=1))


class Telling:
    """A network whose long poll has something to tell, unless it breaks."""

    network = "vk"

    def __init__(self, tell: Callable[[], Updates]) -> None:
        self.tell = tell

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        return self.tell()

    def read_event(self, raw: bytes, *, received_at: datetime) -> None:
        """Of no interest here."""

    async def close(self) -> None:
        """Holds nothing."""


def nothing_new() -> Updates:
    return Updates((), Cursor("{}"))


def break_down() -> Updates:
    raise KeyError("a fault of ours")


def ask_for_patience() -> Updates:
    raise RateLimited("getUpdates: too many", retry_after=600)


async def test_a_network_that_asks_for_a_pause_is_given_it(noon: datetime) -> None:
    source = Source(SourceId(1), "vk", "-7", "Город", "https://vk.com/club7", True, None, SourceStatus.ACTIVE, noon)
    database = Database(create_engine("postgresql://127.0.0.1:1/nowhere"))
    receiving = Receiving(database, RegionId(1), "one", lambda network: Telling(ask_for_patience), lambda: noon)
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            await UpdateRunner(receiving, BOUNDS, group)._run(ReceivingClaim(source, None, 0, 1))
    await database.close()

    assert logs[0]["again_at"] == (noon + timedelta(minutes=10)).isoformat()


@pytest.mark.parametrize(
    ("tell", "told"), [(nothing_new, [FAILED]), (break_down, [("error", "long poll broke"), FAILED])], ids=["database away", "our fault"]
)
async def test_a_database_that_is_away_is_told_in_one_line_a_page_and_a_fault_of_ours_with_its_trace(
    noon: datetime, tell: Callable[[], Updates], told: list[tuple[str, str]]
) -> None:
    source = Source(SourceId(1), "vk", "-7", "Город", "https://vk.com/club7", True, None, SourceStatus.ACTIVE, noon)
    database = Database(create_engine("postgresql://127.0.0.1:1/nowhere"))
    receiving = Receiving(database, RegionId(1), "one", lambda network: Telling(tell), lambda: noon)
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            await UpdateRunner(receiving, BOUNDS, group)._run(ReceivingClaim(source, None, 0, 1))
    await database.close()

    assert [(entry["log_level"], entry["event"]) for entry in logs if entry["event"] != "long poll not given back"] == told
