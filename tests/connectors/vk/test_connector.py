"""Resolving, counting and replying against the emulated VK."""

import pytest

from connectors.sdk.contract import Author, Message, MessageType, PostCount, PostRef, Wall
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.errors import AccessDenied, InvalidLink, OutcomeUnknown, ReplyRejected, SourceGone
from tests.connectors.vk.vk_world import (
    ANNA,
    CITY,
    CLINIC,
    CLINIC_COMMUNITY,
    CLOSED,
    COMMUNITY,
    SERVICE,
    WALL,
    VkWorld,
    at,
    comment,
    messages_of,
    pages_of,
    post,
    vk_world,
)

THREAD = (post("post", 0), comment("question", 1), comment("neighbour", 2, reply_to_key="question"))
TEXT = "Здравствуйте! Бригада выехала.\nСледите за новостями."


def message(world: VkWorld, key: str) -> Message:
    """A stored message as the core hands it back."""
    kind = MessageType.POST if key == "post" else MessageType.COMMENT
    post_id = None if key == "post" else str(world.emulator.ids["post"])
    return Message(kind, str(world.emulator.ids[key]), WALL, "", at(0), Author(str(ANNA)), "текст", post_id=post_id)


async def thread(world: VkWorld) -> list[Message]:
    """Everything under the post."""
    async with world.connector() as connector:
        return messages_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))


async def test_a_link_by_name_and_one_by_id_give_the_same_community() -> None:
    async with vk_world([]) as world, world.connector() as connector:
        by_name, by_id = await connector.resolve("https://vk.com/gorod_zarechny"), await connector.resolve(f"club{CITY}")
        assert by_name == by_id
        assert (by_id.wall, by_id.name, by_id.screen_name, by_id.members) == (WALL, "Администрация города", "gorod_zarechny", 7000)


async def test_a_renamed_community_keeps_its_address() -> None:
    async with vk_world([]) as world, world.connector() as connector:
        before = await connector.resolve("gorod_zarechny")
        world.emulator.rename(CITY, "zarechny_official")
        after = await connector.resolve(before.url)
        assert (after.wall, after.url, after.screen_name) == (before.wall, before.url, "zarechny_official")
        with pytest.raises(SourceGone):
            await connector.resolve("gorod_zarechny")


async def test_a_closed_community_is_told_as_closed() -> None:
    async with vk_world([]) as world, world.connector() as connector:
        assert (await connector.resolve(f"club{CLOSED}")).closed


async def test_a_short_name_of_a_person_is_refused_with_advice() -> None:
    async with vk_world([]) as world, world.connector() as connector:
        with pytest.raises(InvalidLink, match=r"person.*club123"):
            await connector.resolve(f"vk.com/id{ANNA}")


async def test_counters_of_many_posts_cost_one_call() -> None:
    messages = [post(f"p{number}", number) for number in range(100)] + [comment("c", 500, post_key="p7")]
    async with vk_world(messages) as world, world.connector() as connector:
        posts = [world.post_ref(f"p{number}") for number in range(100)]
        counts = await connector.count_comments(posts)
        assert world.calls("wall.getById") == 1
        assert {counted.comments for counted in counts.values() if counted} == {0, 1}
        seventh = counts[world.post_ref("p7")]
        assert isinstance(seventh, PostCount)
        assert seventh.message is not None
        assert (seventh.comments, seventh.message.comment_count, seventh.message.text) == (1, 1, "Новости города")


async def test_a_deleted_post_and_one_of_a_closed_page_count_as_gone() -> None:
    async with vk_world([*THREAD, post("gone", 3), post("inside", 4, page_id=CLOSED)]) as world, world.connector() as connector:
        gone, inside = world.post_ref("gone"), PostRef(Wall("vk", f"-{CLOSED}"), str(world.emulator.ids["inside"]))
        world.emulator.change("gone", deleted_at=at(100))
        counts = await connector.count_comments([gone, inside, world.post_ref("post")])
        assert (counts[gone], counts[inside]) == (None, None)
        assert counts[world.post_ref("post")] is not None


async def test_no_posts_are_counted_without_a_call_and_too_many_are_refused() -> None:
    async with vk_world([]) as world, world.connector() as connector:
        assert await connector.count_comments([]) == {}
        with pytest.raises(ValueError, match="at most 100"):
            await connector.count_comments([PostRef(WALL, str(number)) for number in range(101)])
        assert not world.emulator.calls


