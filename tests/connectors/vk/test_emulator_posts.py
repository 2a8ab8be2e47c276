"""wall.get and wall.getById of the emulator."""

from itertools import count
from random import Random

import pytest

from connectors.sdk.emulation.town import Town
from tests.connectors.vk.emulator_town import (
    ANNA,
    CLOSED,
    DELETED,
    GROUP,
    PAGE,
    PAGES,
    PEOPLE,
    TOWN,
    Caller,
    Clock,
    calling,
    emulate,
    names_on,
    post,
)


async def walk(call: Caller, page_id: int, size: int) -> list[int]:
    """Ids of all posts of a wall read in pages of `size`."""
    found: list[int] = []
    for page in count():
        items = (await call("wall.get", owner_id=-page_id, count=size, offset=page * size))["items"]
        found += [item["id"] for item in items]
        if not items:
            return found
    raise AssertionError


async def test_the_pinned_post_comes_first_and_the_others_newest_first() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        items = (await call("wall.get", owner_id=-PAGE))["items"]
    names = names_on(PAGE, emulator)
    ours = [names[item["id"]] for item in items]
    assert ours == ["pinned", "hidden comments", "closed comments", "repost", "resident", "post"]
    assert [item.get("is_pinned", 0) for item in items] == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("pinned_place", [None, 0, 13, 36])
async def test_pages_of_any_size_together_are_the_whole_wall(pinned_place: int | None) -> None:
    posts = tuple(post(f"post {number}", number, pinned=number == pinned_place) for number in range(37))
    async with calling(emulate(Town(PAGES, PEOPLE, posts))) as call:
        whole = [item["id"] for item in (await call("wall.get", owner_id=-PAGE, count=100))["items"]]
        assert sorted(whole) == list(range(1, 38))
        for size in (1, 7, 36, 37, 100):
            assert await walk(call, PAGE, size) == whole


@pytest.mark.parametrize("chosen", ["owner", "others"])
async def test_a_filter_leaves_posts_by_their_author_and_counts_them(chosen: str) -> None:
    async with calling(emulate()) as call:
        found = await call("wall.get", owner_id=-PAGE, filter=chosen)
    is_own = [item["from_id"] == -PAGE for item in found["items"]]
    assert is_own
    assert set(is_own) == {chosen == "owner"}
    assert found["count"] == len(is_own)


async def test_a_wall_is_found_by_its_short_name_too() -> None:
    async with calling(emulate()) as call:
        by_name = await call("wall.get", domain="gorod")
        assert by_name == await call("wall.get", owner_id=-PAGE)
        assert await call.refused("wall.get", domain="nigde") == 100


async def test_no_more_than_a_hundred_posts_come_at_once_and_twenty_by_default() -> None:
    posts = tuple(post(f"post {number}", number) for number in range(130))
    async with calling(emulate(Town(PAGES, PEOPLE, posts), Clock(500))) as call:
        assert len((await call("wall.get", owner_id=-PAGE, count=130))["items"]) == 100
        assert len((await call("wall.get", owner_id=-PAGE))["items"]) == 20
        assert (await call("wall.get", owner_id=-PAGE, count=0))["items"] == []


@pytest.mark.parametrize(("owner_id", "code"), [(-CLOSED, 15), (-DELETED, 18), (-999, 100), (999, 18)])
async def test_a_wall_that_a_stranger_may_not_read_is_refused(owner_id: int, code: int) -> None:
    async with calling(emulate()) as call:
        assert await call.refused("wall.get", owner_id=owner_id) == code


async def test_the_wall_of_a_person_is_empty() -> None:
    async with calling(emulate()) as call:
        assert (await call("wall.get", owner_id=ANNA))["count"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"owner_id": "gorod"},
        {"owner_id": -PAGE, "offset": -1},
        {"owner_id": -PAGE, "count": "many"},
        {"owner_id": -PAGE, "filter": "best"},
    ],
)
async def test_wrong_parameters_of_a_wall_are_refused(wrong: dict[str, str]) -> None:
    async with calling(emulate()) as call:
        assert await call.refused("wall.get", **wrong) == 100


