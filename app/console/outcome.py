"""How an incident stands with its deadline, in a few words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.console.times import Times
from app.domain.incident import IncidentStatus
from app.domain.spoken import roughly
from app.domain.turn import TurnState
from app.storage.incident_details import IncidentDetails

SOON = timedelta(hours=1)
FULL_SOON = timedelta(days=1)
"""Full answers have days, so the last of them is near."""


class Tone(StrEnum):
    """How loud it is said."""

    LATE = "late"
    SOON = "soon"
    CALM = "calm"
    GOOD = "good"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The words, and the moment that they are about."""

    text: str
    tone: Tone
    moment: datetime | None = None


def outcome_of(incident: IncidentDetails, times: Times) -> Outcome:
    """The deadline of what waits, merged or not; how long the answer took, or why there is none, of what does not."""
    if incident.waiting:
        return _waiting(incident.first_answer_due_at, times)
    if incident.status is IncidentStatus.DUPLICATE and incident.turns and incident.turns[-1].waits:
        return _waiting(incident.first_answer_due_at, times)
    seconds = incident.time_to_first_answer_seconds
    if seconds is not None:
        in_time = bool(incident.turns) and incident.turns[-1].state(times.now) is TurnState.ANSWERED_IN_TIME
        return Outcome(f"ответ через {roughly(seconds)}", Tone.GOOD if in_time else Tone.LATE, incident.first_answered_at)
    if incident.status in {IncidentStatus.REJECTED, IncidentStatus.DUPLICATE}:
        return Outcome("ответ не нужен", Tone.QUIET, incident.closed_at)
    if incident.status is IncidentStatus.CLOSED:
        return Outcome("закрыто без ответа", Tone.LATE, incident.closed_at)
    if incident.turns and incident.turns[-1].no_reply_at is not None:
        return Outcome("комментарии закрыты", Tone.QUIET, incident.turns[-1].no_reply_at)
    return Outcome("автор удалил", Tone.QUIET, incident.turns[-1].withdrawn_at if incident.turns else None)


def outcome_of_merged(incident: IncidentDetails, times: Times) -> Outcome | None:
    """The earliest deadline among those that were merged into a waiting incident, where it comes before the incident's own."""
    due = None if incident.merged is None else incident.merged.next_due_at
    own = incident.first_answer_due_at
    return None if due is None or not incident.waiting or (own is not None and own <= due) else _waiting(due, times)


def outcome_of_full(incident: IncidentDetails, times: Times) -> Outcome | None:
    """The deadline of the full answer, while it is owed after an interim one."""
    due_at = incident.substantive_due_at
    if due_at is None or not incident.owes_full_answer():
        return None
    left = due_at - times.now
    tone = Tone.LATE if left < timedelta() else Tone.SOON if left < FULL_SOON else Tone.CALM
    return Outcome(times.due(due_at), tone, due_at)


def _waiting(due_at: datetime | None, times: Times) -> Outcome:
    if due_at is None:
        return Outcome("без срока", Tone.QUIET)
    left = due_at - times.now
    tone = Tone.LATE if left < timedelta() else Tone.SOON if left < SOON else Tone.CALM
    return Outcome(times.due(due_at), tone, due_at)
