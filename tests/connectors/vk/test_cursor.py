"""Cursors survive writing and reading; a damaged one is as good as none."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.sdk.contract import Cursor
from connectors.vk.cursor import (
    Replies,
    ThreadCursor,
    WallCursor,
    read_thread_cursor,
    read_wall_cursor,
    write_thread_cursor,
    write_wall_cursor,
)

IDS = st.integers(1, 2**40)
THREADS = st.builds(ThreadCursor, IDS, IDS, IDS, st.dictionaries(IDS, st.builds(Replies, st.integers(1, 5000), IDS)))
MOMENT = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def test_a_walls_cursor_is_read_as_it_was_written() -> None:
    assert read_wall_cursor(write_wall_cursor(WallCursor(MOMENT))) == WallCursor(MOMENT)


@given(THREADS)
def test_a_threads_cursor_is_read_as_it_was_written(cursor: ThreadCursor) -> None:
    assert read_thread_cursor(write_thread_cursor(cursor)) == cursor


def test_a_long_list_of_threads_is_compressed() -> None:
    replies = {1000 + number * 3: Replies(1 + number % 5, 9000 + number) for number in range(3000)}
    cursor = ThreadCursor(10_000, 6_000, 99_000, replies)
    written = write_thread_cursor(cursor)
    assert read_thread_cursor(written) == cursor
    assert len(written) < 5 * len(replies)


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        '"text"',
        '{"v":99,"kind":"wall","at":1772349000}',
        '{"v":1,"kind":"wall"}',
        '{"v":1,"kind":"wall","at":"soon"}',
        '{"v":1,"kind":"thread","total":5,"roots":4,"newest":7,"replies":"no such text"}',
        '{"v":1,"kind":"thread","total":5,"roots":4,"newest":7,"replies":[[1],[2],[]]}',
        '{"v":1,"kind":"thread","total":5,"roots":4,"newest":7,"replies":[[1],[2],["x"]]}',
        '{"v":1,"kind":"thread","total":5,"roots":4,"newest":7}',
        '{"v":1,"kind":"thread","total":5,"newest":7,"replies":[[],[],[]]}',
        '{"v":1,"kind":"thread","newest":7,"replies":[[],[],[]]}',
    ],
)
def test_a_damaged_cursor_is_as_good_as_none(damaged: str | None) -> None:
    assert read_wall_cursor(Cursor(damaged) if damaged is not None else None) is None
    assert read_thread_cursor(Cursor(damaged) if damaged is not None else None) is None


def test_the_cursor_of_a_wall_is_none_of_a_thread() -> None:
    assert read_thread_cursor(write_wall_cursor(WallCursor(MOMENT))) is None
    assert read_wall_cursor(write_thread_cursor(ThreadCursor())) is None


JSON = st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.text() | JSON.map(json.dumps))
@example("[" * 100_000)
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    assert read_wall_cursor(Cursor(text)) is None
    assert read_thread_cursor(Cursor(text)) is None


def test_the_newest_comment_of_a_cursor_may_be_a_reply() -> None:
    assert ThreadCursor(3, 1, 10, {5: Replies(1, 12)}).newest_id == 12
    assert ThreadCursor(3, 1, 10, {}).newest_id == 10
