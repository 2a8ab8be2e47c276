"""Reading comments: an archive fed with the pages holds what VK shows, for few calls."""

from random import Random
from typing import Any

import pytest

from connectors.sdk.contract import Page, PostRef
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.town import TownMessage
from connectors.sdk.errors import SourceGone
from connectors.vk.connector import VkConnector
from tests.connectors.vk.archive import Archive
from tests.connectors.vk.vk_world import ANNA, BORIS, CITY, VERA, WALL, VkWorld, at, comment, ids_of, pages_of, post, vk_world

METHOD = "wall.getComments"


def thread_of(roots: int, *, replies: dict[int, int] | None = None, **fields: Any) -> list[TownMessage]:
    """A post with so many roots; `replies` says how many replies stand under which root."""
    messages = [post("post", 0, **fields), *(comment(f"c{number}", 1 + number, f"Вопрос {number}") for number in range(roots))]
    for root, count in (replies or {}).items():
        messages += [
            comment(f"c{root}r{number}", 20_000 + number, "И у нас", author_id=BORIS, reply_to_key=f"c{root}") for number in range(count)
        ]
    return messages


def shown(world: VkWorld) -> dict[int, str]:
    """What VK shows under the post now, stubs aside."""
    ids = world.emulator.ids
    return {ids[key]: message.text for key, message in world.emulator.visible().items() if key != "post"}


async def update(archive: Archive, connector: VkConnector, world: VkWorld) -> int:
    """Reads on and stores; the number of calls that it took."""
    before = world.calls(METHOD)
    async for page in connector.read_comments(world.post_ref("post"), archive.cursor):
        archive.store_page(page)
    return world.calls(METHOD) - before


def held(archive: Archive) -> dict[int, str | None]:
    return {number: message.text for number, message in archive.comments.items() if not message.deleted}


async def full(connector: VkConnector, world: VkWorld) -> list[Page]:
    return await pages_of(connector.read_comments(world.post_ref("post"), None))


async def test_a_long_thread_is_told_in_bounded_pages_and_its_movements_cost_few_calls() -> None:
    replies = {40: 350, 41: 11, 42: 10, **{number: number % 3 for number in range(100, 3000)}}
    async with vk_world(thread_of(3500, replies=replies)) as world, world.connector() as connector:
        archive = Archive()
        assert await update(archive, connector, world) <= 43
        assert held(archive) == shown(world)
        assert await update(archive, connector, world) == 1

        world.emulator.add(comment("root", 90_000))
        world.emulator.add(comment("reply", 90_001, reply_to_key="c3450"))
        assert await update(archive, connector, world) == 1
        world.emulator.add(comment("answer", 90_002, author_id=-CITY, reply_to_key="c3405"))
        assert await update(archive, connector, world) == 1
        assert held(archive) == shown(world)
        assert not archive.vanished


async def test_a_new_reply_in_a_long_thread_costs_the_way_to_its_root_and_one_call() -> None:
    async with vk_world(thread_of(150, replies={120: 700, 5: 30})) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        world.emulator.add(comment("new", 90_000, reply_to_key="c120r3"))
        assert await update(archive, connector, world) == 2
        world.emulator.add(comment("old root's", 90_001, reply_to_key="c5"))
        assert await update(archive, connector, world) == 3
        assert held(archive) == shown(world)


async def test_a_page_holds_no_more_than_its_roots_with_ten_replies_each() -> None:
    async with vk_world(thread_of(230, replies=dict.fromkeys(range(230), 12))) as world, world.connector() as connector:
        pages = await full(connector, world)
        assert ids_of(pages) == set(shown(world))
        assert max(len(page.messages) for page in pages) <= 1100


async def test_a_deleted_comment_vanishes_from_the_archive_though_the_count_moved_by_others_too() -> None:
    async with vk_world(thread_of(250, replies={3: 4, 200: 20})) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        world.emulator.change("c7", deleted_at=at(90_000))
        world.emulator.change("c200r4", deleted_at=at(90_000))
        world.emulator.add(comment("new", 90_000))
        await update(archive, connector, world)
        assert held(archive) == shown(world)
        assert archive.vanished == {world.emulator.ids["c7"], world.emulator.ids["c200r4"]}


