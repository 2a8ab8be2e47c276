"""The emulated world as time goes on: growth, deletions, changes from outside, and sizes of a whole region."""

import pytest

from connectors.sdk.emulation.town import Town, TownMessage, TownPage
from connectors.vk.emulator import VkEmulator
from tests.connectors.vk.emulator_town import (
    ANNA,
    BORIS,
    GROUP,
    MESSAGES,
    PAGE,
    PAGES,
    PEOPLE,
    TOWN,
    Clock,
    at,
    calling,
    comment,
    emulate,
    post,
)


def test_nothing_of_the_future_is_visible() -> None:
    clock = Clock(-1)
    emulator = emulate(TOWN, clock)
    assert not emulator.visible()
    for minutes in range(40):
        clock.set(minutes)
        shown = emulator.visible().values()
        assert all(message.published_at <= at(minutes) for message in shown)
        assert len(emulator.ids) == sum(message.at <= at(minutes) for message in MESSAGES)


def test_ids_of_a_wall_grow_with_time_and_are_shared_by_posts_and_comments() -> None:
    emulator = emulate()
    ours = sorted((message for message in MESSAGES if message.page_id == PAGE), key=lambda message: message.at)
    assert [emulator.ids[message.key] for message in ours] == list(range(1, len(ours) + 1))


def test_an_id_stays_the_same_as_the_world_grows() -> None:
    clock = Clock(5)
    emulator = emulate(TOWN, clock)
    before = emulator.ids
    clock.set(60)
    assert before.items() <= emulator.ids.items()


def test_a_message_added_late_gets_a_later_id_than_all_before_it() -> None:
    clock = Clock(30)
    emulator = emulate(TOWN, clock)
    emulator.add(post("found late", 2))
    assert emulator.ids["found late"] == max(emulator.ids[message.key] for message in MESSAGES if message.page_id == PAGE) + 1
    emulator.add(post("tomorrow", 1000))
    assert "tomorrow" not in emulator.ids
    clock.set(1000)
    assert "tomorrow" in emulator.ids


@pytest.mark.parametrize(
    "impossible",
    [
        post("on no wall", 1, page_id=5),
        comment("under nothing", 1, post_key="nothing"),
        comment("before its post", 0),
        comment("on another wall", 50, page_id=GROUP),
        comment("under another post", 50, reply_to_key="unseen"),
        comment("under itself", 50, reply_to_key="under itself"),
    ],
)
def test_an_impossible_message_is_not_taken_in(impossible: TownMessage) -> None:
    emulator = emulate()
    before = emulator.visible()
    with pytest.raises(ValueError, match="stand"):
        emulator.add(impossible)
    assert emulator.visible() == before


def test_a_key_names_one_message() -> None:
    with pytest.raises(ValueError, match="already"):
        emulate().add(post("post", 1))


def test_a_deletion_hides_and_a_restoration_shows_again() -> None:
    clock = Clock(8)
    emulator = emulate(TOWN, clock)
    shown = []
    for minutes in (8, 9, 19, 20):
        clock.set(minutes)
        shown.append(("gone" in emulator.visible(), "stub" in emulator.visible()))
    assert shown == [(True, True), (False, False), (False, False), (False, True)]


def test_an_earlier_moment_can_be_looked_back_at() -> None:
    clock = Clock(0)
    emulator = emulate(TOWN, clock)
    then = {}
    for minutes in range(0, 40, 3):
        clock.set(minutes)
        then[minutes] = emulator.visible()
    assert all(emulator.visible(at(minutes)) == seen for minutes, seen in then.items())


