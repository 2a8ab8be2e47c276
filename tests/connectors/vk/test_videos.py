"""Videos and live broadcasts against the emulator over real HTTP: posts of the page, told to a person's key only."""

from collections.abc import AsyncIterator

import pytest

from app.storage.engine import Database
from connectors.sdk.contract import MessageType, PostRef, Wall
from connectors.sdk.errors import AccessDenied, SourceGone
from connectors.vk.connector import VkConnector
from tests.connectors.shared_ledger import shared_ledger
from tests.connectors.vk.vk_world import (
    ANNA,
    BORIS,
    CITY,
    CLOSED,
    COMMUNITY,
    NEXT_PERSON,
    PERSON,
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
    comment("asked", 5, "Когда починят фонарь?", post_key="video"),
    comment("answer", 8, "До пятницы.", post_key="video", author_id=-CITY, reply_to_key="asked"),
    comment("thanks", 9, "Ждём", post_key="video", author_id=BORIS, reply_to_key="answer"),
    comment("aside", 10, "Скучно", post_key="video", author_id=BORIS, deleted_at=at(50)),
)
TOWN = (
    post("news", 0),
    post("video", 2, "Отчёт главы\nСпрашивайте в комментариях", is_video=True),
    post("broadcast", 3, "Прямая линия", is_video=True, attachments=("live",)),
    post("silent", 4, "Гимн города", is_video=True, comments_hidden=True),
    *TALK,
)


@pytest.fixture
async def world() -> AsyncIterator[VkWorld]:
    async with vk_world(TOWN, minutes=20) as world:
        yield world


@pytest.fixture
async def connector(world: VkWorld) -> AsyncIterator[VkConnector]:
    async with world.connector(SERVICE, COMMUNITY, PERSON) as connector:
        yield connector


def video_ref(world: VkWorld, key: str = "video") -> PostRef:
    return PostRef(WALL, f"video{world.emulator.ids[key]}")


async def test_videos_and_broadcasts_are_told_beside_the_posts_as_the_pages_own_word(world: VkWorld, connector: VkConnector) -> None:
    told = {message.text: message for message in messages_of(await pages_of(connector.read_posts(WALL, None, not_before=at(-5))))}
    assert set(told) == {"Новости города", "Отчёт главы\nСпрашивайте в комментариях", "Прямая линия", "Гимн города"}
    video, number = told["Отчёт главы\nСпрашивайте в комментариях"], world.emulator.ids["video"]
    assert (video.type, video.external_id, video.url) == (MessageType.POST, f"video{number}", f"https://vk.com/video-{CITY}_{number}")
    assert video.author is not None
    assert (video.author.external_id, video.comment_count, video.published_at) == (f"-{CITY}", 4, at(2))


async def test_comments_of_a_video_are_threads_with_addresses_of_their_own(world: VkWorld, connector: VkConnector) -> None:
    pages = await pages_of(connector.read_comments(video_ref(world), None))
    found = {message.external_id: message for message in messages_of(pages)}
    ids = world.emulator.ids
    assert set(found) == {str(ids[one.key]) for one in TALK}
    thanks = found[str(ids["thanks"])]
    assert thanks.url == f"https://vk.com/video-{CITY}_{ids['video']}?reply={ids['thanks']}&thread={ids['asked']}"
    assert (thanks.root_id, thanks.reply_to_id, thanks.post_id) == (str(ids["asked"]), str(ids["answer"]), f"video{ids['video']}")


async def test_a_deleted_comment_is_covered_and_a_later_one_found_by_the_next_reading(world: VkWorld, connector: VkConnector) -> None:
    cursor = checkpoint_of(await pages_of(connector.read_comments(video_ref(world), None)))
    world.emulator.add(comment("later", 40, "А двор?", post_key="video"))
    world.moment = at(60)
    pages = await pages_of(connector.read_comments(video_ref(world), cursor))
    gone, told = world.emulator.ids["aside"], {message.external_id for message in messages_of(pages)}
    assert str(gone) not in told
    assert str(world.emulator.ids["later"]) in told
    assert [one for page in pages for one in page.coverage if (one.first_id or 0) <= gone and (one.last_id or gone) >= gone]


async def test_a_video_of_any_length_of_talk_is_read_completely_and_then_by_its_new_comments_only() -> None:
    long = [comment(f"l{number}", 10 + number, f"Вопрос {number}", post_key="video") for number in range(230)]
    replies = [comment(f"r{number}", 300 + number, "И у нас", post_key="video", reply_to_key="asked") for number in range(130)]
    async with vk_world((*TOWN, *long, *replies), minutes=480) as world, world.connector(SERVICE, PERSON) as reader:
        pages = await pages_of(reader.read_comments(video_ref(world), None))
        assert len({message.external_id for message in messages_of(pages)}) == 3 + 230 + 130
        before = world.calls("video.getComments")
        world.emulator.add(comment("newest", 481, "И нам!", post_key="video"))
        world.moment = at(482)
        again = messages_of(await pages_of(reader.read_comments(video_ref(world), checkpoint_of(pages))))
        assert "И нам!" in {message.text for message in again}
        assert world.calls("video.getComments") == before + 1


