"""Messages are the same after they were written as JSON."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.sdk.contract import Author, Message, MessageType, Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.message_json import read_messages, write_messages

NOON = datetime(2026, 3, 11, 12, 0, 0, 250, tzinfo=UTC)
POST = Message(MessageType.POST, "7", Wall("vk", "-1"), "https://vk.com/wall-1_7", NOON, Author("5", "Анна"), "Где «снег»?\n😀")
COMMENT = replace(POST, type=MessageType.COMMENT, post_id="7", root_id="8", reply_to_id="9", mentions=("5", "-1"), attachments=("photo",))
STUB = replace(POST, author=None, text=None, deleted=True, edited_at=NOON, comment_count=3, comments_closed=True)


def test_what_was_written_is_read_as_it_was() -> None:
    assert read_messages(write_messages([POST, COMMENT, STUB])) == (POST, COMMENT, STUB)


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'[{"type": "post"}]', write_messages([POST]).replace(b'"post"', b'"poem"')])
def test_what_was_not_written_by_us_is_unexpected(raw: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        read_messages(raw)
