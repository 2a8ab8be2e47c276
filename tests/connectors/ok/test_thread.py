"""Reading comments: an archive fed with the pages holds what OK shows, for few calls."""

from datetime import timedelta

import pytest

from connectors.ok.emulator import Quirks
from connectors.sdk.contract import Cursor, PostRef
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.errors import AccessDenied, SourceGone
from tests.connectors.ok.archive import Archive
from tests.connectors.ok.ok_world import (
    ANNA,
    BORIS,
    CITY,
    WALL,
    at,
    checkpoint_of,
    comment,
    ids_of,
    messages_of,
    ok_world,
    pages_of,
)
from tests.connectors.ok.threads import IRREGULAR, shown, thread_of, update


async def test_a_long_thread_is_told_once_and_what_is_new_costs_one_call() -> None:
    async with ok_world(thread_of(950)) as world, world.connector() as connector:
        archive = Archive()
        assert await update(archive, connector, world) == 10
        assert archive.texts == shown(world)
        assert len(archive.told) == len(set(archive.told)) == 950
        assert await update(archive, connector, world) == 1
        world.emulator.add(comment("new", 90_000))
        assert await update(archive, connector, world) == 1
        assert archive.texts == shown(world)


@pytest.mark.parametrize("quirks", IRREGULAR, ids=["plain", "round", "old", "bare"])
async def test_a_thread_is_told_whole_and_once_however_ok_writes_it(quirks: Quirks) -> None:
    async with ok_world(thread_of(330), quirks=quirks) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        assert archive.texts == shown(world)
        assert len(archive.told) == 330
        for number in range(250):
            world.emulator.add(comment(f"new{number}", 90_000 + number))
        await update(archive, connector, world)
        assert archive.texts == shown(world)


async def test_a_reply_names_its_parent_wherever_that_stands() -> None:
    async with ok_world(thread_of(230)) as world, world.connector() as connector:
        ids = world.emulator.ids
        told = {
            message.external_id: message for message in messages_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))
        }
        assert told[ids["c102"]].reply_to_id == ids["c95"]
        assert told[ids["c102"]].mentions == (f"user:{ANNA}",)
        assert {message.root_id for message in told.values()} == {None}
        assert told[ids["c0"]].reply_to_id is None


async def test_the_group_writes_under_the_id_of_its_wall() -> None:
    answer = comment("answer", 5, "До пятницы", author_id=-CITY, reply_to_key="c0", mentions=(ANNA,))
    thanks = comment("thanks", 6, "Спасибо", reply_to_key="answer")
    for quirks in IRREGULAR:
        async with ok_world([*thread_of(3), answer, thanks], quirks=quirks) as world, world.connector() as connector:
            pages = await pages_of(connector.read_comments(world.post_ref("post"), None))
            told = {message.external_id: message for message in messages_of(pages)}
            author = told[world.emulator.ids["answer"]].author
            assert author is not None
            assert (author.external_id, author.is_community) == (WALL.external_id, True)
            assert told[world.emulator.ids["answer"]].mentions == (f"user:{ANNA}",)
            assert told[world.emulator.ids["thanks"]].mentions == (WALL.external_id,)


async def test_old_dates_are_read_by_the_clock_of_moscow() -> None:
    async with ok_world(thread_of(3), quirks=Quirks(old_comments=True)) as world, world.connector() as connector:
        told = messages_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))
        assert [message.published_at for message in told] == [at(1), at(2), at(3)]


@pytest.mark.parametrize(
    ("quirks", "calls"), [(Quirks(), 0), (Quirks(nameless_comments=True, entities=True), 0), (Quirks(nameless_comments=True), 1)]
)
async def test_names_are_asked_for_only_where_they_are_missing_and_only_once(quirks: Quirks, calls: int) -> None:
    messages = [*thread_of(150), comment("other", 500, author_id=BORIS), comment("group", 501, author_id=-CITY)]
    async with ok_world(messages, quirks=quirks) as world, world.connector() as connector:
        told = messages_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))
        names = {message.author.external_id: message.author.name for message in told if message.author}
        assert names[f"user:{ANNA}"] == "Анна Лебедева"
        assert names[f"user:{BORIS}"] == "Борис Ким"
        assert world.calls("users.getInfo") == calls * 2, "Anna with the first page, Boris with the second"
        await pages_of(connector.read_comments(world.post_ref("post"), None))
        assert world.calls("users.getInfo") == calls * 2


async def test_names_that_ok_refuses_stop_no_reading_and_are_left_alone_for_an_hour() -> None:
    quirks, limits = Quirks(nameless_comments=True), {"users.getInfo": 0}
    async with ok_world(thread_of(150), quirks=quirks, calls_per_day=limits) as world, world.connector() as connector:
        first = await anext(aiter(connector.read_comments(world.post_ref("post"), None)))
        assert {message.author.name for message in first.messages if message.author} == {None}
        world.moment += timedelta(minutes=30)
        await pages_of(connector.read_comments(world.post_ref("post"), None))
        assert world.calls("users.getInfo") == 1


async def test_a_first_reading_goes_on_where_it_was_left() -> None:
    async with ok_world(thread_of(450)) as world, world.connector() as connector:
        archive = Archive()
        async for page in connector.read_comments(world.post_ref("post"), None):
            archive.store_page(page)
            if len(archive.told) == 200:
                break
        assert await update(archive, connector, world) == 3
        assert archive.texts == shown(world)
        assert len(archive.told) == 450


async def test_an_anchor_that_ok_has_forgotten_begins_again() -> None:
    async with ok_world(thread_of(250)) as world, world.connector() as connector:
        forgotten = Cursor('{"v":1,"kind":"thread","at":1767225600000,"anchor":"bm90aGluZw=="}')
        assert len(ids_of(await pages_of(connector.read_comments(world.post_ref("post"), forgotten)))) == 250


async def test_a_topic_that_is_gone_says_so() -> None:
    async with ok_world(thread_of(5)) as world, world.connector() as connector:
        with pytest.raises(SourceGone):
            await pages_of(connector.read_comments(PostRef(WALL, "12345"), None))


async def test_hidden_comments_are_refused() -> None:
    async with ok_world(thread_of(5, comments_hidden=True)) as world, world.connector() as connector:
        with pytest.raises(AccessDenied):
            await pages_of(connector.read_comments(world.post_ref("post"), None))


async def test_a_topic_without_comments_gives_a_checkpoint_from_which_the_first_ones_are_read() -> None:
    for quirks in IRREGULAR:
        async with ok_world(thread_of(0), quirks=quirks) as world, world.connector() as connector:
            cursor = checkpoint_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))
            for number in range(130):
                world.emulator.add(comment(f"first{number}", 90_000 + number))
            assert len(ids_of(await pages_of(connector.read_comments(world.post_ref("post"), cursor)))) == 130


async def test_a_reading_gets_through_a_network_that_fails_now_and_then() -> None:
    kinds = (FaultKind.HTTP_500, FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL)
    faults = Faults(seed=11, rate=0.15, kinds=kinds, codes=(1, 2, 9999))
    async with ok_world(thread_of(950), faults=faults) as world, world.connector() as connector:
        archive = Archive()
        await update(archive, connector, world)
        assert archive.texts == shown(world)
        assert {outcome for _, outcome, _ in world.observed} == {"ok", "source_unavailable"}
