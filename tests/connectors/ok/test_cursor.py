"""Cursors come back as they were written, and a damaged one is as good as none."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ok.cursor import (
    ThreadCursor,
    WallCursor,
    read_thread_cursor,
    read_wall_cursor,
    write_thread_cursor,
    write_wall_cursor,
)
from connectors.ok.fields import milliseconds, moment, moscow_moment
from connectors.sdk.contract import Cursor

MOMENTS = st.integers(1, 2**33 * 1000 - 1).map(lambda number: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=number))
ANCHORS = st.one_of(st.none(), st.text(min_size=1, max_size=60))


@given(MOMENTS)
def test_a_wall_cursor_comes_back(at: datetime) -> None:
    assert read_wall_cursor(write_wall_cursor(WallCursor(at))) == WallCursor(at)


@given(st.one_of(st.none(), MOMENTS), ANCHORS)
def test_a_thread_cursor_comes_back(at: datetime | None, anchor: str | None) -> None:
    assert read_thread_cursor(write_thread_cursor(ThreadCursor(at, anchor))) == ThreadCursor(at, anchor)


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    assert read_wall_cursor(Cursor(text)) is None
    assert read_thread_cursor(Cursor(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"v":2,"kind":"thread","at":1767225600000}',
        '{"v":1,"kind":"wall","at":1767225600000}',
        '{"v":1,"kind":"thread"}',
        '{"v":1,"kind":"thread","at":-5}',
        '{"v":1,"kind":"thread","at":null,"anchor":7}',
        "[" * 100_000,
    ],
)
def test_a_cursor_of_another_version_kind_or_content_is_none(text: str) -> None:
    assert read_thread_cursor(Cursor(text)) is None


@given(MOMENTS)
def test_milliseconds_come_back(at: datetime) -> None:
    assert moment(milliseconds(at)) == at
    assert moment(str(milliseconds(at))) == at


@pytest.mark.parametrize("value", [None, True, 0, -1, 2**33 * 1000, 10**30, "soon", 1.5, [1]])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert moment(value) is None


@pytest.mark.parametrize(
    ("date", "utc_hour"),
    [
        ("2009-01-10 12:00:00", 9),
        ("2009-07-10 12:00:00", 8),
        ("2012-01-10 12:00:00", 8),
        ("2014-04-11 12:00:00", 8),
        ("2026-07-10 12:00:00", 9),
    ],
)
def test_a_date_means_the_clock_of_moscow_as_it_went_then(date: str, utc_hour: int) -> None:
    found = moscow_moment(date)
    assert found is not None
    assert (found.hour, found.utcoffset()) == (utc_hour, timedelta(0))


@pytest.mark.parametrize("date", [None, 5, "", "yesterday", "2026-13-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_what_is_no_date_is_none(date: object) -> None:
    assert moscow_moment(date) is None
