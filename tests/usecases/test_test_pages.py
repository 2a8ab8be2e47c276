"""A test page is read like any other page, and what is asked there is nobody's work and in nobody's figures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.detection import USUAL_BUDGETS, Timing
from app.domain.errors import InvalidInput
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.jobs.poll_runner import count_page
from app.storage import detections, metric_samples, queue, queue_counts, sources, statistics, surges, tellings
from app.storage.detections import LagGroup
from app.storage.queue import QueueFilter
from app.storage.statistics import GroupBy
from app.telemetry.metrics import DETECTION_LAG, FIRST_ANSWER
from app.usecases.change_source import SourceChange, change_source
from app.usecases.ingest_page import Intaken
from app.usecases.note_detection import note_detection
from app.usecases.watch_detection import watch_detection
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)


@pytest.fixture
async def tested(reader: Reader, noon: datetime) -> Reader:
    """The reader of the page, flagged as test; its own question has been read."""
    async with reader.intake.database.write() as session:
        region_id = reader.intake.region_id
        change = SourceChange(official=False, test=True)
        await change_source(session, region_id, reader.source.id, change, version=None, now=noon - HOUR)
        await session.execute(text("DELETE FROM official_accounts"))
        source = (await sources.get(session, region_id, reader.source.id)).source
    made = replace(reader, source=source)
    await made.read(comment(1, "Когда включат воду?", noon, by=PAGE), at=noon)
    return made


async def shown(reader: Reader, wanted: QueueFilter, now: datetime) -> Sequence[IncidentId]:
    async with reader.intake.database.read() as session:
        due = await queue.by_due(session, reader.intake.region_id, wanted, after=None, limit=10, now=now)
        newest = await queue.by_published(session, reader.intake.region_id, wanted, after=None, limit=10, now=now)
    assert {one.id for one in due} == {one.id for one in newest}
    return [one.id for one in due]


async def test_what_a_test_page_asks_in_its_own_name_opens_an_incident_that_stands_in_no_queue(tested: Reader, noon: datetime) -> None:
    (incident,) = await tested.rows("SELECT id, waiting FROM incidents")

    assert incident.waiting
    assert await shown(tested, QueueFilter(), noon) == []
    assert await shown(tested, QueueFilter(source_id=tested.source.id), noon) == []
    assert await shown(tested, QueueFilter(of_test_pages=True), noon) == [incident.id]


async def test_incidents_of_test_pages_are_in_no_count_statistics_or_comparison(tested: Reader, noon: datetime) -> None:
    region_id, later = tested.intake.region_id, noon + timedelta(days=2)
    async with tested.intake.database.read() as session:
        counts = await queue_counts.count(session, region_id, OperatorId(1), sure_from=1.0, now=later)
        waiting, overdue = await metric_samples.measure_queue(session, region_id, now=later)
        since, until = noon - HOUR, later
        compared = await tellings.between(session, region_id, since=since, until=until, limit=10)
        figures = await statistics.waits(session, region_id, since=since, until=until, group_by=GroupBy.SOURCE, now=later)

        assert (sum(counts.by_status.values()), counts.overdue, counts.unsure) == (0, 0, 0)
        assert (waiting, [sample.value for sample in overdue]) == ([], [0])
        assert (figures, compared) == ([], {})
        assert await surges.written(session, region_id, since=since, until=until) == {}


async def test_a_test_page_has_no_part_in_lags_and_alarms(tested: Reader, noon: datetime) -> None:
    intake, late = tested.intake, noon + 3 * HOUR
    before = DETECTION_LAG.labels("vk", "third_party")._sum.get()
    await note_detection(intake, tested.source, Timing(late, late, late, late, late), [noon] * 100)
    async with intake.database.write() as session:
        gone_silent = "UPDATE poll_states SET rate = 50, last_found_at = :long_ago, known_until = :now, last_success_at = :now"
        await session.execute(text(gone_silent), {"long_ago": noon - timedelta(days=30), "now": late})

    await watch_detection(intake.database, intake.region_id, USUAL_BUDGETS, {}, now=late + HOUR)

    assert await tested.rows("SELECT kind FROM alarms") == []
    assert [len(row.published) for row in await tested.rows("SELECT published FROM detections")] == [100]
    assert DETECTION_LAG.labels("vk", "third_party")._sum.get() == before
    async with intake.database.read() as session:
        since, until = noon, late + HOUR
        assert (
            await detections.figures(session, intake.region_id, since=since, until=until, group_by=LagGroup.CLASS, budgets=USUAL_BUDGETS)
            == []
        )


def test_a_first_answer_on_a_test_page_is_not_measured(tested: Reader) -> None:
    before = FIRST_ANSWER._sum.get()

    count_page(tested.source, Intaken(first_answer_seconds=(60.0,)))

    assert FIRST_ANSWER._sum.get() == before


async def test_a_page_that_is_a_test_no_more_counts_with_what_was_asked_there(tested: Reader, noon: datetime) -> None:
    async with tested.intake.database.write() as session:
        await change_source(session, tested.intake.region_id, tested.source.id, SourceChange(test=False), version=None, now=noon)

    assert len(await shown(tested, QueueFilter(), noon)) == 1


async def test_a_page_that_speaks_for_an_authority_is_no_test_page(reader: Reader, noon: datetime) -> None:
    async with reader.intake.database.write() as session:
        with pytest.raises(InvalidInput, match="speaks for an authority"):
            await change_source(session, reader.intake.region_id, reader.source.id, SourceChange(test=True), version=None, now=noon)
