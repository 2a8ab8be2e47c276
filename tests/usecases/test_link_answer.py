"""An operator says what is an answer to the resident and what is not; the clocks follow, and no reading takes the word back."""

from datetime import datetime, timedelta

import pytest

from app.domain.errors import InvalidInput, InvalidTransition, NotFound, NotPermitted, StaleVersion
from app.domain.incident import IncidentId
from app.domain.message import MessageId
from app.domain.operator import Operator, OperatorId, Role
from app.usecases.close_incident import close_incident
from app.usecases.link_answer import link_answer, unlink_answer
from app.usecases.rebuild_statistics import rebuild_statistics
from connectors.sdk.contract import Message
from tests.usecases.reading import PAGE, Reader, comment, post, whole_thread
from tests.usecases.work import Desk, open_desk

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DONE = "Добрый день. Аварийная бригада устранила утечку, отопление восстановлено."
ACK = "Здравствуйте! Спасибо за обращение, уточним информацию."


def to_neighbour(noon: datetime, said: str = DONE) -> Message:
    """What the page says to a neighbour of the resident an hour after noon."""
    return comment(3, said, noon + HOUR, by=PAGE, root=2, reply_to=2, mentions=("2",))


async def settle(reader: Reader, noon: datetime, said: str = DONE) -> Desk:
    """A complaint of noon, and an answer to a neighbour who wrote no complaint."""
    await reader.read(comment(1, "Холодно!", noon), comment(2, "и у нас", noon, by="2"), at=noon)
    await reader.read(to_neighbour(noon, said), at=noon + HOUR)
    return await open_desk(reader, noon)


async def number_of(reader: Reader, comment_id: str) -> MessageId:
    (row,) = await reader.rows("SELECT id FROM messages WHERE comment_id = :id", id=comment_id)
    return MessageId(row.id)


async def link(desk: Desk, message: MessageId, now: datetime, *, by: Operator | None = None, version: int | None = None) -> None:
    async with desk.database.write() as session:
        await link_answer(session, desk.region_id, desk.incident_id, by or desk.anna, message, version=version, now=now)


async def unlink(desk: Desk, message: MessageId, now: datetime, *, by: Operator | None = None) -> None:
    async with desk.database.write() as session:
        await unlink_answer(session, desk.region_id, desk.incident_id, by or desk.anna, message, version=None, now=now)


async def clock(desk: Desk) -> tuple[str, datetime | None, list[str]]:
    """The status, the moment of the first answer, and by what the answers are bound."""
    details = await desk.details()
    return details.status, details.first_answered_at, [answer.bound_by for answer in details.answers]


async def differences(desk: Desk, now: datetime) -> list[object]:
    """What `otklik rebuild-statistics --check` finds."""
    checks = rebuild_statistics(desk.database, desk.region_id, check_only=True, now=now)
    return [difference async for one in checks for difference in one.differences]


async def test_a_linked_message_stops_the_clock_at_its_own_time_and_reading_again_keeps_it(reader: Reader, noon: datetime) -> None:
    desk = await settle(reader, noon)
    assert await clock(desk) == ("new", None, [])

    await link(desk, await number_of(reader, "3"), noon + 3 * HOUR)
    linked = await clock(desk)
    thread = (post(100, "Пуск тепла", noon - HOUR), comment(1, "Холодно!", noon), comment(2, "и у нас", noon, by="2"))
    await reader.read(*thread, to_neighbour(noon), comment(4, "Спасибо", noon + 4 * HOUR), at=noon + 4 * HOUR)

    assert linked == await clock(desk) == ("answered", noon + HOUR, ["operator"])
    assert await desk.log() == ["opened", "answer_linked"]
    assert await differences(desk, noon + 5 * HOUR) == []


