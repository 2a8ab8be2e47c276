"""What a reading of comments makes of answers that VK should not give: it tells them and draws no conclusion."""

from typing import Any

from connectors.sdk.contract import Cursor, Page, PostRef, Wall
from connectors.vk.cursor import Replies, ThreadCursor, read_thread_cursor
from connectors.vk.schemas import read_comments
from connectors.vk.thread import METHOD, ThreadReading
from tests.connectors.vk.recorded_answers import answer_to, recorded
from tests.connectors.vk.vk_world import ids_of

POST = PostRef(Wall("vk", "-217300001"), "3310")
DATE = 1772430000


def entry(number: int, *, replies: int = 0, **fields: Any) -> dict[str, Any]:
    return {"id": number, "from_id": 5, "date": DATE, "text": f"Вопрос {number}", "thread": {"count": replies, "items": []}} | fields


def body(items: list[Any], *, level: int | None = None, total: int | None = None) -> dict[str, Any]:
    count = len(items) if level is None else level
    counts = {"count": count if total is None else total, "current_level_count": count}
    return {"response": {**counts, "items": items, "profiles": [], "groups": []}}


def take(reading: ThreadReading, answered: dict[str, Any]) -> Page:
    answer = answer_to(METHOD, answered)
    page = reading.take(answer, read_comments(answer))
    assert page is not None
    return page


def cursor_of(page: Page) -> ThreadCursor | None:
    return read_thread_cursor(Cursor(page.checkpoint or ""))


def test_a_page_shows_its_level_and_its_threads_completely() -> None:
    answer = recorded("wall_getComments_extended")
    page = ThreadReading(POST, None).take(answer, read_comments(answer))
    assert page is not None
    assert [(part.root_id, part.first_id, part.last_id) for part in page.coverage] == [
        (None, None, None),
        ("3330", None, None),
        ("3322", None, None),
    ]
    assert page.checkpoint is None, "the thread of 3315 counts four replies and showed three"
    assert ids_of([page]) == {3330, 3322, 3323, 3315}


def test_the_thread_that_was_left_out_is_read_next_and_ends_the_reading() -> None:
    reading = ThreadReading(POST, None)
    for name in ("wall_getComments_extended", "wall_getComments_thread"):
        answer = recorded(name)
        page = reading.take(answer, read_comments(answer))
    assert page is not None
    assert ids_of([page]) == {3340, 3318, 3317, 3316}
    assert cursor_of(page) == ThreadCursor(8, 3, 3330, {3322: Replies(1, 3323), 3315: Replies(4, 3340)})
    assert reading.next_level is None


def test_an_unreadable_comment_is_counted_and_nothing_is_called_deleted() -> None:
    page = take(ThreadReading(POST, None), body([entry(9), {"id": 8, "text": "без даты"}, entry(7)]))
    assert page.skipped == 1
    assert ids_of([page]) == {9, 7}
    assert None not in {part.root_id for part in page.coverage}


def test_an_empty_answer_where_comments_are_counted_calls_nothing_deleted() -> None:
    page = take(ThreadReading(POST, ThreadCursor(30, 20, 90, {})), body([], level=20, total=30))
    assert not page.coverage
    assert page.checkpoint is not None


def test_an_empty_answer_where_nothing_is_counted_says_that_all_has_gone() -> None:
    page = take(ThreadReading(POST, ThreadCursor(3, 1, 90, {90: Replies(2, 92)})), body([]))
    assert [(part.root_id, part.first_id, part.last_id) for part in page.coverage] == [(None, None, 92), ("90", None, 92)]


def test_comments_after_the_newest_that_was_seen_are_never_called_deleted() -> None:
    page = take(ThreadReading(POST, ThreadCursor(2, 2, 50, {})), body([entry(50), entry(40)]))
    assert page.coverage[0].last_id == 50


def test_an_answer_in_another_order_is_told_to_its_end_without_conclusions() -> None:
    reading = ThreadReading(POST, ThreadCursor(150, 150, 150, {}))
    first = take(reading, body([entry(number) for number in range(1, 101)], level=151))
    second = take(reading, body([entry(number) for number in range(98, 152)], level=151))
    assert ids_of([first, second]) == set(range(1, 152))
    assert (*first.coverage, *second.coverage) == ()
    assert second.checkpoint is not None


def test_a_page_that_does_not_join_the_one_before_is_read_again_further_up() -> None:
    reading = ThreadReading(POST, None)
    take(reading, body([entry(number) for number in range(300, 200, -1)], level=300))
    answer = answer_to(METHOD, body([entry(number) for number in range(190, 90, -1)], level=290))
    assert reading.take(answer, read_comments(answer)) is None
    assert reading.next_level is not None
    assert reading.next_level.parameters({})["offset"] == 47
    joined = take(reading, body([entry(number) for number in range(240, 140, -1)], level=290))
    assert ids_of([joined]) == set(range(200, 140, -1))
    assert (joined.coverage[0].first_id, joined.coverage[0].last_id) == (141, 200)
