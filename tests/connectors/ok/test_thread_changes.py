"""Reading comments while they change: nothing that stands is lost or taken for deleted."""

from random import Random

import pytest

from connectors.ok.emulator import Quirks
from tests.connectors.ok.archive import Archive
from tests.connectors.ok.ok_world import VERA, OkWorld, at, comment, ok_world
from tests.connectors.ok.threads import IRREGULAR, shown, sweep, thread_of, update


async def test_deleted_and_edited_comments_of_the_newest_hundred_are_noticed_at_once() -> None:
    async with ok_world(thread_of(230)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        world.emulator.change("c200", deleted_at=at(90_000))
        world.emulator.change("c229", deleted_at=at(90_000))
        world.emulator.change("c210", edits=((at(90_000), "Уточняю: дом 5"),))
        await update(archive, connector, world)
        assert archive.texts == shown(world)


async def test_all_comments_deleted_empty_the_archive() -> None:
    async with ok_world(thread_of(130)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        for number in range(130):
            world.emulator.change(f"c{number}", deleted_at=at(90_000))
        await update(archive, connector, world)
        assert archive.comments == {}


async def test_an_empty_object_in_place_of_a_thread_deletes_nothing() -> None:
    async with ok_world(thread_of(30), quirks=Quirks(bare_empty=True)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        for number in range(30):
            world.emulator.change(f"c{number}", deleted_at=at(90_000))
        cursor = archive.cursor
        await update(archive, connector, world)
        assert (len(archive.comments), archive.cursor) == (30, cursor)


async def test_many_comments_within_one_second_are_all_told() -> None:
    async with ok_world(thread_of(420, step=1 / 60_000)) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        for number in range(120):
            world.emulator.add(comment(f"late{number}", 1 + number / 60_000))
        await update(archive, connector, world)
        await sweep(archive, connector, world)
        assert archive.texts == shown(world)


def add_and_delete(world: OkWorld, random: Random, step: int) -> None:
    """Some comments are written, some deleted, some for a while only; then the next minute begins."""
    world.moment = at(60_000 + step)
    keys = [key for key in world.emulator.visible() if key != "post"]
    for number in range(random.randint(0, 30)):
        world.emulator.add(comment(f"s{step}n{number}", 60_000 + step - random.random(), author_id=VERA))
    for key in random.sample(keys, random.randint(0, 8)):
        back_at = at(60_000 + step + random.choice((1, 3, 900)))
        world.emulator.change(key, deleted_at=world.moment, restored_at=back_at)


@pytest.mark.parametrize("seed", range(4))
async def test_a_sweep_brings_an_archive_in_line_after_any_changes(seed: int) -> None:
    random = Random(seed)
    quirks = IRREGULAR[seed]
    async with ok_world(thread_of(330), minutes=60_000, quirks=quirks) as world, world.connector() as connector:
        archive = Archive()
        for step in range(1, 7):
            add_and_delete(world, random, step)
            await update(archive, connector, world)
        await sweep(archive, connector, world)
        # the seconds between two pages are left to the next sweep, which finds them elsewhere
        assert set(shown(world).items()) <= set(archive.texts.items())
        assert len(archive.texts) <= len(shown(world)) + 3


@pytest.mark.parametrize("seed", range(4))
async def test_what_stands_all_the_time_is_told_and_kept_while_comments_come_and_go_between_pages(seed: int) -> None:
    random = Random(seed)
    async with ok_world(thread_of(450), minutes=60_000, quirks=IRREGULAR[seed]) as world, world.connector() as connector:
        lasting, archive = set(shown(world)), Archive()
        keys = {comment_id: key for key, comment_id in world.emulator.ids.items()}
        step = 0
        async for page in connector.read_comments(world.post_ref("post"), None):
            archive.store_page(page)
            for comment_id in random.sample(sorted(lasting), 12):
                world.emulator.change(keys[comment_id], deleted_at=world.moment)
                lasting.discard(comment_id)
            step += 1
            if step < 8:
                world.emulator.add(comment(f"new{step}", 59_000))
        assert lasting <= set(archive.told)
        assert lasting <= set(archive.comments), "nothing that stands was taken for deleted"
