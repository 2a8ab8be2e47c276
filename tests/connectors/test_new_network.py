"""docs/add_a_connector.md, followed to the letter: a folder and one line make a network that works from the wall to the queue."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.jobs.connectors import ConnectorPool, Rates, Secret
from app.storage import sources
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks, add_source, resolve_page
from app.usecases.ingest_page import ingest_page
from app.usecases.judge_page import Intake
from connectors.sdk.contract import CommentReader, ConnectorContext, ConnectorPlugin, Credential, PostReader, PostRef, Wall, capabilities
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, SourceGone
from connectors.sdk.registry import plugins
from connectors.sdk.testing import ConnectorContract, ContractWorld, OpenLedger, Refusal
from tests.usecases.reading import ByMark

FOLDER = Path(__file__).with_name("rss_feed")
KEY = "a-key-of-the-blogs"
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CITY, CLOSED = TownPage(7, "Город", "gorod"), TownPage(8, "Двор", "dvor", closed=True)
ANNA = TownPerson(1, "Анна", "Лебедева")
WALL, CAN = Wall("rss", "gorod"), frozenset({"resolve", "read_posts", "read_comments", "map_page"})


def town() -> Town:
    posts = [TownMessage(f"p{number}", 7, -7, START + timedelta(minutes=number), "Новости") for number in range(25)]
    comments = [
        TownMessage(f"c{number}", 7, 1, START + timedelta(hours=1, minutes=number), f"Не горит фонарь {number}!", post_key="p3")
        for number in range(23)
    ]
    return Town((CITY, CLOSED), (ANNA,), (*posts, *comments))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mapping[str, ConnectorPlugin]]:
    """The connectors of a machine on which the folder has been installed as a package of its own, by one entry point."""
    shutil.copytree(FOLDER, tmp_path / "rss_blogs", ignore=shutil.ignore_patterns("__pycache__"))
    about = tmp_path / "rss_blogs-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rss-blogs\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[otklik.connectors]\nrss = rss_blogs:plugin\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield plugins()
    for name in [name for name in sys.modules if name.split(".")[0] == "rss_blogs"]:
        del sys.modules[name]


async def test_messages_of_the_new_network_become_incidents(
    installed: Mapping[str, ConnectorPlugin], database: Database, region_id: RegionId
) -> None:
    now = START + timedelta(days=1)
    emulator = installed["rss"].emulate(town(), now=lambda: now, keys=[KEY])
    async with serve(emulator.app()) as address:
        rates = {kind: Rates(20) for plugin in installed.values() for kind in plugin.credential_kinds}
        addresses = dict.fromkeys(installed, address)
        secrets = [Secret("rss_key", "blogs", KEY)]
        box = SecretBox("a secret key of the test")
        pool = ConnectorPool(database, box, installed, secrets, addresses, rates, lambda: now, ZoneInfo("Europe/Moscow"))
        await pool.refresh()
        found = await resolve_page(Networks(installed, pool.connector_for), "https://blogs.example/gorod")
        async with database.write() as session:
            added = await add_source(session, region_id, found, official=True, authority_id=None, now=START)
            source = (await sources.get(session, region_id, added)).source
        connector, opened = pool.connector_for("rss"), 0
        assert isinstance(connector, PostReader)
        assert isinstance(connector, CommentReader)
        intake = Intake(database, ByMark(), region_id)
        readings = connector.read_posts(WALL, None, not_before=START), connector.read_comments(PostRef(WALL, "p3"), None)
        for reading in readings:
            async for page in reading:
                opened += (await ingest_page(intake, source, page, now=lambda: now)).opened
        quotas = {quota.method: quota.spent_window for quota in await pool.method_quotas()}
        await pool.close()
    assert opened == 1, "one resident, one conversation"
    assert quotas == {"feed": 4, "comments": 3}


class TestRssContract(ConnectorContract):
    @pytest.fixture
    async def world(self, installed: Mapping[str, ConnectorPlugin]) -> AsyncIterator[ContractWorld]:
        written = town()
        plugin, ledger = installed["rss"], OpenLedger()
        observed: list[tuple[str, str, float]] = []

        def see(method: str, outcome: str, seconds: float) -> None:
            observed.append((method, outcome, seconds))

        emulator = plugin.emulate(written, now=lambda: START + timedelta(days=1), keys=[KEY])
        async with serve(emulator.app()) as address:
            context = ConnectorContext(address, [Credential("rss_key", "blogs", KEY)], ledger, lambda: START, see)
            connector, stranger = plugin.build(context), plugin.build(replace(context, credentials=[Credential("rss_key", "forged", "no")]))
            assert isinstance(connector, CommentReader)
            assert capabilities(connector) == CAN
            yield ContractWorld(
                connector=connector,
                capabilities=CAN,
                secrets=(KEY,),
                ledger=ledger,
                observed=observed,
                wall=WALL,
                thread=PostRef(WALL, "p3"),
                not_before=START,
                posts=frozenset(one.key for one in written.messages if one.post_key is None),
                comments=frozenset(one.key for one in written.messages if one.post_key is not None),
                refusals={
                    "a closed blog": Refusal(lambda: first_page(connector, "dvor"), AccessDenied),
                    "no such blog": Refusal(lambda: first_page(connector, "nobody"), SourceGone),
                    "a forged key": Refusal(lambda: first_page(stranger, "gorod"), AuthenticationFailed),
                },
                links={"https://blogs.example/gorod": "gorod", " https://blogs.example/gorod/ ": "gorod"},
                wrong_links=("https://vk.com/gorod", "https://blogs.example/", "gorod"),
            )
            await connector.close()
            await stranger.close()


async def first_page(connector: Any, blog: str) -> object:
    return await anext(connector.read_posts(Wall("rss", blog), None, not_before=START))