async def test_the_newest_comment_deleted_vanishes() -> None:
    async with vk_world(thread_of(5, replies={2: 2})) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        for key in ("c4", "c2r1"):
            world.emulator.change(key, deleted_at=at(90_000))
            await update(archive, connector, world)
            assert held(archive) == shown(world)


async def test_a_deleted_comment_with_replies_stays_as_a_stub_and_its_replies_are_told() -> None:
    async with vk_world(thread_of(20, replies={7: 3})) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        world.emulator.change("c7", deleted_at=at(90_000))
        await update(archive, connector, world)
        stub = archive.comments[world.emulator.ids["c7"]]
        assert (stub.deleted, stub.author, stub.text) == (True, None, None)
        assert held(archive) == shown(world)


async def test_a_root_that_vanishes_takes_its_replies_along() -> None:
    async with vk_world(thread_of(150, replies={20: 3, 21: 30})) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        for key in ("c20", "c20r0", "c20r1", "c20r2", "c21", *(f"c21r{number}" for number in range(30))):
            world.emulator.change(key, deleted_at=at(90_000))
        await update(archive, connector, world)
        assert held(archive) == shown(world)


async def test_all_comments_deleted_empty_the_archive() -> None:
    async with vk_world(thread_of(120, replies={5: 2})) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        for key in [key for key in world.emulator.visible() if key != "post"]:
            world.emulator.change(key, deleted_at=at(90_000))
        await update(archive, connector, world)
        assert archive.comments == {}


