"""What the rooms of polling share: walls are polled, counters looked at and threads read each on its own (decision 14)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.detection import Timing
from app.domain.polling.intervals import PollBounds
from app.domain.source import Source
from app.storage import threads
from app.storage.polling import leases, polls
from app.storage.polling.polls import WallClaim
from app.storage.polling.readings import ReadingClaim
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.judge_page import Intake
from app.usecases.note_detection import note_detection, published_in
from app.usecases.note_missed import note_missed
from app.usecases.plan_polls import Planner
from app.usecases.plan_threads import ThreadPlanner
from connectors.sdk.contract import Connector, Page, Wall


@dataclass(frozen=True, slots=True)
class Polling:
    """What polling works with. `connector_for` raises `AuthenticationFailed` for a network without a usable credential.

    `on_page` hears of every page taken in.
    """

    intake: Intake
    worker: str
    bounds: PollBounds
    backfill: timedelta
    now: Callable[[], datetime]
    connector_for: Callable[[str], Connector]
    on_page: Callable[[Source, Intaken], None]
    networks: tuple[str, ...]
    planner: Planner
    thread_planner: ThreadPlanner = field(default_factory=ThreadPlanner)


def wall_of(source: Source) -> Wall:
    """A source's wall as its connector knows it."""
    return Wall(source.network, source.external_id)


async def take_in(
    polling: Polling, claim: WallClaim | ReadingClaim, page: Page, *, asked_at: datetime, thread: str | None = None
) -> Intaken:
    """Stores a page and, under the claim and in the same transaction, where reading its wall or the `thread` goes on."""

    async def save_checkpoint(session: AsyncSession) -> None:
        if page.checkpoint is not None and thread is not None:
            await threads.save_cursor(session, polling.intake.region_id, source.id, thread, page.checkpoint)
        elif page.checkpoint is not None:
            await polls.save_cursor(session, source.id, page.checkpoint)
        await leases.hold(session, claim.lease, now=polling.now())

    source, received_at, judged_at = claim.source, polling.now(), [polling.now()]

    def judged() -> datetime:
        judged_at[0] = polling.now()
        return judged_at[0]

    taken = await ingest_page(polling.intake, source, page, now=judged, asked_at=asked_at, save_checkpoint=save_checkpoint)
    timing = Timing(claim.due_at, asked_at, received_at, judged_at[0], polling.now())
    published = published_in(taken, judged_at[0], since=claim.watched_since)
    await note_detection(polling.intake, source, timing, published, posts_per_day=claim.posts_per_day)
    polling.on_page(source, taken)
    await note_missed(polling.intake, claim, taken, now=polling.now())
    return taken
