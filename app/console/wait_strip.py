"""The parts of a wait as a strip: how much of it passed before we saw the question, on its way to a body, and with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.turn import Turn
from app.domain.wait_parts import Part, PartKind
from app.storage.incident_details import IncidentDetails

WIDTH = 300.0
LEAST = 3.0
"""How wide even the shortest stretch is drawn, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part with the name of the body that had it, and its place in the strip; the last of a wait that goes on is `going`."""

    kind: PartKind
    body: str | None
    length: timedelta
    at: float
    width: float
    going: bool


def strip_of(incident: IncidentDetails, turn: Turn, now: datetime) -> Sequence[Stretch]:
    """The stretches of a turn's wait; none where no answer is owed."""
    parts = incident.parts_of(turn, now)
    found, at = [], 0.0
    for part, width in zip(parts, _widths(parts), strict=True):
        body = None if part.authority_id is None else incident.bodies[part.authority_id]
        found.append(Stretch(part.kind, body, part.length, round(at, 1), round(width, 1), turn.waits and part is parts[-1]))
        at += width
    return found


def _widths(parts: Sequence[Part]) -> list[float]:
    """Widths by length, none below the least, together the whole strip; a part that took no time has none."""
    lengths = [part.length.total_seconds() for part in parts]
    whole = sum(lengths) or 1.0
    widths = [max(WIDTH * length / whole, LEAST) if length else 0.0 for length in lengths]
    shrink = WIDTH / (sum(widths) or WIDTH)
    return [width * shrink for width in widths]