async def test_videos_are_counted_beside_posts_and_one_that_is_gone_is_none(world: VkWorld, connector: VkConnector) -> None:
    posts = [world.post_ref("news"), video_ref(world), PostRef(WALL, "video99999")]
    counts = await connector.count_comments(posts)
    found = counts[posts[1]]
    assert found is not None
    assert found.comments == 4
    assert counts[posts[2]] is None
    assert counts[posts[0]] is not None


async def test_closed_comments_are_an_empty_thread_and_a_video_that_is_gone_says_so(world: VkWorld, connector: VkConnector) -> None:
    pages = await pages_of(connector.read_comments(video_ref(world, "silent"), None))
    assert not messages_of(pages)
    assert pages[-1].checkpoint
    with pytest.raises(SourceGone):
        await pages_of(connector.read_comments(PostRef(WALL, "video99999"), None))


async def test_videos_are_looked_for_once_in_a_while(world: VkWorld, connector: VkConnector) -> None:
    cursor = checkpoint_of(await pages_of(connector.read_posts(WALL, None, not_before=at(-5))))
    await pages_of(connector.read_posts(WALL, cursor, not_before=at(-5)))
    assert world.calls("video.get") == 1
    world.moment = at(40)
    told = messages_of(await pages_of(connector.read_posts(WALL, cursor, not_before=at(-5))))
    assert world.calls("video.get") == 2
    assert "Прямая линия" in {message.text for message in told}


async def test_a_page_without_videos_is_asked_for_them_once_a_day() -> None:
    async with vk_world([post("news", 0)], minutes=20) as world:
        cursor = None
        for minutes in (20, 60, 600, 1400):
            world.moment = at(minutes)
            async with world.connector(SERVICE, PERSON) as reader:
                pages = await pages_of(reader.read_posts(WALL, cursor, not_before=at(-5)))
            cursor = checkpoint_of(pages)
            assert [message.text for message in messages_of(pages)] == ["Новости города"]
        assert world.calls("video.get") == 1


async def test_without_a_persons_key_nothing_is_asked_or_said_of_videos(world: VkWorld) -> None:
    async with world.connector(SERVICE, COMMUNITY) as connector:
        told = messages_of(await pages_of(connector.read_posts(WALL, None, not_before=at(-5))))
        counts = await connector.count_comments([world.post_ref("news"), video_ref(world)])
        pages = await pages_of(connector.read_comments(video_ref(world), None))
    assert [message.text for message in told] == ["Новости города"]
    assert set(counts) == {world.post_ref("news")}
    assert not messages_of(pages)
    assert not world.calls("video.get") + world.calls("video.getComments")


async def test_a_persons_key_is_asked_for_nothing_but_videos(world: VkWorld, connector: VkConnector) -> None:
    await pages_of(connector.read_posts(WALL, None, not_before=at(-5)))
    await connector.resolve("gorod_zarechny")
    await pages_of(connector.read_comments(video_ref(world), None))
    tokens = {call.method: call.token for call in world.emulator.calls}
    assert tokens["video.get"] == tokens["video.getComments"]
    assert [method for method, token in tokens.items() if token == tokens["video.get"]] == ["video.get", "video.getComments"]


async def test_the_page_goes_on_while_the_persons_key_is_dead_and_the_next_one_finds_what_was_missed(
    world: VkWorld, database: Database
) -> None:
    credentials = [world.credential(secret) for secret in (SERVICE, PERSON)]
    ledger = await shared_ledger(database, "vk", credentials, lambda: world.moment)
    async with world.connector(SERVICE, PERSON, ledger=ledger) as connector:
        world.emulator.revoke(PERSON)
        pages = await pages_of(connector.read_posts(WALL, None, not_before=at(-5)))
        assert [message.text for message in messages_of(pages)] == ["Новости города"]
        await pages_of(connector.read_posts(WALL, checkpoint_of(pages), not_before=at(-5)))
        assert video_ref(world) not in await connector.count_comments([video_ref(world)])
        assert world.calls("video.get") == 1, "a dead key is asked once"
    async with world.connector(SERVICE, NEXT_PERSON) as renewed:
        told = messages_of(await pages_of(renewed.read_posts(WALL, checkpoint_of(pages), not_before=at(-5))))
        assert "Прямая линия" in {message.text for message in told}


async def test_a_check_tells_whether_a_persons_key_may_watch() -> None:
    for rights, refused in ((("video",), ""), ((), "VK error 15/1133")):
        async with vk_world(TOWN, minutes=20, rights={PERSON: rights}) as world, world.connector(PERSON) as connector:
            found = await connector.check_credential(world.credential(PERSON))
        assert set(found) == {"read_videos"}
        assert refused in found["read_videos"]


async def test_videos_closed_to_strangers_are_none(world: VkWorld, connector: VkConnector) -> None:
    ref = PostRef(Wall("vk", f"-{CLOSED}"), "video1")
    assert await connector.count_comments([ref]) == {ref: None}


async def test_nobody_is_promised_a_reply_under_a_video(connector: VkConnector, world: VkWorld) -> None:
    found = messages_of(await pages_of(connector.read_comments(video_ref(world), None)))
    (asked,) = [one for one in found if one.author and one.author.external_id == str(ANNA)]
    with pytest.raises(AccessDenied, match="video"):
        await connector.publish_reply(asked, "Починим", reply_id="r")