@pytest.mark.parametrize("key", ["post", "question", "neighbour"])
async def test_a_reply_stands_where_it_answers_in_the_name_of_the_community(key: str) -> None:
    async with vk_world(THREAD) as world, world.connector(SERVICE, CLINIC_COMMUNITY, COMMUNITY) as connector:
        published = await connector.publish_reply(message(world, key), TEXT, reply_id="reply-1")
        reply = next(found for found in await thread(world) if found.external_id == published.external_id)
        assert (reply.text, reply.url) == (TEXT, published.url)
        assert reply.author == Author(f"-{CITY}", "Администрация города", is_community=True)
        assert reply.reply_to_id == (None if key == "post" else str(world.emulator.ids[key]))


async def test_the_same_reply_sent_twice_stands_once() -> None:
    async with vk_world(THREAD) as world, world.connector(COMMUNITY) as connector:
        first = await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        again = await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        other = await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-2")
        assert first == again != other
        assert len(await thread(world)) == 4


async def test_the_key_of_the_wall_is_looked_up_once() -> None:
    async with vk_world(THREAD) as world, world.connector(CLINIC_COMMUNITY, COMMUNITY) as connector:
        for number in range(3):
            await connector.publish_reply(message(world, "question"), TEXT, reply_id=f"reply-{number}")
        assert world.calls("groups.getById") == 2
        assert world.calls("wall.createComment") == 3


async def test_no_body_speaks_on_another_bodys_wall() -> None:
    async with vk_world(THREAD) as world, world.connector(SERVICE, CLINIC_COMMUNITY) as connector:
        with pytest.raises(AccessDenied, match=str(CITY)) as refusal:
            await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        assert refusal.value.permanent
        assert world.calls("wall.createComment") == 0


@pytest.mark.parametrize("closed", ["comments_closed", "comments_hidden"])
async def test_a_reply_under_closed_comments_is_rejected_in_vks_words(closed: str) -> None:
    async with vk_world(THREAD) as world, world.connector(COMMUNITY) as connector:
        world.emulator.change("post", **{closed: True})
        with pytest.raises(ReplyRejected) as refusal:
            await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        assert refusal.value.reason.startswith("Access to")


async def test_a_reply_to_a_deleted_comment_is_rejected() -> None:
    async with vk_world(THREAD) as world, world.connector(COMMUNITY) as connector:
        world.emulator.change("neighbour", deleted_at=at(50))
        with pytest.raises(ReplyRejected):
            await connector.publish_reply(message(world, "neighbour"), TEXT, reply_id="reply-1")


async def test_a_key_without_the_right_to_the_wall_is_refused_for_good() -> None:
    async with vk_world(THREAD, rights={COMMUNITY: ("messages",)}) as world, world.connector(COMMUNITY) as connector:
        with pytest.raises(AccessDenied) as refusal:
            await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        assert refusal.value.permanent


@pytest.mark.parametrize("kind", [FaultKind.HTTP_502, FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_reply_whose_outcome_is_unknown_is_sent_once_and_can_be_looked_for(kind: FaultKind, seed: int) -> None:
    async with vk_world(THREAD) as world, world.connector(COMMUNITY) as connector:
        await connector.publish_reply(message(world, "post"), "Первый ответ", reply_id="reply-0")
        world.emulator.break_with(Faults(seed=seed, rate=1.0, kinds=(kind,), codes=(10,)))
        with pytest.raises(OutcomeUnknown):
            await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        world.emulator.break_with(None)
        assert world.calls("wall.createComment") == 2
        assert [found.text for found in await thread(world)].count(TEXT) <= 1
        sent = await connector.publish_reply(message(world, "question"), TEXT, reply_id="reply-1")
        assert [found.external_id for found in await thread(world) if found.text == TEXT] == [sent.external_id]


async def test_a_long_reply_arrives_whole() -> None:
    async with vk_world(THREAD) as world, world.connector(COMMUNITY) as connector:
        text = "Отключение на улице Речной, дома с 1 по 40. " * 60
        published = await connector.publish_reply(message(world, "question"), text, reply_id="reply-1")
        assert next(found.text for found in await thread(world) if found.external_id == published.external_id) == text


async def test_a_community_of_another_wall_is_never_taken_for_the_one_asked_for() -> None:
    async with vk_world([]) as world, world.connector(SERVICE, CLINIC_COMMUNITY) as connector:
        assert (await connector.resolve(f"club{CLINIC}")).wall == Wall("vk", f"-{CLINIC}")
        assert (await connector.resolve(f"club{CITY}")).wall == WALL
