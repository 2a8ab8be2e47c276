"""Publishing replies where OK allows it, and what an operator is told where it does not."""

from datetime import timedelta

import pytest

from connectors.sdk.contract import Message, MessageType, Wall
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.errors import AuthenticationFailed, OutcomeUnknown, RateLimited, ReplyRejected, SourceGone
from tests.connectors.ok.ok_world import CITY, CLINIC, FIRST, SECOND, WALL, at, comment, messages_of, ok_world, pages_of, post

WRITING = "discussions.addDiscussionComment"
MESSAGES = [post("post", 0), comment("question", 1), post("closed", 2, comments_closed=True)]
BY_HAND = rf"answer by hand at https://ok\.ru/group/{CITY}/topic/\d+$"


async def test_a_reply_stands_under_its_question_in_the_groups_name() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        published = await connector.publish_reply(world.message("question"), "Сделаем & проверим до 5 марта", reply_id="r1")
        told = messages_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))
        reply = next(message for message in told if message.external_id == published.external_id)
        assert reply.author is not None
        assert (reply.author.external_id, reply.text) == (WALL.external_id, "Сделаем & проверим до 5 марта")
        assert (reply.reply_to_id, reply.url) == (world.emulator.ids["question"], published.url)


async def test_a_reply_to_a_topic_answers_no_comment() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        published = await connector.publish_reply(world.message("post"), "Ответ всем", reply_id="r1")
        told = messages_of(await pages_of(connector.read_comments(world.post_ref("post"), None)))
        assert next(message for message in told if message.external_id == published.external_id).reply_to_id is None


async def test_a_method_that_is_gone_is_probed_once_a_day_and_names_the_address_to_answer_at() -> None:
    async with ok_world(MESSAGES) as world, world.connector() as connector:
        for _ in range(3):
            with pytest.raises(ReplyRejected, match=BY_HAND) as refusal:
                await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
            assert refusal.value.reason.startswith("gone: ")
        assert world.calls(WRITING) == 1
        world.emulator.allow_replies()
        world.moment += timedelta(days=1)
        await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")


async def test_what_a_probe_has_found_is_not_asked_again() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        await connector.probe()
        await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
        assert world.calls(WRITING) == 2


async def test_a_method_that_vanishes_after_the_probe_is_noticed_by_the_reply() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        await connector.probe()
        world.emulator.allow_replies(allowed=False)
        with pytest.raises(ReplyRejected, match=BY_HAND) as refusal:
            await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
        assert "METHOD" in refusal.value.reason


@pytest.mark.parametrize(("key", "reason"), [("closed", "PRIVACY_RESTRICTION"), ("nothing", "NOT_FOUND")])
async def test_a_refused_reply_gives_oks_reason_and_the_address(key: str, reason: str) -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        to = Message(MessageType.POST, world.emulator.ids.get(key, "77"), WALL, "", at(0), None, "Пост")
        with pytest.raises(ReplyRejected, match=BY_HAND) as refusal:
            await connector.publish_reply(to, "Ответ", reply_id="r1")
        assert reason in refusal.value.reason


async def test_a_key_whose_owner_is_no_administrator_leaves_the_reply_to_the_next_one() -> None:
    administered = {"token-first": [CLINIC], "token-second": [CITY]}
    async with ok_world(MESSAGES, takes_replies=True, administered=administered) as world:
        async with world.connector(FIRST, SECOND) as connector:
            for number in range(2):
                await connector.publish_reply(world.message("question"), f"Ответ {number}", reply_id=f"r{number}")
        async with world.connector(FIRST) as connector:
            with pytest.raises(ReplyRejected, match="NOT_ADMIN"):
                await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
        assert sum("written" in key for key in world.emulator.visible()) == 2


async def test_a_missing_right_is_a_rejection_and_reading_goes_on() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        world.emulator.withdraw(FIRST, "GROUP_CONTENT")
        with pytest.raises(ReplyRejected, match="GROUP_CONTENT"):
            await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
        assert await pages_of(connector.read_comments(world.post_ref("post"), None))


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.REFUSAL])
async def test_a_reply_whose_outcome_is_unknown_is_never_sent_twice(kind: FaultKind) -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        await connector.probe()
        world.emulator.break_with(Faults(seed=1, rate=1, kinds=(kind,), codes=(1,)))
        with pytest.raises(OutcomeUnknown):
            await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
        assert world.calls(WRITING) == 2


async def test_a_dead_key_and_a_blocked_address_are_no_matter_of_the_reply() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        await connector.probe()
        world.emulator.block_address()
        with pytest.raises(RateLimited):
            await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")
        world.emulator.block_address(blocked=False)
        world.emulator.revoke(FIRST)
        world.moment += timedelta(hours=1)
        with pytest.raises(AuthenticationFailed):
            await connector.publish_reply(world.message("question"), "Ответ", reply_id="r1")


async def test_a_reply_to_another_networks_message_is_refused_without_a_call() -> None:
    async with ok_world(MESSAGES, takes_replies=True) as world, world.connector() as connector:
        elsewhere = Message(MessageType.POST, "1", Wall("ok", "-5"), "", at(0), None, "Пост")
        with pytest.raises(SourceGone):
            await connector.publish_reply(elsewhere, "Ответ", reply_id="r1")
        assert world.emulator.calls == []
