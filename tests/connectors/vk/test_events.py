"""Pushed events as VK writes them: who may push, and what each tells."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk.contract import MessageType, PushedChange, PushedNews, Wall
from connectors.sdk.errors import AuthenticationFailed, UnexpectedResponse
from connectors.vk.events import parse_envelope, read_event

RECORDED = Path(__file__).resolve().parents[4] / "shared/reference/recorded"
NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
SECRET = "s3cret-of-the-callback"
REPLY = {"id": 9, "from_id": 123, "date": 1533403427, "text": "Когда?", "post_id": 6, "owner_id": -1234, "parents_stack": [], "thread": {}}


def envelope(kind: str = "wall_reply_new", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "group_id": 1234, "event_id": "e1", "v": "5.199", "object": REPLY, "secret": SECRET} | fields


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def news_of(document: dict[str, Any]) -> PushedNews:
    news = read_event(encoded(document), received_at=NOW)
    assert news is not None
    return news


def test_an_event_with_the_secret_is_told_by_its_id_and_kept_without_the_secret() -> None:
    event = parse_envelope({"x-retry-counter": "2"}, encoded(envelope()), secret=SECRET)
    assert (event.event_id, event.wall, event.retries, event.asks_confirmation) == ("e1", Wall("vk", "-1234"), 2, False)
    assert SECRET.encode() not in event.raw
    assert SECRET not in repr(event)


@pytest.mark.parametrize("shown", ["wrong", "", None, 5, SECRET + "x", "\ud800"])
def test_an_event_without_the_secret_is_refused(shown: object) -> None:
    with pytest.raises(AuthenticationFailed):
        parse_envelope({}, encoded(envelope(secret=shown)), secret=SECRET)


def test_a_confirmation_may_come_without_a_secret_but_not_with_a_wrong_one() -> None:
    asked = envelope("confirmation", object=None)
    del asked["secret"]
    assert parse_envelope({}, encoded(asked), secret=SECRET).asks_confirmation
    with pytest.raises(AuthenticationFailed):
        parse_envelope({}, encoded(asked | {"secret": "wrong"}), secret=SECRET)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"a"', b"\xff\xfe", encoded({"type": "wall_reply_new"}), encoded(envelope() | {"type": 5}), b"[" * 9999]
)
def test_what_is_no_event_is_refused_as_such(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        parse_envelope({}, body, secret=SECRET)


def test_an_event_without_a_usable_id_is_known_by_what_it_says() -> None:
    first, again, other = (
        parse_envelope({}, encoded(envelope(event_id=given, object=said)), secret=SECRET).event_id
        for given, said in ((None, REPLY), ("nul\x00", REPLY), (None, REPLY | {"id": 10}))
    )
    assert first == parse_envelope({}, encoded(envelope(event_id=None)), secret=SECRET).event_id
    assert len({first, again, other}) == 3
    assert again.isalnum()


def test_a_new_comment_is_told_with_its_place() -> None:
    nested = REPLY | {"id": 12, "parents_stack": [9], "reply_to_comment": 11}
    news = news_of(envelope(object=nested))
    message = news.message
    assert news.change is PushedChange.APPEARED
    assert (message.type, message.post_id, message.external_id) == (MessageType.COMMENT, "6", "12")
    assert (message.root_id, message.reply_to_id) == ("9", "11")
    assert message.url == "https://vk.com/wall-1234_6?reply=12&thread=9"
    assert message.author is not None
    assert (message.author.external_id, message.author.name) == ("123", None)


def test_a_deleted_comment_is_a_stub_of_the_moment_at_which_we_heard_of_it() -> None:
    news = news_of(envelope("wall_reply_delete", object={"owner_id": -1234, "id": 9, "deleter_id": 5, "post_id": 6}))
    assert news.change is PushedChange.DELETED
    assert news.message.deleted
    assert (news.message.author, news.message.text, news.message.published_at) == (None, None, NOW)


@pytest.mark.parametrize("kind", ["suggest", "postpone"])
def test_a_post_that_is_not_published_is_no_news(kind: str) -> None:
    written = {"id": 6, "from_id": 5, "owner_id": -1234, "date": 1533403316, "post_type": kind, "text": "Яма"}
    assert read_event(encoded(envelope("wall_post_new", object=written)), received_at=NOW) is None


@pytest.mark.parametrize("kind", ["wall_repost", "wall_post_new", "wall_reply_new"])
def test_what_stands_on_another_wall_is_no_news_of_the_page(kind: str) -> None:
    """As when a person repeats a post of the page: VK tells the page of it, and the post stands on the person's own wall."""
    repeated = {"id": 67, "from_id": 5, "owner_id": 5, "date": 1533403316, "post_type": "post", "text": "Безобразие!", "post_id": 6}
    event = envelope(kind, object=repeated | {"copy_history": [{"id": 6, "owner_id": -1234, "date": 1533403000}]})
    assert read_event(encoded(event), received_at=NOW) is None


@pytest.mark.parametrize("kind", ["like_add", "group_join", "photo_new", "something_of_tomorrow"])
def test_events_of_no_interest_are_no_news(kind: str) -> None:
    assert read_event(encoded(envelope(kind, object={"user_id": 1})), received_at=NOW) is None


@pytest.mark.parametrize("broken", [None, [], {}, {"id": 9}, REPLY | {"post_id": None}, REPLY | {"date": "yesterday"}])
def test_an_event_in_a_shape_that_we_do_not_know_is_called_so(broken: object) -> None:
    with pytest.raises(UnexpectedResponse, match="wall_reply_new"):
        read_event(encoded(envelope(object=broken)), received_at=NOW)


def test_a_message_of_a_group_chat_is_no_resident_s_own() -> None:
    said = {"id": 3, "date": 1572809816, "from_id": 5, "peer_id": 2_000_000_001, "text": "Всем привет", "conversation_message_id": 2}
    assert read_event(encoded(envelope("message_new", object={"message": said})), received_at=NOW) is None


TOLD = {
    "event_MessageNew.json": PushedChange.APPEARED,
    "event_BoardPostNew.json": PushedChange.APPEARED,
    "event_BoardPostEdit.json": PushedChange.EDITED,
    "event_BoardPostDelete.json": PushedChange.DELETED,
    "event_WallPostNew.json": PushedChange.APPEARED,
    "event_WallReplyNew.json": PushedChange.APPEARED,
    "event_WallReplyEdit.json": PushedChange.EDITED,
    "event_WallReplyDelete.json": PushedChange.DELETED,
    "event_WallReplyRestore.json": PushedChange.RESTORED,
}


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings lie outside of the repository and are not here")
@pytest.mark.parametrize(("file", "change"), TOLD.items(), ids=TOLD)
def test_recorded_events_are_read(file: str, change: PushedChange) -> None:
    news = read_event((RECORDED / "vk" / file).read_bytes(), received_at=NOW)
    assert news is not None
    assert news.change is change
    assert news.message.wall in (Wall("vk", "-1234"), Wall("vk", "-123456789"))