async def test_an_edit_on_the_newest_page_is_told_again() -> None:
    async with vk_world(thread_of(30)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        world.emulator.change("c3", edits=((at(90_000), "Уточняю: дом 5"),))
        await update(archive, connector, world)
        assert held(archive) == shown(world)


@pytest.mark.parametrize("seed", range(6))
async def test_an_archive_of_a_small_thread_holds_what_vk_shows_after_any_changes(seed: int) -> None:
    random = Random(seed)
    async with vk_world(thread_of(60, replies={1: 3, 2: 4, 3: 1}), minutes=60_000) as world, world.connector() as connector:
        archive = Archive()
        for step in range(12):
            add_comments(world, random, step)
            delete_comments(world, random, step)
            await update(archive, connector, world)
            assert held(archive) == shown(world)


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_new_is_missed_in_a_long_thread_while_others_delete_their_comments(seed: int) -> None:
    random = Random(seed)
    async with vk_world(thread_of(330, replies={1: 3, 2: 130, 300: 25}), minutes=60_000) as world, world.connector() as connector:
        archive = Archive()
        for step in range(8):
            add_comments(world, random, step)
            delete_comments(world, random, step, only_roots=True)
            await update(archive, connector, world)
            assert set(shown(world)) <= set(archive.comments)


@pytest.mark.parametrize("seed", range(4))
async def test_a_full_reading_brings_an_archive_of_a_long_thread_in_line_after_any_changes(seed: int) -> None:
    random = Random(seed)
    async with vk_world(thread_of(330, replies={1: 3, 2: 130, 300: 25}), minutes=60_000) as world, world.connector() as connector:
        archive = Archive()
        for step in range(6):
            add_comments(world, random, step)
            delete_comments(world, random, step)
            await update(archive, connector, world)
        archive.store(await full(connector, world))
        assert held(archive) == shown(world)


def add_comments(world: VkWorld, random: Random, step: int) -> None:
    """A few new comments, each with a reply somewhere."""
    keys = [key for key in world.emulator.visible() if key != "post"]
    for number in range(random.randint(0, 4)):
        world.emulator.add(comment(f"s{step}n{number}", 60_000, author_id=VERA))
        world.emulator.add(comment(f"s{step}r{number}", 60_000, author_id=ANNA, reply_to_key=random.choice(keys)))


def delete_comments(world: VkWorld, random: Random, step: int, *, only_roots: bool = False) -> None:
    """Deletes a few comments, some for a step or three only; then the next minute begins."""
    world.moment = at(60_000 + step)
    keys = [key for key in world.emulator.visible() if key != "post" and not ("r" in key and only_roots)]
    for key in random.sample(keys, random.randint(0, 5)):
        world.emulator.change(key, deleted_at=world.moment, restored_at=at(60_000 + step + random.choice((1, 3, 900))))


@pytest.mark.parametrize("seed", range(4))
async def test_what_stands_all_the_time_is_told_while_comments_come_and_go_between_pages(seed: int) -> None:
    random = Random(seed)
    messages = thread_of(450, replies={10: 40, 200: 230, 440: 5})
    async with vk_world(messages) as world, world.connector() as connector:
        lasting, told, archive, step = set(shown(world)), set[int](), Archive(), 0
        keys = {number: key for key, number in world.emulator.ids.items()}
        async for page in connector.read_comments(world.post_ref("post"), None):
            told |= ids_of([page])
            archive.store_page(page)
            for number in random.sample(sorted(lasting), 12):
                world.emulator.change(keys[number], deleted_at=world.moment)
                lasting.discard(number)
            step += 1
            world.emulator.add(comment(f"new{step}", 90_000, reply_to_key=random.choice((None, "c10", "c449"))))
        assert lasting <= told
        assert lasting <= set(archive.comments), "nothing that stands was taken for deleted"
        archive.store(await full(connector, world))
        assert held(archive) == shown(world)


async def test_a_busy_long_thread_settles_once_it_is_at_rest() -> None:
    async with vk_world(thread_of(450, replies={10: 8})) as world, world.connector() as connector:
        archive, step = Archive(), 0
        async for page in connector.read_comments(world.post_ref("post"), None):
            archive.store_page(page)
            step += 1
            world.emulator.add(comment(f"new{step}", 90_000 + step))
            world.emulator.add(comment(f"reply{step}", 90_000 + step, reply_to_key="c10"))
        assert await update(archive, connector, world) <= 6
        assert held(archive) == shown(world)
        assert await update(archive, connector, world) == 1


async def test_a_root_deleted_before_its_thread_is_read_stops_nothing() -> None:
    async with vk_world(thread_of(150, replies={140: 15, 20: 15})) as world, world.connector() as connector:
        archive = Archive()
        async for page in connector.read_comments(world.post_ref("post"), None):
            archive.store_page(page)
            for key in ("c140", *(f"c140r{number}" for number in range(15))):
                world.emulator.change(key, deleted_at=at(90_000))
        await update(archive, connector, world)
        archive.store(await full(connector, world))
        assert held(archive) == shown(world)


async def test_hidden_comments_give_an_empty_page_and_the_cursor_stays() -> None:
    async with vk_world(thread_of(5)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        cursor = archive.cursor
        world.emulator.change("post", comments_hidden=True)
        await update(archive, connector, world)
        assert archive.cursor == cursor
        assert len(archive.comments) == 5
        world.emulator.change("post", comments_hidden=False)
        await update(archive, connector, world)
        assert held(archive) == shown(world)


async def test_comments_hidden_from_the_beginning_are_told_in_full_once_shown() -> None:
    async with vk_world(thread_of(130, comments_hidden=True)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        world.emulator.change("post", comments_hidden=False)
        await update(archive, connector, world)
        assert held(archive) == shown(world)


async def test_a_post_that_is_gone_says_so() -> None:
    async with vk_world(thread_of(5)) as world, world.connector() as connector:
        with pytest.raises(SourceGone):
            await pages_of(connector.read_comments(PostRef(WALL, "12345"), None))


async def test_a_reading_gets_through_a_network_that_fails_now_and_then() -> None:
    kinds = (FaultKind.HTTP_500, FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL)
    messages = thread_of(450, replies=dict.fromkeys(range(0, 450, 30), 12))
    async with vk_world(messages, faults=Faults(seed=6, rate=0.15, kinds=kinds)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        assert held(archive) == shown(world)
