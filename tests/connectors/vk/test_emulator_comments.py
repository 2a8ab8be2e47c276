"""wall.getComments of the emulator: levels, stubs, windows."""

from random import Random
from typing import Any

import pytest

from connectors.sdk.emulation.town import Town
from tests.connectors.vk.emulator_town import (
    ANNA,
    BORIS,
    PAGE,
    PAGES,
    PEOPLE,
    TOWN,
    VERA,
    Caller,
    Clock,
    calling,
    comment,
    emulate,
    names_on,
    post,
)

Shape = dict[str, Any]


def big_thread(size: int, *, seed: int = 1) -> Town:
    """A post with many comments, about every third a reply to an earlier one."""
    random = Random(seed)
    comments = [comment("comment 0", 1)]
    for number in range(1, size):
        above = f"comment {random.randrange(number)}" if random.random() < 0.3 else None
        comments.append(comment(f"comment {number}", 1 + number / 60, reply_to_key=above, author_id=random.choice((ANNA, BORIS, VERA))))
    return Town(PAGES, PEOPLE, (post("post", 0), *comments))


async def level(call: Caller, **parameters: Any) -> list[Shape]:
    """A whole level in pages of a hundred."""
    items: list[Shape] = []
    while True:
        page = await call("wall.getComments", owner_id=-PAGE, post_id=1, count=100, offset=len(items), **parameters)
        items += page["items"]
        if len(items) >= page["current_level_count"]:
            return items


async def comments_of_town(minutes: float, **parameters: Any) -> tuple[Shape, dict[int, str]]:
    """The comments of the odd town's post at a moment, and the keys of the ids."""
    emulator = emulate(TOWN, Clock(minutes))
    ids = emulator.ids
    async with calling(emulator) as call:
        found: Shape = await call("wall.getComments", owner_id=-PAGE, post_id=ids["post"], **{"count": 100} | parameters)
    return found, names_on(PAGE, emulator)


async def test_levels_and_threads_together_hold_every_comment_once() -> None:
    emulator = emulate(big_thread(700), Clock(100))
    async with calling(emulator) as call:
        roots = await level(call)
        threads = [item for root in roots if root["thread"]["count"] for item in await level(call, comment_id=root["id"])]
    ids = [item["id"] for item in [*roots, *threads]]
    assert len(ids) == len(set(ids)) == 700
    assert {message.id for message in emulator.visible().values()} == {1, *ids}


@pytest.mark.parametrize("sort", ["asc", "desc", "smart"])
async def test_any_offset_and_count_cut_the_same_level(sort: str) -> None:
    random = Random(3)
    async with calling(emulate(big_thread(90), Clock(100))) as call:
        whole = await level(call, sort=sort)
        for _ in range(25):
            offset, size = random.randrange(80), random.randrange(80)
            page = await call("wall.getComments", owner_id=-PAGE, post_id=1, sort=sort, offset=offset, count=size)
            assert page["items"] == whole[offset : offset + size]
            assert page["current_level_count"] == len(whole)


async def test_descending_is_ascending_backwards() -> None:
    async with calling(emulate(big_thread(120), Clock(100))) as call:
        assert await level(call, sort="desc") == (await level(call, sort="asc"))[::-1]


@pytest.mark.parametrize("sort", ["asc", "desc"])
async def test_an_offset_counts_from_the_start_comment_and_may_go_back(sort: str) -> None:
    random = Random(5)
    async with calling(emulate(big_thread(90), Clock(100))) as call:
        whole = await level(call, sort=sort)
        for _ in range(25):
            place, offset, size = random.randrange(len(whole)), random.randrange(-20, 20), random.randrange(1, 30)
            page = await call(
                "wall.getComments", owner_id=-PAGE, post_id=1, sort=sort, start_comment_id=whole[place]["id"], offset=offset, count=size
            )
            first = place + offset
            assert page["real_offset"] == first
            assert page["items"] == whole[max(0, first) : max(0, first + size)]


async def test_a_deleted_start_comment_leaves_its_place_as_the_start() -> None:
    emulator = emulate(big_thread(30), Clock(100))
    async with calling(emulator) as call:
        whole = [item["id"] for item in await level(call)]
        alone = next(item["id"] for item in await level(call) if not item["thread"]["count"])
        emulator.change(next(key for key, number in emulator.ids.items() if number == alone), deleted_at=Clock(50).moment)
        page = await call("wall.getComments", owner_id=-PAGE, post_id=1, start_comment_id=alone)
    assert page["items"][0]["id"] == whole[whole.index(alone) + 1]


async def test_a_negative_offset_needs_a_start_comment() -> None:
    async with calling(emulate()) as call:
        assert await call.refused("wall.getComments", owner_id=-PAGE, post_id=2, offset=-1) == 100


async def test_ten_comments_come_by_default_and_a_hundred_at_most() -> None:
    async with calling(emulate(big_thread(400), Clock(100))) as call:
        assert len((await call("wall.getComments", owner_id=-PAGE, post_id=1))["items"]) == 10
        assert len((await call("wall.getComments", owner_id=-PAGE, post_id=1, count=300))["items"]) == 100


async def test_count_holds_the_replies_and_current_level_count_does_not() -> None:
    found, _ = await comments_of_town(6)
    assert (found["count"], found["current_level_count"]) == (5, 2)


