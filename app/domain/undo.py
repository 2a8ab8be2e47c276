"""Taking back one's own last step: the incident stands again as it stood before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.errors import InvalidTransition
from app.domain.event import Event, EventType
from app.domain.incident import Incident, IncidentStatus, Step
from app.domain.operator import Act, Operator, OperatorId

UNDOABLE = frozenset({EventType.TAKEN, EventType.ASSIGNED, EventType.REJECTED, EventType.CLOSED})
"""The steps that can be taken back; the log keeps how the incident stood `before` each of them."""
ASIDE = frozenset({EventType.BREACHED, EventType.SUBSTANTIVE_BREACHED, EventType.POLICY_CHANGED, EventType.MASS_PROPOSED})
"""Entries that change nothing of how an incident stands."""
HANDOVERS = frozenset({EventType.TAKEN, EventType.ASSIGNED})

Signed = tuple[Event, OperatorId | None]
"""An entry of the log, and whose step it was."""


def stood(incident: Incident) -> dict[str, Any]:
    """How an incident stands, as the log of an undoable step holds it."""
    return {"status": incident.status.value, "assignee_id": incident.assignee_id, "authority_id": incident.authority_id}


def last_step(operator: Operator, log: Sequence[Signed]) -> Event | None:
    """The step of the operator's that nothing has come after but what nobody did."""
    event, actor = next((one for one in reversed(log) if one[0].type not in ASIDE), (None, None))
    is_own = event is not None and actor == operator.id and event.type in UNDOABLE and "before" in event.data
    return event if is_own else None


def undo(incident: Incident, operator: Operator, log: Sequence[Signed], *, now: datetime) -> Step:
    """The step that takes the operator's last one back; `InvalidTransition` when it was somebody else's, or something has come after it."""
    operator.must(Act.WORK)
    taken = last_step(operator, log)
    if taken is None:
        raise InvalidTransition("incident", incident.id, incident.status.value, "undone")
    before = taken.data["before"]
    handed_at = _handed_at(log, taken)
    return Step(
        "undone",
        IncidentStatus(before["status"]),
        now,
        operator.id,
        assignee_id=before["assignee_id"],
        authority_id=before["authority_id"],
        about={"undoes": taken.type.value, "status": before["status"], "handed_at": None if handed_at is None else handed_at.isoformat()},
        restores=True,
        handed_at=handed_at,
    )


def _handed_at(log: Sequence[Signed], taken: Event) -> datetime | None:
    """When the incident came into the hands in which it lay before the step."""
    moments: list[datetime] = []
    for event, _ in log:
        if event is taken:
            break
        if event.type in HANDOVERS:
            moments.append(event.at)
        elif event.type is EventType.UNDONE and event.data["undoes"] in HANDOVERS:
            moments.pop()
    return moments[-1] if moments else None
