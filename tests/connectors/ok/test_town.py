"""A generated town watched on the emulated OK: each message once, as it stands in the town."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.ok.connector import OkConnector
from connectors.ok.emulator import OkEmulator, Quirks
from connectors.sdk.contract import ConnectorContext, Credential, Cursor, Message, PostRef, Wall
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town_generator import GeneratedTown, generate_town
from connectors.sdk.emulation.town_scripts import read_thread
from connectors.sdk.testing import OpenLedger
from tests.connectors.ok.ok_world import FIRST
from tests.connectors.patient import QUICK

CORPUS = Path(__file__).resolve().parents[3] / "corpus" / "threads"
END = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def make_town(seed: int) -> GeneratedTown:
    lines = (line for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines())
    return generate_town(seed, pages=3, threads=40, now=END, days=3, texts=[read_thread(json.loads(line)) for line in lines])


class Watcher:
    """Looks at walls and threads as the core does: new topics, counters, threads that moved."""

    def __init__(self, connector: OkConnector, walls: list[Wall], since: datetime) -> None:
        self.told: dict[tuple[Wall, str], Message] = {}
        self.first_told: list[tuple[Wall, str]] = []
        self._connector = connector
        self._since = since
        self._walls: dict[Wall, Cursor | None] = dict.fromkeys(walls)
        self._threads: dict[PostRef, tuple[int, Cursor | None]] = {}

    async def look(self) -> None:
        for wall, cursor in self._walls.items():
            async for page in self._connector.read_posts(wall, cursor, not_before=self._since):
                self._take(page.messages)
                self._walls[wall] = page.checkpoint or self._walls[wall]
                for message in page.messages:
                    self._threads.setdefault(PostRef(wall, message.external_id), (0, None))
        counts = await self._connector.count_comments(list(self._threads))
        for post, found in counts.items():
            held, cursor = self._threads[post]
            if found and found.comments != held:
                async for page in self._connector.read_comments(post, cursor if found.comments > held else None):
                    self._take(page.messages)
                    cursor = page.checkpoint or cursor
                self._threads[post] = (found.comments, cursor)

    def _take(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            if (message.wall, message.external_id) not in self.told:
                self.first_told.append((message.wall, message.external_id))
            self.told[message.wall, message.external_id] = message


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(seed=2, newest_first=True, anchors_repeat=True, silent_ends=True, unknown_parts=True)])
async def test_a_watched_town_is_told_as_it_is(quirks: Quirks) -> None:
    town, clock = make_town(5), [END - timedelta(days=3)]
    kinds = (FaultKind.HTTP_502, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL)
    faults = Faults(seed=6, rate=0.02, kinds=kinds, codes=(2,))
    emulator = OkEmulator(town.town, now=lambda: clock[0], app_secrets=[FIRST], calls_per_second=10_000, faults=faults, quirks=quirks)
    async with serve(emulator.app()) as base_url:
        context = ConnectorContext(base_url, [Credential("ok_app", "key", FIRST)], OpenLedger(), lambda: clock[0])
        connector = OkConnector(context, QUICK)
        watcher = Watcher(connector, [Wall("ok", f"group:{page_id}") for page_id in town.watched], clock[0] - timedelta(days=1))
        while clock[0] < END:
            clock[0] += timedelta(hours=2)
            await watcher.look()
        await connector.close()
    shown = {message.id: message for message in emulator.visible().values()}
    told = {external_id: message for (_, external_id), message in watcher.told.items()}
    assert len(watcher.first_told) == len(set(watcher.first_told))
    assert len(shown) > 150
    assert set(shown) <= set(told)
    for external_id, message in shown.items():
        found = told[external_id]
        assert found.author is not None
        assert (found.author.external_id, found.published_at) == (message.author, message.published_at)
        assert (found.post_id, found.reply_to_id) == (message.topic_id, message.reply_to_id)
    officials = {f"group:{-account}" for accounts in town.officials.values() for account in accounts}
    assert {message.author.external_id for message in told.values() if message.author and message.author.is_community} <= officials
