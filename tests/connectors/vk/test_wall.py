"""Reading walls: what is told, what it costs, and what the cursor survives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import pytest

from connectors.sdk.contract import Cursor, Page, Wall
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.town import TownMessage
from connectors.sdk.errors import AccessDenied, SourceGone, SourceUnavailable
from connectors.vk.connector import VkConnector
from tests.connectors.vk.vk_world import (
    ANNA,
    CITY,
    CLOSED,
    DELETED,
    WALL,
    VkWorld,
    at,
    checkpoint_of,
    ids_of,
    messages_of,
    pages_of,
    post,
    vk_world,
)

HOUR = 60.0


def hourly(count: int, *, page_id: int = CITY) -> list[TownMessage]:
    return [post(f"p{number}", number * HOUR, f"Новость {number}", page_id=page_id) for number in range(count)]


async def read(connector: VkConnector, since: Cursor | None = None, *, not_before: datetime = at(0), wall: Wall = WALL) -> list[Page]:
    return await pages_of(connector.read_posts(wall, since, not_before=not_before))


def ids(world: VkWorld, keys: Sequence[str]) -> set[int]:
    return {world.emulator.ids[key] for key in keys}


async def test_a_first_reading_goes_back_to_the_given_moment_only() -> None:
    async with vk_world(hourly(400)) as world, world.connector() as connector:
        pages = await read(connector, not_before=at(250 * HOUR))
        assert ids_of(pages) == ids(world, [f"p{number}" for number in range(250, 400)])
        assert [page.checkpoint is None for page in pages] == [True, False]


async def test_an_old_pinned_post_comes_first_is_told_and_stops_nothing() -> None:
    messages = hourly(130)
    messages[3] = post("p3", 3 * HOUR, "Порядок приёма", pinned=True)
    async with vk_world(messages) as world, world.connector() as connector:
        pages = await read(connector, not_before=at(20 * HOUR))
        assert messages_of(pages)[0].external_id == str(world.emulator.ids["p3"])
        assert ids_of(pages) == ids(world, ["p3", *(f"p{number}" for number in range(20, 130))])


async def test_nothing_new_costs_one_call() -> None:
    async with vk_world(hourly(400)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        before = world.calls("wall.get")
        pages = await read(connector, cursor, not_before=at(399 * HOUR))
        assert world.calls("wall.get") == before + 1
        assert pages[-1].checkpoint == cursor


async def test_more_new_posts_than_a_page_holds_are_all_told() -> None:
    async with vk_world(hourly(600), minutes=200 * HOUR) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.moment = at(550 * HOUR)
        pages = await read(connector, cursor, not_before=at(549 * HOUR))
        assert ids(world, [f"p{number}" for number in range(200, 551)]) <= ids_of(pages)
        assert [page.checkpoint for page in pages[:-1]] == [None] * (len(pages) - 1)


async def test_the_cursor_survives_the_newest_posts_deletion() -> None:
    async with vk_world(hourly(150)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.emulator.change("p149", deleted_at=at(160 * HOUR))
        world.emulator.change("p148", deleted_at=at(160 * HOUR))
        world.emulator.add(post("late", 99_000))
        assert world.emulator.ids["late"] in ids_of(await read(connector, cursor))


async def test_a_post_published_with_an_earlier_date_is_told() -> None:
    async with vk_world(hourly(150)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.emulator.add(post("suggested", 140.5 * HOUR, author_id=ANNA))
        assert world.emulator.ids["suggested"] in ids_of(await read(connector, cursor, not_before=at(149 * HOUR)))


async def test_a_post_that_is_no_longer_pinned_hides_nothing() -> None:
    messages = [*hourly(150), post("pinned", 149.5 * HOUR, pinned=True)]
    async with vk_world(messages) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.emulator.change("pinned", pinned=False)
        world.emulator.add(post("late", 99_000))
        assert ids(world, ["late", "pinned"]) <= ids_of(await read(connector, cursor))


async def test_what_stands_all_the_time_is_told_while_posts_come_and_go() -> None:
    random = Random(7)
    messages = hourly(500)
    async with vk_world(messages) as world, world.connector() as connector:
        lasting, told, added = {message.key for message in messages}, set[int](), 0
        async for page in connector.read_posts(WALL, None, not_before=at(0)):
            told |= ids_of([page])
            for key in random.sample(sorted(lasting), 20):
                world.emulator.change(key, deleted_at=world.moment)
                lasting.discard(key)
            added += 1
            world.emulator.add(post(f"new{added}", 90_000 + added))
        assert ids(world, sorted(lasting)) <= told


async def test_an_edit_and_the_count_of_comments_are_told_again() -> None:
    async with vk_world(hourly(20)) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.emulator.change("p19", edits=((at(50 * HOUR), "Исправлено"),))
        again = {message.external_id: message for message in messages_of(await read(connector, cursor))}
        edited = again[str(world.emulator.ids["p19"])]
        assert (edited.text, edited.edited_at, edited.comment_count) == ("Исправлено", at(50 * HOUR), 0)


async def test_an_empty_wall_gives_a_checkpoint() -> None:
    async with vk_world([]) as world, world.connector() as connector:
        pages = await read(connector)
        assert [len(page.messages) for page in pages] == [0]
        assert pages[-1].checkpoint is not None


async def test_a_cursor_of_long_ago_is_read_on_from_there() -> None:
    async with vk_world(hourly(300), minutes=100 * HOUR) as world, world.connector() as connector:
        cursor = checkpoint_of(await read(connector))
        world.moment = at(100_000)
        told = ids_of(await read(connector, cursor, not_before=world.moment - timedelta(days=7)))
        assert ids(world, [f"p{number}" for number in range(100, 300)]) <= told


@pytest.mark.parametrize(("page_id", "error"), [(CLOSED, AccessDenied), (DELETED, SourceGone), (77, SourceGone)])
async def test_a_wall_that_cannot_be_read_says_why(page_id: int, error: type[Exception]) -> None:
    async with vk_world([]) as world, world.connector() as connector:
        with pytest.raises(error):
            await read(connector, wall=Wall("vk", f"-{page_id}"))


async def test_a_reading_gets_through_a_network_that_fails_now_and_then() -> None:
    kinds = (FaultKind.HTTP_502, FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL)
    async with vk_world(hourly(600), faults=Faults(seed=6, rate=0.2, kinds=kinds, codes=(10,))) as world, world.connector() as connector:
        assert ids_of(await read(connector)) == ids(world, [f"p{number}" for number in range(600)])
        assert {outcome for _, outcome, _ in world.observed} == {"ok", "source_unavailable"}


async def test_a_network_that_always_fails_is_unavailable() -> None:
    faults = Faults(seed=1, rate=1.0, kinds=(FaultKind.HTML,))
    async with vk_world(hourly(5), faults=faults) as world, world.connector() as connector:
        with pytest.raises(SourceUnavailable):
            await read(connector)
