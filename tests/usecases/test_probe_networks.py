"""What an uncertain network lets our keys do is asked once a day and shown."""

from datetime import datetime, timedelta

from app.storage import network_probes
from app.storage.engine import Database
from app.usecases.probe_networks import probe_networks
from tests.connectors.ok.ok_world import ok_world


async def test_a_network_is_probed_once_a_day_and_its_words_are_kept(database: Database, noon: datetime) -> None:
    async with ok_world(()) as world, world.connector() as connector:
        for hours in (0, 5, 23, 25):
            await probe_networks(database, {"ok": connector, "vk": object()}, now=noon + timedelta(hours=hours))  # type: ignore[dict-item]
        asked = sum(call.method == "group.getInfo" for call in world.emulator.calls)
    assert asked == 2
    async with database.read() as session:
        found = (await network_probes.read_all(session))["ok"]
    assert found["read_comments"] == "available"
    assert found["publish_reply"].startswith("gone")