async def test_a_change_takes_effect_at_once_or_at_its_time() -> None:
    clock = Clock(30)
    emulator = emulate(TOWN, clock)
    emulator.change("question", deleted_at=at(30))
    emulator.change("resident", deleted_at=at(40))
    emulator.change("post", pinned=True)
    emulator.change("repost", at=at(29))
    async with calling(emulator) as call:
        items = (await call("wall.get", owner_id=-PAGE))["items"]
    assert "question" not in emulator.visible()
    assert "resident" in emulator.visible()
    assert [item["id"] for item in items[:2]] == [emulator.ids["post"], emulator.ids["repost"]]
    clock.set(40)
    assert "resident" not in emulator.visible()


def test_messages_of_a_deleted_post_are_not_visible() -> None:
    emulator = emulate()
    emulator.change("elsewhere", deleted_at=at(20))
    assert not {"elsewhere", "unseen"} & emulator.visible().keys()


async def test_pages_close_open_and_go() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        emulator.close(GROUP)
        assert await call.refused("wall.get", owner_id=-GROUP) == 15
        assert "elsewhere" not in emulator.visible()
        emulator.close(GROUP, closed=False)
        assert (await call("wall.get", owner_id=-GROUP))["count"] == 1
        emulator.delete_page(GROUP)
        assert await call.refused("wall.get", owner_id=-GROUP) == 18
        assert await call.refused("wall.getComments", owner_id=-GROUP, post_id=1) == 18
        assert (await call("wall.getById", posts=f"-{GROUP}_1"))["items"] == []


async def test_what_is_visible_is_what_the_methods_give() -> None:
    clock = Clock()
    emulator = emulate(TOWN, clock)
    async with calling(emulator) as call:
        for minutes in (0, 5, 9, 13, 25):
            clock.set(minutes)
            expected = {
                (message.owner_id, message.id): message.text for message in emulator.visible().values() if message.owner_id == -PAGE
            }
            wall = (await call("wall.get", owner_id=-PAGE, count=100))["items"]
            found = {(-PAGE, item["id"]): item["text"] for item in wall}
            for item in wall:
                if item["comments"]["can_view"]:
                    threads = await call(
                        "wall.getComments", owner_id=-PAGE, post_id=item["id"], count=100, thread_items_count=10, preview_length=0
                    )
                    every = [one for root in threads["items"] for one in (root, *root["thread"]["items"])]
                    found |= {(-PAGE, one["id"]): one["text"] for one in every if not one.get("deleted")}
            assert found == expected


def test_the_same_town_gives_the_same_world() -> None:
    backwards = Town(PAGES, PEOPLE, MESSAGES[::-1])
    assert emulate(backwards).ids == emulate().ids


async def test_a_region_a_long_wall_and_a_long_thread_are_listed_to_the_end() -> None:
    pages = tuple(TownPage(number, f"Страница {number}", f"page{number}") for number in range(1, 3301))
    posts = [post(f"post {number}", number / 10, page_id=1, author_id=-1) for number in range(5000)]
    firsts = [post(f"first {page.id}", 1, page_id=page.id, author_id=-page.id) for page in pages[1:]]
    comments = [comment(f"comment {number}", 1 + number / 100, post_key="first 2", page_id=2, author_id=BORIS) for number in range(10_000)]
    emulator = VkEmulator(
        Town(pages, PEOPLE, (*posts, *firsts, *comments)), now=Clock(5000), service_tokens=["token"], calls_per_second=10_000
    )
    async with calling(emulator) as call:
        wall = [await call("wall.get", token="token", owner_id=-1, count=100, offset=offset) for offset in range(0, 5000, 100)]
        thread = [
            await call("wall.getComments", token="token", owner_id=-2, post_id=1, count=100, offset=offset, sort="desc")
            for offset in range(0, 10_000, 100)
        ]
        others = await call("wall.getById", token="token", posts=",".join(f"-{page.id}_1" for page in pages[-100:]))
    assert len({item["id"] for page in wall for item in page["items"]}) == 5000
    assert len({item["id"] for page in thread for item in page["items"]}) == 10_000
    assert len(others["items"]) == 100


def test_people_write_under_their_own_ids() -> None:
    assert emulate().visible()["question"].from_id == ANNA