async def test_posts_are_found_by_id_in_the_order_asked_for_and_lost_ones_are_left_out() -> None:
    emulator = emulate()
    ids = emulator.ids
    asked = [f"-{PAGE}_{ids['repost']}", f"-{PAGE}_{ids['short-lived']}", f"-{CLOSED}_{ids['among ourselves']}", f"-{GROUP}_1", "-9_9"]
    async with calling(emulator) as call:
        items = (await call("wall.getById", posts=",".join(asked)))["items"]
        assert [item["owner_id"] for item in items] == [-PAGE, -GROUP]
        comment_id = ids["question"]
        assert (await call("wall.getById", posts=f"-{PAGE}_{comment_id}"))["items"] == []


async def test_a_post_by_id_is_the_post_of_the_wall() -> None:
    async with calling(emulate()) as call:
        wall = (await call("wall.get", owner_id=-PAGE, extended=1))["items"]
        names = ",".join(f"{item['owner_id']}_{item['id']}" for item in wall)
        assert (await call("wall.getById", posts=names))["items"] == wall


@pytest.mark.parametrize("names", ["", "gorod", ",".join(f"-200_{number}" for number in range(101))])
async def test_wrong_lists_of_posts_are_refused(names: str) -> None:
    async with calling(emulate()) as call:
        assert await call.refused("wall.getById", posts=names) == 100


async def test_a_post_counts_its_comments_without_the_deleted_ones() -> None:
    emulator = emulate(clock=Clock(18))
    async with calling(emulator) as call:
        found = await call("wall.getById", posts=f"-{PAGE}_{emulator.ids['post']}")
    present = [message for message in emulator.visible().values() if message.post_id == emulator.ids["post"]]
    assert found["items"][0]["comments"]["count"] == len(present) == 8


async def test_an_edited_post_shows_its_last_text_and_when_it_was_edited() -> None:
    clock = Clock(12)
    emulator = emulate(TOWN, clock)
    name = f"-{PAGE}_{emulator.ids['resident']}"
    async with calling(emulator) as call:
        before = (await call("wall.getById", posts=name))["items"][0]
        clock.set(14)
        after = (await call("wall.getById", posts=name))["items"][0]
    assert (before["text"], "edited" in before) == ("Яма на Лесной", False)
    assert (after["text"], after["edited"] - after["date"]) == ("Яма на Лесной, 5", 120)


async def test_a_repost_carries_the_post_that_it_repeats() -> None:
    emulator = emulate()
    name = f"-{PAGE}_{emulator.ids['repost']}"
    async with calling(emulator) as call:
        found = await call("wall.getById", posts=name)
        assert found["items"][0]["copy_history"][0]["id"] == emulator.ids["post"]
        without = await call("wall.getById", posts=name, copy_history_depth=0)
    assert "copy_history" not in without["items"][0]


async def test_an_extended_answer_names_everybody_it_shows_once() -> None:
    async with calling(emulate()) as call:
        found = await call("wall.get", owner_id=-PAGE, extended=1, fields="members_count,verified")
    assert [profile["id"] for profile in found["profiles"]] == [3]
    assert [(group["id"], group["members_count"], group["verified"]) for group in found["groups"]] == [(PAGE, 5000, 1)]


async def test_any_offset_and_count_cut_the_same_list() -> None:
    random = Random(7)
    posts = tuple(post(f"post {number}", random.randrange(500), pinned=number == 5) for number in range(60))
    async with calling(emulate(Town(PAGES, PEOPLE, posts), Clock(600))) as call:
        whole = (await call("wall.get", owner_id=-PAGE, count=100))["items"]
        assert [item["date"] for item in whole[1:]] == sorted((item["date"] for item in whole[1:]), reverse=True)
        for _ in range(40):
            offset, size = random.randrange(70), random.randrange(70)
            assert (await call("wall.get", owner_id=-PAGE, offset=offset, count=size))["items"] == whole[offset : offset + size]
