"""Counting comments, resolving links and asking OK what it lets us do."""

import json

import pytest

from connectors.ok.connector import counted
from connectors.ok.emulator import Quirks
from connectors.ok.schemas import read_counts, read_topics
from connectors.sdk.contract import PostRef
from connectors.sdk.errors import InvalidLink, SourceGone
from tests.connectors.ok.ok_world import ANNA, CITY, CLOSED, DELETED, FIRST, WALL, at, comment, ok_world, post
from tests.connectors.ok.recorded_answers import recorded

MESSAGES = [
    post("post", 0, "Пуск тепла", edits=((at(500), "Пуск тепла перенесён"),)),
    *(comment(f"c{number}", 1 + number) for number in range(7)),
    post("quiet", 1),
    post("wordless", 2, "", attachments=("photo",)),
    post("rich", 3, "Фото с праздника", attachments=("photo", "photo", "link")),
    post("gone", 4, deleted_at=at(5)),
    post("hidden", 5, page_id=CLOSED, author_id=-CLOSED),
]


async def test_a_hundred_topics_are_counted_in_one_call() -> None:
    async with ok_world(MESSAGES) as world, world.connector() as connector:
        refs = {key: world.post_ref(key) for key in ("post", "quiet", "gone", "hidden")}
        counts = await connector.count_comments([*refs.values(), *(PostRef(WALL, str(number)) for number in range(1, 97))])
        found = {key: counts[ref] for key, ref in refs.items()}
        assert {key: one.comments if one else None for key, one in found.items()} == {
            "post": 7,
            "quiet": 0,
            "gone": None,
            "hidden": None,
        }
        assert len(counts) == 100
        assert world.calls("mediatopic.getByIds") == 1


async def test_a_count_shows_the_topic_as_it_stands_unless_part_of_it_may_be_cut_off() -> None:
    async with ok_world(MESSAGES) as world, world.connector() as connector:
        refs = [world.post_ref(key) for key in ("post", "wordless", "rich")]
        told = [counts.message if counts else None for counts in (await connector.count_comments(refs)).values()]
        assert told[0] is not None
        assert (told[0].text, told[0].wall) == ("Пуск тепла перенесён", WALL)
        assert told[1] is not None
        assert (told[1].text, told[1].attachments) == ("", ("photo",))
        assert told[2] is None


async def test_no_topics_cost_no_call_and_too_many_are_refused() -> None:
    async with ok_world([]) as world, world.connector() as connector:
        assert await connector.count_comments([]) == {}
        with pytest.raises(ValueError, match="at most 100"):
            await connector.count_comments([PostRef(WALL, str(number)) for number in range(101)])
        assert world.emulator.calls == []


async def test_when_all_topics_are_gone_the_missing_list_says_so() -> None:
    async with ok_world([]) as world, world.connector() as connector:
        assert await connector.count_comments([PostRef(WALL, "5")]) == {PostRef(WALL, "5"): None}


def test_a_topic_whose_message_cannot_be_read_is_counted_all_the_same() -> None:
    answer = recorded("mediatopic_getByIds_without_summary")
    shown = {topic.id: topic for topic in read_topics(answer).entries}
    found = counted(read_counts(answer)["60700000000010"], shown.get("60700000000010"), WALL)
    assert found is not None
    assert (found.comments, found.message) == (5, None)


async def test_a_group_is_resolved_with_what_a_registry_shows() -> None:
    async with ok_world([]) as world, world.connector() as connector:
        found = await connector.resolve("https://ok.ru/gorod.zarechny")
        assert (found.wall, found.name, found.screen_name) == (WALL, "Администрация города", "gorod.zarechny")
        assert (found.url, found.members, found.closed) == (f"https://ok.ru/group/{CITY}", 7000, False)
        assert (await connector.resolve(f"m.ok.ru/group/{CLOSED}")).closed
        world.emulator.rename(CITY, "novoe.imya")
        with pytest.raises(SourceGone):
            await connector.resolve("ok.ru/gorod.zarechny")


@pytest.mark.parametrize(
    ("link", "error"),
    [
        (f"ok.ru/person{ANNA}", InvalidLink),
        ("ok.ru/nobody", SourceGone),
        (f"ok.ru/group/{DELETED}", SourceGone),
        ("ok.ru/group/77", SourceGone),
    ],
)
async def test_a_link_to_no_group_says_why(link: str, error: type[Exception]) -> None:
    async with ok_world([]) as world, world.connector() as connector:
        with pytest.raises(error):
            await connector.resolve(link)


async def test_a_probe_tells_of_every_capability_and_changes_nothing() -> None:
    async with ok_world(MESSAGES, calls_per_day={"mediatopic.getTopics": 500}) as world, world.connector() as connector:
        before = world.emulator.visible()
        found = await connector.probe()
        open_ones = {"resolve", "resolve_names", "read_posts", "read_comments", "count_comments", "author_names"}
        assert {capability for capability, state in found.items() if state == "available"} == open_ones
        assert found["publish_reply"].startswith("gone: ")
        assert found["calls_left"] == "mediatopic.getTopics 499"
        assert world.emulator.visible() == before
        world.emulator.allow_replies()
        assert (await connector.probe())["publish_reply"] == "available"
        assert world.emulator.visible() == before


async def test_a_probe_says_what_is_refused_and_what_cannot_be_told() -> None:
    async with ok_world(MESSAGES, calls_per_day={"mediatopic.getByIds": 0}) as world, world.connector() as connector:
        world.emulator.withdraw(FIRST, "VALUABLE_ACCESS")
        found = await connector.probe()
        assert found["read_comments"].startswith("refused: ")
        assert "VALUABLE_ACCESS" in found["read_comments"]
        assert found["author_names"] == "available"
        assert not [state for state in found.values() if json.loads(FIRST)["access_token"] in state]
    async with ok_world(MESSAGES) as world, world.connector() as connector:
        world.emulator.block_address()
        assert {state.split(":")[0] for state in (await connector.probe()).values()} == {"unknown"}


async def test_counting_bears_the_irregularities_of_ok() -> None:
    quirks = Quirks(seed=3, unknown_parts=True, bare_empty=True)
    async with ok_world(MESSAGES, quirks=quirks) as world, world.connector() as connector:
        counts = await connector.count_comments([world.post_ref("post"), world.post_ref("gone")])
        assert [found.comments if found else None for found in counts.values()] == [7, None]
