"""The metronome: a duty that takes longer than its beat is neither run twice at once nor warned of at every beat."""

import asyncio
import logging

import pytest
from structlog.testing import capture_logs

from app.jobs import schedule
from app.jobs.schedule import Duty, Watched, make_scheduler, stop_scheduler
from tests.patience import PATIENCE_SECONDS

BEAT = 0.01


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the scheduler and others warned of; that it was heard at all shows from what it tells of its work."""
    assert [record for record in caplog.records if record.name.startswith("apscheduler")]
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_duty_longer_than_its_beat_is_run_once_and_nobody_is_warned(caplog: pytest.LogCaptureFixture) -> None:
    began, beats, may_end, at_once = asyncio.Event(), asyncio.Semaphore(0), asyncio.Event(), [0]

    async def long() -> None:
        at_once[0] += 1
        began.set()
        await may_end.wait()

    async def beat() -> None:
        beats.release()

    scheduler = make_scheduler([Duty("long", BEAT, long), Duty("beat", BEAT, beat)])
    with caplog.at_level(logging.DEBUG, "apscheduler"):
        scheduler.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await began.wait()
            for _ in range(10):
                await beats.acquire()
    scheduler.shutdown(wait=False)
    may_end.set()

    assert at_once == [1]
    assert warnings_of(caplog) == []


async def test_a_duty_that_a_stop_cuts_short_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    scheduler = make_scheduler([Duty("long", BEAT, long)])
    with caplog.at_level(logging.DEBUG, "apscheduler"):
        scheduler.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await began.wait()
            stop_scheduler(scheduler)
            await ended.wait()
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    assert warnings_of(caplog) == []


async def test_a_duty_that_hangs_is_told_of_once_and_runs_again_when_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "TOO_LONG", 0.0)
    may_end, runs = asyncio.Event(), [0]

    async def hang() -> None:
        runs[0] += 1
        await may_end.wait()

    watched = Watched(Duty("hang", BEAT, hang))
    with capture_logs() as logs:
        under_way = asyncio.create_task(watched.run())
        await asyncio.sleep(0)
        for _ in range(3):
            await watched.run()
    may_end.set()
    await under_way
    await watched.run()

    assert [entry["event"] for entry in logs] == ["job takes long"]
    assert runs == [2]


async def test_a_duty_that_grows_dear_is_done_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, runs, costs = [0.0], [], [0.5, 0.5, 0.01, 0.01]
    monkeypatch.setattr(schedule, "perf_counter", lambda: clock[0])

    async def dear() -> None:
        runs.append(beat)
        clock[0] += costs[len(runs) - 1]

    watched = Watched(Duty("dear", 10, dear, share=0.01))
    for beat in range(12):
        clock[0] = max(clock[0], 10.0 * beat)
        await watched.run()

    assert runs == [0, 5, 10, 11], "half a second is a hundredth of fifty; ten milliseconds fit into every beat"


@pytest.mark.parametrize(("error", "is_traced"), [(ConnectionRefusedError("no server"), False), (KeyError("ours"), True)])
async def test_a_database_that_is_away_is_told_in_a_line_and_a_fault_of_ours_with_its_trace(error: Exception, is_traced: bool) -> None:
    async def fail() -> None:
        raise error

    with capture_logs() as logs:
        await Watched(Duty("work", 1, fail)).run()

    assert [(entry["event"], entry["exc_info"], entry.get("reason")) for entry in logs] == [
        ("job failing", is_traced, None if is_traced else "no server")
    ]