async def test_a_thread_shows_as_many_replies_as_asked_for_but_ten_at_most() -> None:
    replies = (comment(f"reply {number}", 2 + number, reply_to_key="root") for number in range(14))
    town = Town(PAGES, PEOPLE, (post("post", 0), comment("root", 1), *replies))
    async with calling(emulate(town)) as call:
        for asked, given in ((0, 0), (3, 3), (10, 10), (50, 10)):
            page = await call("wall.getComments", owner_id=-PAGE, post_id=1, thread_items_count=asked)
            thread = page["items"][0]["thread"]
            assert (thread["count"], len(thread["items"])) == (14, given)


async def test_a_reply_to_a_reply_stands_in_the_thread_of_the_root() -> None:
    found, names = await comments_of_town(6, thread_items_count=10)
    nested = next(item for item in found["items"][0]["thread"]["items"] if names[item["id"]] == "nested")
    assert names[nested["reply_to_comment"]] == "answer"
    assert nested["reply_to_user"] == -PAGE
    assert [names[number] for number in nested["parents_stack"]] == ["question"]


async def test_mentions_are_written_before_the_text() -> None:
    found, names = await comments_of_town(6, thread_items_count=10)
    texts = {names[item["id"]]: item["text"] for item in found["items"][0]["thread"]["items"]}
    assert texts["answer"] == "[id1|Анна], До пятницы."
    assert texts["nested"] == "[club200|Администрация города], Спасибо"


async def test_a_text_is_cut_at_ninety_characters_unless_told_otherwise() -> None:
    short, names = await comments_of_town(7)
    whole, _ = await comments_of_town(7, preview_length=0)
    cut = next(item["text"] for item in short["items"] if names[item["id"]] == "long")
    full = next(item["text"] for item in whole["items"] if names[item["id"]] == "long")
    assert len(full) == 240
    assert cut.endswith("слово…")
    assert len(cut) <= 91


async def test_an_edited_comment_has_its_new_text_and_no_sign_of_the_edit() -> None:
    found, names = await comments_of_town(8)
    edited = next(item for item in found["items"] if names[item["id"]] == "long")
    assert edited["text"] == "Коротко"
    assert not {name for name in edited if "edit" in name}


async def test_a_deleted_comment_vanishes_unless_replies_stand_under_it_or_it_stays_as_a_stub() -> None:
    found, names = await comments_of_town(13)
    shown = {names[item["id"]]: item for item in found["items"]}
    assert "gone" not in shown
    assert shown["stub"].keys() == shown["root of others"].keys() == {"id", "parents_stack", "date", "deleted", "thread"}
    assert shown["root of others"]["thread"]["count"] == 1
    assert found["current_level_count"] == len(shown)


async def test_a_stub_goes_when_its_last_reply_goes() -> None:
    emulator = emulate(TOWN, Clock(13))
    async with calling(emulator) as call:
        emulator.change("under it", deleted_at=Clock(13).moment)
        found = await call("wall.getComments", owner_id=-PAGE, post_id=emulator.ids["post"], count=100)
    assert emulator.ids["root of others"] not in {item["id"] for item in found["items"]}


async def test_a_restored_comment_is_itself_again() -> None:
    found, names = await comments_of_town(21)
    restored = next(item for item in found["items"] if names[item["id"]] == "stub")
    assert (restored["text"], restored.get("deleted")) == ("Было", None)


async def test_likes_come_when_they_are_asked_for() -> None:
    without, _ = await comments_of_town(6)
    liked, _ = await comments_of_town(6, need_likes=1)
    assert "likes" not in without["items"][0]
    assert liked["items"][0]["likes"]["count"] >= 0


async def test_an_extended_answer_names_authors_and_addressees_once_and_strangers_as_deleted() -> None:
    found, _ = await comments_of_town(60, extended=1, thread_items_count=10)
    profiles = {profile["id"]: profile["first_name"] for profile in found["profiles"]}
    assert profiles == {1: "Анна", 2: "Борис", 3: "Вера", 99: "DELETED"}
    assert len(found["profiles"]) == 4
    assert [group["id"] for group in found["groups"]] == [PAGE]
    assert found["post_author_id"] == -PAGE


async def test_lost_and_hidden_threads_are_refused() -> None:
    emulator = emulate()
    ids = emulator.ids
    async with calling(emulator) as call:
        assert await call.refused("wall.getComments", owner_id=-PAGE, post_id=ids["short-lived"]) == 15
        assert await call.refused("wall.getComments", owner_id=-PAGE, post_id=ids["question"]) == 15
        assert await call.refused("wall.getComments", owner_id=-PAGE, post_id=ids["hidden comments"]) == 212
        assert await call.refused("wall.getComments", owner_id=-PAGE, post_id=ids["post"], comment_id=9999) == 100
        assert await call.refused("wall.getComments", owner_id=-PAGE) == 100


async def test_a_thread_closed_for_writing_can_be_read() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        found = await call("wall.getComments", owner_id=-PAGE, post_id=emulator.ids["closed comments"])
    assert (found["items"], found["can_post"]) == ([], False)


@pytest.mark.parametrize("text", ["🔥🇷🇺👨‍👩‍👧", "ноль\u200bширины\ufeff", "обрыв \ud83d", "пусто\x00тут", "\u202eсправа налево"])
async def test_any_text_comes_through_as_it_was_written(text: str) -> None:
    async with calling(emulate(Town(PAGES, PEOPLE, (post("post", 0, text), comment("comment", 1, text))))) as call:
        assert (await call("wall.get", owner_id=-PAGE))["items"][0]["text"] == text
        found = await call("wall.getComments", owner_id=-PAGE, post_id=1, preview_length=0)
    assert found["items"][0]["text"] == text
