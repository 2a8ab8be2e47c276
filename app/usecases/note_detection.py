"""Records how soon new messages were seen, and of what their wait was made."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.detection import Timing, class_of, parts_of
from app.domain.source import Source
from app.storage import detections
from app.telemetry.metrics import DETECTION_LAG, DETECTION_PART
from app.usecases.ingest_page import Intaken
from app.usecases.judge_page import Intake


def published_in(taken: Intaken, judged_at: datetime, *, since: datetime | None) -> list[datetime]:
    """When the new messages of a page were published; what is older than the watch (or all, before it has begun) is left out."""
    moments = (judged_at - timedelta(seconds=lag) for lag in taken.lags)
    return [moment for moment in moments if since is not None and moment >= since]


async def note_detection(
    intake: Intake, source: Source, timing: Timing, published: Sequence[datetime], *, posts_per_day: float | None = None
) -> None:
    """Stores the moments of a page that brought news, and counts them unless they are a test."""
    if not published:
        return
    async with intake.database.write() as session:
        await detections.add(session, intake.region_id, source.id, timing, published)
    if source.test:
        return
    page = class_of(official=source.official, posts_per_day=posts_per_day)
    for moment in published:
        parts = parts_of(moment, timing)
        DETECTION_LAG.labels(source.network, page.value).observe(parts.total)
        for part, seconds in parts.by_name().items():
            DETECTION_PART.labels(source.network, part).observe(seconds)
