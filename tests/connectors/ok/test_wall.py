"""Reading topics: what is told, what it costs, and what the cursor survives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest

from connectors.ok.connector import OkConnector
from connectors.ok.emulator import Quirks
from connectors.sdk.contract import Cursor, Page, Wall
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.town import TownMessage
from connectors.sdk.errors import AccessDenied, SourceGone, SourceUnavailable
from tests.connectors.ok.ok_world import (
    ANNA,
    CLOSED,
    DELETED,
    WALL,
    OkWorld,
    at,
    checkpoint_of,
    ids_of,
    messages_of,
    ok_world,
    pages_of,
    post,
)
from tests.connectors.ok.threads import IRREGULAR

HOUR = 60.0
METHOD = "mediatopic.getTopics"


def hourly(count: int) -> list[TownMessage]:
    return [post(f"p{number}", number * HOUR, f"Новость {number}") for number in range(count)]


async def read(connector: OkConnector, since: Cursor | None = None, *, not_before: datetime = at(0), wall: Wall = WALL) -> list[Page]:
    return await pages_of(connector.read_posts(wall, since, not_before=not_before))


def ids(world: OkWorld, keys: Sequence[str]) -> set[str]:
    return {world.emulator.ids[key] for key in keys}


@pytest.mark.parametrize("quirks", IRREGULAR, ids=["plain", "round", "old", "bare"])
async def test_every_topic_is_told_once_however_ok_writes_it(quirks: Quirks) -> None:
    async with ok_world(hourly(230), quirks=quirks) as world, world.connector() as connector:
        told = [message.external_id for message in messages_of(await read(connector))]
        assert set(told) == ids(world, [f"p{number}" for number in range(230)])
        assert len(told) == 230


async def test_a_first_reading_goes_back_to_the_given_moment_only() -> None:
    async with ok_world(hourly(400)) as world, world.connector() as connector:
        pages = await read(connector, not_before=at(330 * HOUR))
        assert ids_of(pages) == ids(world, [f"p{number}" for number in range(330, 400)])
        assert [page.checkpoint is None for page in pages] == [True, False]


async def test_a_pinned_topic_is_told_whatever_its_age_and_stops_nothing() -> None:
    messages = hourly(130)
    messages[125] = post("p125", 125 * HOUR, "Порядок приёма", pinned=True)
    async with ok_world(messages) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        assert world.emulator.ids["p125"] in ids_of(await read(connector, cursor, not_before=at(129 * HOUR)))


async def test_nothing_new_costs_one_call() -> None:
    async with ok_world(hourly(300)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        before = world.calls(METHOD)
        pages = await read(connector, cursor, not_before=at(299 * HOUR))
        assert world.calls(METHOD) == before + 1
        assert pages[-1].checkpoint == cursor


async def test_more_new_topics_than_a_page_holds_are_all_told() -> None:
    async with ok_world(hourly(300), minutes=100 * HOUR) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.moment = at(280 * HOUR)
        pages = await read(connector, cursor, not_before=at(279 * HOUR))
        assert ids(world, [f"p{number}" for number in range(100, 281)]) <= ids_of(pages)
        assert [page.checkpoint for page in pages[:-1]] == [None] * (len(pages) - 1)


async def test_the_cursor_survives_the_newest_topics_deletion() -> None:
    async with ok_world(hourly(150)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        for key in ("p149", "p148"):
            world.emulator.change(key, deleted_at=at(160 * HOUR))
        world.emulator.add(post("late", 99_000))
        assert world.emulator.ids["late"] in ids_of(await read(connector, cursor))


async def test_a_topic_published_with_an_earlier_date_is_told() -> None:
    async with ok_world(hourly(150)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.emulator.add(post("suggested", 140.5 * HOUR, author_id=ANNA))
        assert world.emulator.ids["suggested"] in ids_of(await read(connector, cursor, not_before=at(149 * HOUR)))


async def test_what_stands_all_the_time_is_told_while_topics_come_and_go() -> None:
    random, messages = Random(7), hourly(300)
    async with ok_world(messages) as world, world.connector() as connector:
        lasting, told, added = {message.key for message in messages}, set[str](), 0
        async for page in connector.read_posts(WALL, None, not_before=at(0)):
            told |= ids_of([page])
            for key in random.sample(sorted(lasting), 15):
                world.emulator.change(key, deleted_at=world.moment)
                lasting.discard(key)
            added += 1
            world.emulator.add(post(f"new{added}", 90_000 + added))
        assert ids(world, sorted(lasting)) <= told


async def test_an_edit_and_the_count_of_comments_are_told_again() -> None:
    async with ok_world(hourly(20)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.emulator.change("p19", edits=((at(50 * HOUR), "Исправлено"),))
        again = {message.external_id: message for message in messages_of(await read(connector, cursor))}
        edited = again[world.emulator.ids["p19"]]
        assert (edited.text, edited.comment_count) == ("Исправлено", 0)


@pytest.mark.parametrize("quirks", IRREGULAR, ids=["plain", "round", "old", "bare"])
async def test_an_empty_group_gives_a_checkpoint_from_which_the_first_topics_are_read(quirks: Quirks) -> None:
    async with ok_world([], quirks=quirks) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        for number in range(120):
            world.emulator.add(post(f"p{number}", 50_000 + number))
        assert len(ids_of(await read(connector, cursor))) == 120


async def test_a_cursor_of_long_ago_is_read_on_from_there() -> None:
    async with ok_world(hourly(300), minutes=100 * HOUR) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.moment = at(100_000)
        told = ids_of(await read(connector, cursor, not_before=world.moment - timedelta(days=7)))
        assert ids(world, [f"p{number}" for number in range(100, 300)]) <= told


@pytest.mark.parametrize(("page_id", "error"), [(CLOSED, AccessDenied), (DELETED, SourceGone), (77, SourceGone)])
async def test_a_group_that_cannot_be_read_says_why(page_id: int, error: type[Exception]) -> None:
    async with ok_world([]) as world, world.connector() as connector:
        with pytest.raises(error):
            await read(connector, wall=Wall("ok", f"group:{page_id}"))


@pytest.mark.parametrize("wall_id", ["-5", "5", "user:5", "group:", ""])
async def test_a_wall_that_is_no_group_is_refused_without_a_call(wall_id: str) -> None:
    async with ok_world([]) as world, world.connector() as connector:
        with pytest.raises(SourceGone, match="group:"):
            await read(connector, wall=Wall("ok", wall_id))
        assert world.emulator.calls == []


async def test_a_reading_gets_through_a_network_that_fails_now_and_then() -> None:
    kinds = (FaultKind.HTTP_502, FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL)
    async with ok_world(hourly(500), faults=Faults(seed=8, rate=0.3, kinds=kinds, codes=(2,))) as world, world.connector() as connector:
        assert len(ids_of(await read(connector))) == 500
        assert {outcome for _, outcome, _ in world.observed} == {"ok", "source_unavailable"}


async def test_a_network_that_always_fails_is_unavailable() -> None:
    faults = Faults(seed=1, rate=1.0, kinds=(FaultKind.HTML,))
    async with ok_world(hourly(5), faults=faults) as world, world.connector() as connector:
        with pytest.raises(SourceUnavailable):
            await read(connector)