async def test_an_unlinked_message_starts_the_clock_again_and_is_bound_by_no_reading(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    said = comment(2, DONE, noon + HOUR, by=PAGE, root=1, reply_to=1)
    await reader.read(said, at=noon + HOUR)
    desk = await open_desk(reader, noon)
    answer = await number_of(reader, "2")

    await unlink(desk, answer, noon + 2 * HOUR)
    refused = await clock(desk)
    await reader.read(said, comment(3, "Холодно же!", noon + 3 * HOUR), at=noon + 3 * HOUR)
    await reader.read(comment(2, DONE + " Извините.", noon + HOUR, by=PAGE, root=1, reply_to=1), at=noon + 4 * HOUR)

    assert refused == await clock(desk) == ("in_progress", None, [])
    assert await differences(desk, noon + 4 * HOUR) == []
    details = await desk.details()
    assert (details.waiting, len(details.turns), details.turns[0].repeats) == (True, 1, 1)

    await link(desk, answer, noon + 5 * HOUR)
    assert await clock(desk) == ("in_progress", noon + HOUR, ["operator"])
    assert len((await desk.details()).turns) == 2, "the second asking is a question of its own, which waits"
    assert await differences(desk, noon + 5 * HOUR) == []


async def test_an_answer_refused_after_the_deadline_leaves_a_breach(reader: Reader, noon: datetime) -> None:
    desk = await settle(reader, noon)
    message = await number_of(reader, "3")
    await link(desk, message, noon + 2 * HOUR)

    await unlink(desk, message, noon + 30 * HOUR)

    assert await desk.log() == ["opened", "answer_linked", "answer_unlinked", "breached"]
    assert await differences(desk, noon + 30 * HOUR) == []


async def test_edits_and_the_deletion_of_a_linked_message_are_seen(reader: Reader, noon: datetime) -> None:
    desk = await settle(reader, noon, ACK)
    await link(desk, await number_of(reader, "3"), noon + 2 * HOUR)
    assert (await clock(desk))[:2] == ("new", None), "an acknowledgement is kept, and stops nothing"

    await reader.read(to_neighbour(noon), at=noon + 3 * HOUR)
    assert (await clock(desk))[:2] == ("answered", noon + 3 * HOUR)
    await reader.read(post(100, "Пуск тепла", noon - HOUR), comment(1, "Холодно!", noon), at=noon + 5 * HOUR, coverage=whole_thread())

    (turn,) = (await desk.details()).turns
    assert "retracted" in turn.flags
    assert await desk.log() == ["opened", "answer_linked", "answer_edited", "answer_gone"]
    assert await differences(desk, noon + 5 * HOUR) == []


async def test_only_an_official_comment_of_the_thread_can_be_linked_and_only_once(reader: Reader, noon: datetime) -> None:
    desk = await settle(reader, noon)
    await reader.read(comment(7, DONE, noon + HOUR, by=PAGE, under=200), comment(8, ACK, noon - MINUTE, by=PAGE), at=noon + HOUR)
    wrong = [await number_of(reader, one) for one in ("1", "2", "7", "8")]
    linked = await number_of(reader, "3")
    await link(desk, linked, noon + 2 * HOUR)

    for message in (*wrong, linked, MessageId(10**9)):
        with pytest.raises(InvalidInput):
            await link(desk, message, noon + 2 * HOUR)
    with pytest.raises(NotFound):
        await unlink(desk, wrong[0], noon + 2 * HOUR)
    assert await desk.log() == ["opened", "answer_linked"]


async def test_a_word_on_answers_takes_a_version_a_right_and_an_incident_in_work(reader: Reader, noon: datetime) -> None:
    desk, guest = await settle(reader, noon), Operator(OperatorId(1), "Гость", Role.VIEWER)
    message = await number_of(reader, "3")
    with pytest.raises(NotPermitted):
        await link(desk, message, noon + 2 * HOUR, by=guest)
    with pytest.raises(NotPermitted):
        await unlink(desk, message, noon + 2 * HOUR, by=guest)
    with pytest.raises(StaleVersion):
        await link(desk, message, noon + 2 * HOUR, version=9)
    with pytest.raises(NotFound):
        async with desk.database.write() as session:
            await link_answer(session, desk.region_id, IncidentId(10**9), desk.anna, message, version=None, now=noon)

    async with desk.database.write() as session:
        await close_incident(session, desk.region_id, desk.incident_id, desk.anna, reason=None, version=None, now=noon + 2 * HOUR)
    with pytest.raises(InvalidTransition):
        await link(desk, message, noon + 3 * HOUR)
