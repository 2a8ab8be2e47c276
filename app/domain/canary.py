"""A canary: a message of our own with a mark, sent through a test page to see how long it takes to the queue."""

import re
from dataclasses import dataclass
from datetime import datetime

from app.domain.detection import Timing

USUAL_TEXT = "Нет воды третий день на Лесной 5, почините, пожалуйста. Когда её включат?"
MARK = re.compile(r"otk-[0-9a-f]{8,32}")
"""What no resident writes and no network rewrites."""


def marked_text(text: str, mark: str) -> str:
    """The text as it is sent."""
    return f"{text.strip()} ({mark})"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A canary as it was stored. `timing` is of the reading that brought it, `None` where none was noted."""

    url: str
    post_id: str
    author_id: str | None
    kind: str | None
    asks: bool
    published_at: datetime
    collected_at: datetime
    timing: Timing | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way: when it was reached, and how many seconds after the one before."""

    name: str
    at: datetime
    seconds: float


def stages(sighting: Sighting, visible_at: datetime) -> list[Stage]:
    """The canary's way from its publication to the queue. A step that lies before the one above it took no time."""
    timing = sighting.timing
    moments: list[tuple[str, datetime]] = [("published", sighting.published_at)]
    if timing is None:
        moments.append(("stored", sighting.collected_at))
    else:
        moments += [("poll due", timing.due_at), ("asked", timing.asked_at), ("read", timing.received_at)]
        moments += [("classified", timing.judged_at), ("stored", timing.stored_at)]
    found, reached = [], sighting.published_at
    for name, at in [*moments, ("in the queue", visible_at)]:
        found.append(Stage(name, max(at, reached), max((at - reached).total_seconds(), 0.0)))
        reached = max(reached, at)
    return found
