"""What updates tell, by the examples that were made from the documentation and by odd ones; pure."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sdk.contract import Message, PushedNews
from connectors.sdk.errors import AuthenticationFailed, UnexpectedResponse
from connectors.telegram.bot_page import BotPage, read_secret_token, secret_token
from connectors.telegram.events import kept_event, parse_update, read_event

CHANNEL, GROUP, BOT = -1001000000001, -1001000000002, 777
PAGE = BotPage(BOT, CHANNEL, GROUP, True, "test_bot", "test_channel")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANNA: dict[str, Any] = {"id": 100000001, "is_bot": False, "first_name": "Анна", "last_name": "Лебедева"}
IN_GROUP: dict[str, Any] = {"id": GROUP, "type": "supergroup"}
IN_CHANNEL: dict[str, Any] = {"id": CHANNEL, "type": "channel", "username": "test_channel"}
ORIGIN: dict[str, Any] = {"type": "channel", "chat": IN_CHANNEL, "message_id": 11, "date": 1767225600}
COPY: dict[str, Any] = {
    "message_id": 21,
    "chat": IN_GROUP,
    "date": 1767225601,
    "sender_chat": IN_CHANNEL,
    "is_automatic_forward": True,
    "forward_origin": ORIGIN,
}


def told(page: BotPage = PAGE, /, *, kind: str = "message", **fields: Any) -> PushedNews | None:
    message = {"message_id": 22, "from": ANNA, "chat": IN_GROUP, "date": 1767225700, "text": "Когда починят дорогу?"} | fields
    update = {"update_id": 1, kind: {name: value for name, value in message.items() if value is not None}}
    return read_event(kept_event(page, update).raw, received_at=NOW)


def message(page: BotPage = PAGE, /, **fields: Any) -> Message:
    news = told(page, **fields)
    assert news is not None
    return news.message


def test_the_copy_of_a_post_is_the_post_at_its_own_address_and_moment() -> None:
    post = message(**COPY, text="Пост канала")
    assert (post.external_id, post.url, post.published_at.timestamp()) == ("21", "https://t.me/test_channel/11", 1767225600)
    assert post.author is not None
    assert (post.author.external_id, post.author.is_community) == (str(CHANNEL), True)


def test_a_comment_stands_at_the_post_that_it_shows_and_elsewhere_waits_for_it() -> None:
    first = told(message_thread_id=21, reply_to_message=COPY)
    nested = told(message_thread_id=21, reply_to_message={"message_id": 22, "chat": IN_GROUP})
    assert first is not None
    assert nested is not None
    assert (first.message.url, first.message.reply_to_id) == ("https://t.me/test_channel/11?comment=22", None)
    assert (nested.message.url, nested.message.reply_to_id) == ("https://t.me/c/1000000002/22?thread=21", "22")
    assert (first.under_post, nested.under_post) == ("", "?comment=22")


def test_pages_without_names_stand_at_addresses_for_their_members() -> None:
    private = replace(PAGE, name="", group_name="")
    assert message(private, **COPY).url == "https://t.me/c/1000000001/11"
    named = replace(PAGE, group_name="test_talk")
    assert message(named, message_thread_id=21, reply_to_message=None).url == "https://t.me/test_talk/22?thread=21"
    group = BotPage(BOT, GROUP, GROUP, False, "test_bot", "test_talk", "test_talk")
    nested = told(group, message_thread_id=21)
    assert nested is not None
    assert (nested.message.url, nested.under_post, nested.message.wall.external_id) == (
        "https://t.me/test_talk/22?thread=21",
        "",
        str(GROUP),
    )


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"sender_chat": IN_GROUP, "from": {"id": 1087968824, "is_bot": True}}, str(CHANNEL)),
        ({"sender_chat": IN_CHANNEL, "from": {"id": 136817688, "is_bot": True}}, str(CHANNEL)),
        ({"sender_chat": {"id": -1005, "type": "channel", "title": "Сосед"}}, "-1005"),
        ({"from": {"id": BOT, "is_bot": True, "first_name": "Бот"}}, str(CHANNEL)),
        ({}, "100000001"),
    ],
    ids=["anonymous", "the channel", "another channel", "our bot", "a person"],
)
def test_who_speaks_for_the_page(fields: dict[str, Any], author: str) -> None:
    found = message(**fields, message_thread_id=21).author
    assert found is not None
    assert (found.external_id, found.is_community) == (author, author.startswith("-"))


def test_a_name_is_first_and_last_name() -> None:
    author = message().author
    assert author is not None
    assert author.name == "Анна Лебедева"


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"text": None, "caption": "Яма", "photo": [{"file_id": "x"}]}, ("photo",)),
        ({"text": None, "caption": "Яма", "document": {"file_id": "x"}, "animation": {"file_id": "x"}}, ("animation",)),
        ({"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Икс"}}, ("forward",)),
        ({"from": {"id": 9, "is_bot": True, "first_name": "Бот"}}, ("bot",)),
        ({"text": None, "sticker": {"file_id": "x"}}, ("sticker",)),
    ],
    ids=["caption", "animation", "forward", "bot", "sticker"],
)
def test_words_stand_under_a_picture_as_well_and_what_is_attached_is_a_kind(fields: dict[str, Any], kinds: tuple[str, ...]) -> None:
    found = message(**fields)
    assert found.attachments == kinds
    assert found.text == (fields.get("caption") or ("" if "sticker" in fields else "Когда починят дорогу?"))


def test_an_album_is_the_part_that_carries_its_words() -> None:
    photo: dict[str, Any] = {"photo": [{"file_id": "x"}], "media_group_id": "7", "text": None}
    assert told(**photo) is None
    assert message(**photo, caption="Яма").text == "Яма"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": None, "new_chat_members": [ANNA]},
        {"text": None, "migrate_to_chat_id": -1009},
        {"chat": {"id": -1007, "type": "supergroup"}},
        {"chat": IN_CHANNEL},
        {"chat": {"id": 5, "type": "private"}, "text": "/start", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]},
        {"kind": "my_chat_member"},
    ],
    ids=["notice", "moved", "a strangers' group", "a post whose copy tells it", "a command", "another kind"],
)
def test_what_is_no_message_of_the_page_tells_nothing(fields: dict[str, Any]) -> None:
    assert told(**fields) is None


def test_a_channel_without_discussion_tells_its_posts_and_talk_in_a_group_begins_threads() -> None:
    silent = replace(PAGE, group=0)
    assert message(silent, kind="channel_post", chat=IN_CHANNEL, sender_chat=IN_CHANNEL).external_id == "channel22"
    talk = message()
    assert (talk.type.value, talk.external_id, talk.url) == ("post", "22", "https://t.me/c/1000000002/22")


def test_a_private_message_is_a_dialogue_with_one_person_and_our_own_is_addressed_to_them() -> None:
    private = {"id": 100000001, "type": "private"}
    own: dict[str, Any] = {"from": {"id": BOT, "is_bot": True, "first_name": "Бот"}}
    asked, said = message(chat=private), message(chat=private, **own)
    assert (asked.type.value, asked.post_id, asked.mentions) == ("direct", "direct:100000001", ())
    assert said.author is not None
    assert (said.author.external_id, said.mentions) == (str(CHANNEL), ("100000001",))
    assert asked.url == "https://t.me/test_bot?direct=100000001-22"


def test_an_edit_has_its_moment() -> None:
    news = told(kind="edited_message", edit_date=1767225800)
    assert news is not None
    assert (news.change.value, news.message.edited_at and news.message.edited_at.timestamp()) == ("edited", 1767225800)


def test_the_secret_token_tells_the_page_and_holds_only_what_telegram_allows() -> None:
    token = secret_token(PAGE, "Qz_-" * 11)
    assert read_secret_token(token) == (PAGE, "Qz_-" * 11)
    assert len(secret_token(replace(PAGE, bot_name="n" * 32, name="n" * 32, group_name="n" * 32), "s" * 43)) <= 256
    event = parse_update({"x-telegram-bot-api-secret-token": token}, b'{"update_id": 8}', secret="Qz_-" * 11)
    assert (event.event_id, event.wall, b"Qz_-" in event.raw) == (f"{BOT}:8", PAGE.wall, False)


@pytest.mark.parametrize("token", ["", "Qz", "c777-1-2---other", "другой"])
def test_an_update_without_the_secret_is_refused(token: str) -> None:
    with pytest.raises(AuthenticationFailed):
        parse_update({"x-telegram-bot-api-secret-token": token}, b'{"update_id": 8}', secret="Qz")


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"update_id": "x"}'])
def test_a_body_that_is_no_update_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        parse_update({"x-telegram-bot-api-secret-token": secret_token(PAGE, "s")}, body, secret="s")


@pytest.mark.parametrize("raw", [b"{", b'{"update": {}}', json.dumps({"page": PAGE.kept(), "update": {"message": {"text": "x"}}}).encode()])
def test_what_is_kept_and_cannot_be_read_is_unexpected(raw: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        read_event(raw, received_at=NOW)
