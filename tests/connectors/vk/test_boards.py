"""Discussion boards against the emulator over real HTTP: topics as posts, their comments as a flat thread."""

from collections.abc import AsyncIterator

import pytest

from connectors.sdk.contract import MessageType, PostRef
from connectors.sdk.errors import AccessDenied, SourceGone
from connectors.vk.connector import VkConnector
from tests.connectors.vk.vk_world import (
    BORIS,
    CITY,
    COMMUNITY,
    SERVICE,
    WALL,
    VkWorld,
    at,
    checkpoint_of,
    comment,
    messages_of,
    pages_of,
    post,
    vk_world,
)

TALK = (
    comment("opening", 3, "Задавайте вопросы здесь", post_key="topic", author_id=-CITY),
    comment("asked", 5, "Когда починят фонарь?", post_key="topic"),
    comment("answer", 8, "До пятницы.", post_key="topic", author_id=-CITY, reply_to_key="asked"),
    comment("thanks", 9, "Ждём", post_key="topic", author_id=BORIS, reply_to_key="answer", deleted_at=at(50)),
)
TOWN = (
    post("news", 0),
    post("topic", 2, "Вопросы главе", on_board=True),
    post("old", 1, "Старая тема", on_board=True, comments_closed=True),
    post("pinned", 1.5, "Правила", on_board=True, pinned=True),
    *TALK,
)


@pytest.fixture
async def world() -> AsyncIterator[VkWorld]:
    async with vk_world(TOWN, minutes=20) as world:
        world.boards = True
        yield world


@pytest.fixture
async def connector(world: VkWorld) -> AsyncIterator[VkConnector]:
    async with world.connector(SERVICE, COMMUNITY) as connector:
        yield connector


def topic_ref(world: VkWorld, key: str = "topic") -> PostRef:
    return PostRef(WALL, f"topic{world.emulator.ids[key]}")


async def test_topics_are_told_beside_the_posts_as_the_page_s_own_word(world: VkWorld, connector: VkConnector) -> None:
    told = {message.text: message for message in messages_of(await pages_of(connector.read_posts(WALL, None, not_before=at(-5))))}
    assert set(told) == {"Новости города", "Вопросы главе", "Старая тема", "Правила"}
    topic = told["Вопросы главе"]
    number = world.emulator.ids["topic"]
    assert (topic.type, topic.external_id) == (MessageType.POST, f"topic{number}")
    assert topic.url == f"https://vk.com/topic-{CITY}_{number}"
    assert topic.author is not None
    assert topic.author.external_id == f"-{CITY}"
    assert topic.comment_count == 4
    assert told["Старая тема"].comments_closed


async def test_comments_of_a_topic_are_a_flat_thread_with_addresses_of_their_own(world: VkWorld, connector: VkConnector) -> None:
    pages = await pages_of(connector.read_comments(topic_ref(world), None))
    found = {message.external_id: message for message in messages_of(pages)}
    ids = world.emulator.ids
    assert set(found) == {str(ids[one.key]) for one in TALK}
    answer = found[str(ids["answer"])]
    assert answer.url == f"https://vk.com/topic-{CITY}_{ids['topic']}?post={ids['answer']}"
    assert (answer.root_id, answer.reply_to_id, answer.post_id) == (None, str(ids["asked"]), f"topic{ids['topic']}")
    assert checkpoint_of(pages)


async def test_a_deleted_comment_is_covered_by_the_next_reading(world: VkWorld, connector: VkConnector) -> None:
    cursor = checkpoint_of(await pages_of(connector.read_comments(topic_ref(world), None)))
    world.moment = at(60)
    pages = await pages_of(connector.read_comments(topic_ref(world), cursor))
    gone = world.emulator.ids["thanks"]
    assert str(gone) not in {message.external_id for message in messages_of(pages)}
    assert [one for page in pages for one in page.coverage if (one.first_id or 0) <= gone and (one.last_id or gone) >= gone]


async def test_a_topic_of_any_length_is_read_completely_and_then_by_its_new_comments_only(connector: VkConnector) -> None:
    long = [comment(f"l{number}", 10 + number, f"Вопрос {number}", post_key="topic") for number in range(330)]
    async with vk_world((*TOWN, *long), minutes=339) as world, world.connector(SERVICE) as reader:
        pages = await pages_of(reader.read_comments(topic_ref(world), None))
        assert len({message.external_id for message in messages_of(pages)}) == 333
        before = world.calls("board.getComments")
        world.moment = at(340)
        again = messages_of(await pages_of(reader.read_comments(topic_ref(world), checkpoint_of(pages))))
        assert str(world.emulator.ids["l329"]) in {message.external_id for message in again}
        assert world.calls("board.getComments") == before + 1


async def test_topics_are_counted_beside_posts(world: VkWorld, connector: VkConnector) -> None:
    posts = [world.post_ref("news"), topic_ref(world), PostRef(WALL, "topic99999")]
    counts = await connector.count_comments(posts)
    found = counts[posts[1]]
    assert found is not None
    assert found.comments == 4
    assert counts[posts[2]] is None
    assert counts[posts[0]] is not None


async def test_the_board_is_looked_at_once_in_a_while(world: VkWorld, connector: VkConnector) -> None:
    cursor = checkpoint_of(await pages_of(connector.read_posts(WALL, None, not_before=at(-5))))
    await pages_of(connector.read_posts(WALL, cursor, not_before=at(-5)))
    assert world.calls("board.getTopics") == 1
    world.moment = at(60)
    told = messages_of(await pages_of(connector.read_posts(WALL, cursor, not_before=at(-5))))
    assert world.calls("board.getTopics") == 2
    assert "Вопросы главе" in {message.text for message in told}


async def test_a_page_without_a_board_is_asked_for_one_once_a_day() -> None:
    async with vk_world([post("news", 0)], minutes=20) as world:
        world.boards = True
        cursor = None
        for minutes in (20, 60, 600, 1400):
            world.moment = at(minutes)
            async with world.connector(SERVICE) as reader:
                pages = await pages_of(reader.read_posts(WALL, cursor, not_before=at(-5)))
            cursor = checkpoint_of(pages)
            assert [message.text for message in messages_of(pages)] == ["Новости города"]
        assert world.calls("board.getTopics") == 1


async def test_a_topic_that_is_gone_says_so(connector: VkConnector) -> None:
    with pytest.raises(SourceGone):
        await pages_of(connector.read_comments(PostRef(WALL, "topic99999"), None))


async def test_nobody_is_promised_a_reply_on_a_board(connector: VkConnector, world: VkWorld) -> None:
    found = messages_of(await pages_of(connector.read_comments(topic_ref(world), None)))
    (asked,) = [one for one in found if one.text == "Когда починят фонарь?"]
    with pytest.raises(AccessDenied, match="board"):
        await connector.publish_reply(asked, "Починим", reply_id="r")
