"""First answers as they come in page by page, in whatever order."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.watch_deadlines import watch_deadlines
from connectors.sdk.contract import Message, Page
from tests.usecases.reading import PAGE, Reader, comment, open_reader, post, register_body, stub, whole_thread

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DONE = "Добрый день. Аварийная бригада устранила утечку, отопление восстановлено."
ACK = "Здравствуйте! Спасибо за обращение, уточним информацию."


async def clock(reader: Reader, author: str = "1") -> tuple[str, datetime | None, str | None]:
    (incident,) = await reader.rows(
        "SELECT status, first_answered_at, first_answer_class FROM incidents WHERE author_id = :author", author=author
    )
    return incident.status, incident.first_answered_at, incident.first_answer_class


CLOSED = replace(post(100, "Новости", datetime(2026, 3, 11, 11, tzinfo=UTC)), comments_closed=True)


async def no_reply(reader: Reader) -> list[tuple[str, datetime | None, bool]]:
    """By author since when nobody can answer, and whether an answer is waited for."""
    rows = await reader.rows(
        "SELECT i.author_id, t.no_reply_at, i.waiting FROM turns t JOIN incidents i ON i.id = t.incident_id ORDER BY i.author_id"
    )
    return [(row.author_id, row.no_reply_at, row.waiting) for row in rows]


async def test_comments_closed_before_any_answer_leave_nobody_to_wait_and_nobody_late(
    reader: Reader, database: Database, region_id: RegionId, noon: datetime
) -> None:
    await reader.read(comment(1, "Холодно!", noon, by="1"), comment(2, "И у нас!", noon, by="2"), at=noon + MINUTE)
    await reader.read(comment(3, DONE, noon + HOUR, by=PAGE, reply_to=1), at=noon + HOUR)

    await reader.read(CLOSED, at=noon + 2 * HOUR)

    assert await no_reply(reader) == [("1", None, False), ("2", noon + 2 * HOUR, False)]
    checked = [one async for one in rebuild_statistics(database, region_id, check_only=True, now=noon + 2 * HOUR)]
    assert [(one.count, one.differences) for one in checked] == [(2, ())]
    assert await watch_deadlines(database, region_id, now=noon + 30 * HOUR) == 0
    assert await reader.read(CLOSED, at=noon + 3 * HOUR) == Intaken(), "what is known already is no news"

    await reader.read(replace(CLOSED, comments_closed=False), at=noon + 31 * HOUR)

    assert await no_reply(reader) == [("1", None, False), ("2", None, True)]
    missed = await reader.rows("SELECT at FROM incident_events WHERE type = 'breached'")
    assert [row.at for row in missed] == [noon + 24 * HOUR], "the resident has waited all the time"


async def test_comments_closed_after_the_deadline_hide_no_miss(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon, by="1"), at=noon + MINUTE)
    await reader.read(CLOSED, at=noon + 25 * HOUR)

    assert await no_reply(reader) == [("1", None, True)]
    assert len(await reader.rows("SELECT id FROM incident_events WHERE type = 'breached'")) == 1


async def test_a_question_under_a_post_that_is_known_to_be_closed_begins_without_a_channel(reader: Reader, noon: datetime) -> None:
    await reader.read(CLOSED, at=noon + 2 * HOUR)
    await reader.read(comment(1, "Холодно!", noon, by="1"), at=noon + 3 * HOUR)

    assert await no_reply(reader) == [("1", noon + 2 * HOUR, False)]


async def test_a_network_that_calls_a_living_thread_closed_is_not_believed_there(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon, by="1"), at=noon + MINUTE)
    await reader.read(CLOSED, at=noon + HOUR)
    await reader.read(comment(2, "Топят", noon + 2 * HOUR, by="2"), at=noon + 3 * HOUR)
    await reader.read(CLOSED, at=noon + 4 * HOUR)

    assert await no_reply(reader) == [("1", None, True)]


async def test_an_older_look_does_not_open_what_a_newer_one_saw_closed(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon, by="1"), at=noon + MINUTE)
    await reader.read(CLOSED, at=noon + 2 * HOUR)
    late = Page((replace(CLOSED, comments_closed=False),), None, b"{}", "test")
    await ingest_page(reader.intake, reader.source, late, now=lambda: noon + 3 * HOUR, asked_at=noon + HOUR)

    assert await no_reply(reader) == [("1", noon + 2 * HOUR, False)]


async def test_the_pages_reply_stops_the_clock(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon + MINUTE)

    await reader.read(comment(2, DONE, noon + HOUR, by=PAGE, root=1, reply_to=1), at=noon + 2 * HOUR)

    assert await clock(reader) == ("answered", noon + HOUR, "substantive")


async def test_an_answer_met_before_its_question_counts_from_the_networks_times(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(2, DONE, noon + HOUR, by=PAGE, root=1, reply_to=1), at=noon + 2 * HOUR)

    await reader.read(comment(1, "Холодно!", noon), at=noon + 3 * HOUR)

    assert await clock(reader) == ("answered", noon + HOUR, "substantive")
    (turn,) = await reader.rows("SELECT flags FROM turns")
    assert turn.flags == ["answered_before_detection"]


async def test_a_mention_under_the_same_post_stops_the_clock(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)

    await reader.read(comment(2, DONE, noon + HOUR, by=PAGE, mentions=("1",)), at=noon + HOUR)

    assert (await clock(reader))[1] == noon + HOUR


async def test_an_answer_to_a_neighbour_leaves_the_clock_running(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), comment(2, "И у нас!", noon, by="2", root=1, reply_to=1), at=noon)

    await reader.read(comment(3, DONE, noon + HOUR, by=PAGE, root=1, reply_to=2, mentions=("2",)), at=noon + HOUR)

    assert (await clock(reader, "1"))[0] == "new"
    assert (await clock(reader, "2"))[0] == "answered"


async def test_an_acknowledgement_does_not_stop_the_clock(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    await reader.read(comment(2, ACK, noon + MINUTE, by=PAGE, root=1, reply_to=1), at=noon + HOUR)
    assert (await clock(reader))[0] == "new"

    await reader.read(comment(3, DONE, noon + 3 * HOUR, by=PAGE, root=1, reply_to=1), at=noon + 3 * HOUR)

    assert (await clock(reader))[1] == noon + 3 * HOUR
    (turn,) = await reader.rows("SELECT acked_at FROM turns")
    assert turn.acked_at == noon + MINUTE


async def test_an_unregistered_account_stops_nothing(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)

    await reader.read(comment(2, DONE, noon + HOUR, by="-99", root=1, reply_to=1), at=noon + HOUR)

    assert (await clock(reader))[0] == "new"


async def test_an_account_is_official_only_within_its_dates(reader: Reader, noon: datetime) -> None:
    await register_body(reader, "-99", since=noon - HOUR, until=noon + HOUR)
    await reader.read(comment(1, "Холодно!", noon), at=noon)

    await reader.read(comment(2, DONE, noon + 2 * HOUR, by="-99", root=1, reply_to=1), at=noon + 2 * HOUR)
    assert (await clock(reader))[0] == "new"

    await reader.read(comment(3, DONE, noon + MINUTE, by="-99", root=1, reply_to=1), at=noon + 3 * HOUR)
    assert (await clock(reader))[1] == noon + MINUTE


async def test_an_answer_deleted_at_once_did_not_answer(reader: Reader, noon: datetime) -> None:
    answer = comment(2, DONE, noon + HOUR, by=PAGE, root=1, reply_to=1)
    await reader.read(comment(1, "Холодно!", noon), answer, at=noon + HOUR + MINUTE)

    await reader.read(stub(answer), at=noon + HOUR + 20 * MINUTE)

    assert await clock(reader) == ("in_progress", None, None)


async def test_an_answer_deleted_later_counts_and_is_flagged(reader: Reader, noon: datetime) -> None:
    answer = comment(2, DONE, noon + HOUR, by=PAGE, root=1, reply_to=1)
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    await reader.read(answer, at=noon + HOUR + MINUTE)

    await reader.read(stub(answer), at=noon + 5 * HOUR)

    assert (await clock(reader))[1] == noon + HOUR
    (turn,) = await reader.rows("SELECT flags FROM turns")
    assert turn.flags == ["retracted", "unknown_gap"], "it was last seen a minute after it came"


async def test_an_acknowledgement_edited_into_an_answer_counts_from_the_poll_that_saw_it(reader: Reader, noon: datetime) -> None:
    said = comment(2, ACK, noon + MINUTE, by=PAGE, root=1, reply_to=1)
    await reader.read(comment(1, "Холодно!", noon), said, at=noon + HOUR)

    await reader.read(replace(said, text=DONE), at=noon + 2 * HOUR)

    assert (await clock(reader))[1] == noon + 2 * HOUR


async def test_a_repeat_before_any_answer_stays_in_the_same_turn(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    await reader.read(comment(2, "Всё ещё холодно!", noon + HOUR), at=noon + HOUR)

    (turn,) = await reader.rows("SELECT started_at, repeats FROM turns")

    assert (turn.started_at, turn.repeats) == (noon, 1)
    assert len(await reader.rows("SELECT 1 FROM incidents")) == 1


async def test_a_resident_who_comes_back_opens_a_new_turn(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), comment(2, DONE, noon + HOUR, by=PAGE, root=1, reply_to=1), at=noon + HOUR)

    await reader.read(comment(3, "Опять холодно!", noon + 5 * HOUR), at=noon + 5 * HOUR)

    turns = await reader.rows("SELECT number, started_at, first_answered_at FROM turns ORDER BY number")
    assert [(turn.number, turn.first_answered_at) for turn in turns] == [(1, noon + HOUR), (2, None)]
    (incident,) = await reader.rows("SELECT status, waiting, first_answered_at, first_answer_due_at AS due FROM incidents")
    assert (incident.status, incident.waiting, incident.first_answered_at) == ("in_progress", True, noon + HOUR)
    assert incident.due == noon + 29 * HOUR


async def test_a_question_withdrawn_before_its_deadline_waits_no_longer(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)

    await reader.read(at=noon + HOUR, coverage=whole_thread())

    (incident,) = await reader.rows("SELECT waiting FROM incidents")
    assert not incident.waiting
    (turn,) = await reader.rows("SELECT withdrawn_at FROM turns")
    assert turn.withdrawn_at == noon


async def test_a_late_answer_leaves_the_breach_dated_with_the_deadline(reader: Reader, noon: datetime) -> None:
    answer = comment(2, DONE, noon + 30 * HOUR, by=PAGE, root=1, reply_to=1)
    await reader.read(comment(1, "Холодно!", noon), answer, at=noon + 31 * HOUR)

    (event,) = await reader.rows("SELECT at FROM incident_events WHERE type = 'breached'")

    assert event.at == noon + 24 * HOUR


async def test_the_watcher_marks_each_breach_once_and_dates_it_with_the_deadline(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    database, region_id = reader.intake.database, reader.intake.region_id

    assert await watch_deadlines(database, region_id, now=noon + 23 * HOUR) == 0
    assert await watch_deadlines(database, region_id, now=noon + 26 * HOUR) == 1
    assert await watch_deadlines(database, region_id, now=noon + 27 * HOUR) == 0

    (event,) = await reader.rows("SELECT at, recorded_at FROM incident_events WHERE type = 'breached'")
    assert (event.at, event.recorded_at) == (noon + 24 * HOUR, noon + 26 * HOUR)


async def test_an_official_comment_directly_under_a_residents_post_answers_it(reader: Reader, noon: datetime) -> None:
    await reader.read(post(200, "Не горит фонарь!", noon, by="5"), at=noon)

    await reader.read(comment(9, DONE, noon + HOUR, by=PAGE, under=200), at=noon + HOUR)

    assert (await clock(reader, "5"))[1] == noon + HOUR


def story(noon: datetime) -> list[Message]:
    return [
        comment(1, "Холодно!", noon),
        comment(2, ACK, noon + 5 * MINUTE, by=PAGE, root=1, reply_to=1),
        comment(3, "Ну когда?", noon + HOUR, root=1, reply_to=2),
        comment(4, DONE, noon + 2 * HOUR, by=PAGE, root=1, reply_to=3),
        comment(5, "Опять холодно!", noon + 6 * HOUR),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::13])
async def test_the_clocks_do_not_depend_on_the_order_of_reading(
    database: Database, region_id: RegionId, noon: datetime, order: tuple[int, ...]
) -> None:
    reader = await open_reader(database, region_id, noon - timedelta(days=1))
    messages = story(noon)
    for place in order:
        await reader.read(messages[place], at=noon + 7 * HOUR)

    turns = await reader.rows("SELECT started_at, repeats, acked_at, first_answered_at, due_at FROM turns ORDER BY number")

    assert [tuple(turn) for turn in turns] == [
        (noon, 1, noon + 5 * MINUTE, noon + 2 * HOUR, noon + 24 * HOUR),
        (noon + 6 * HOUR, 0, None, None, noon + 30 * HOUR),
    ]
    (incident,) = await reader.rows("SELECT status, waiting FROM incidents")
    assert incident.waiting
