"""Counts what polling found of a pushed page that should have been pushed before: the measure of how far push can be relied on."""

from datetime import datetime

from app.domain.push_channel import count_missed
from app.storage import push_channels, pushed_events
from app.storage.polling.polls import WallClaim
from app.storage.polling.readings import ReadingClaim
from app.telemetry.metrics import PUSH_MISSED
from app.usecases.ingest_page import Intaken
from app.usecases.judge_page import Intake


async def note_missed(intake: Intake, claim: WallClaim | ReadingClaim, taken: Intaken, *, now: datetime) -> None:
    """Counts the news of a polled page that push has missed. While events wait to be taken in, nobody can say what it has."""
    if claim.pushed_since is None:
        return
    missed = count_missed(taken.lags, claim.pushed_since, now=now)
    if not missed:
        return
    async with intake.database.write() as session:
        if await pushed_events.count_waiting(session, claim.source.id):
            return
        await push_channels.note_missed(session, claim.source.id, missed, now=now)
    PUSH_MISSED.labels(claim.source.network).inc(missed)
