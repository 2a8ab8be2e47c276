"""What an operator may do with an incident, and how its status follows the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from app.domain.answer import Answer
from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput, InvalidTransition
from app.domain.event import write_answer
from app.domain.message import MessageId
from app.domain.operator import Act, Operator, OperatorId
from app.domain.turn import Turn
from app.domain.word import Word

IncidentId = NewType("IncidentId", int)


class IncidentStatus(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


WAITING = frozenset({IncidentStatus.NEW, IncidentStatus.ASSIGNED, IncidentStatus.IN_PROGRESS})
CLOSABLE = WAITING | {IncidentStatus.ANSWERED}
ENDED = frozenset({IncidentStatus.CLOSED, IncidentStatus.REJECTED, IncidentStatus.DUPLICATE})
PARENTS = CLOSABLE | {IncidentStatus.CLOSED}
"""What another incident may be merged into."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as the rules need it; `parent_id` is the one that it was merged into."""

    id: IncidentId
    status: IncidentStatus
    authority_id: AuthorityId | None
    assignee_id: OperatorId | None
    version: int
    parent_id: IncidentId | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What an operator's decision changes; `None` leaves a field as it was, but for `parent_id`: only a merged incident has one.

    `about` is what the log says of the step beside that. A step that `moves_clock` leaves the status to follow from the turns.
    One that `restores` puts back who had the incident and since when (`handed_at`), nobody too.
    """

    type: str
    status: IncidentStatus
    at: datetime
    actor: OperatorId
    assignee_id: OperatorId | None = None
    authority_id: AuthorityId | None = None
    reason: str | None = None
    parent_id: IncidentId | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    moves_clock: bool = False
    restores: bool = False
    handed_at: datetime | None = None


def take(incident: Incident, operator: Operator, *, now: datetime) -> Step:
    """The step that puts a new or assigned incident into the operator's hands."""
    operator.must(Act.WORK)
    _require(incident, {IncidentStatus.NEW, IncidentStatus.ASSIGNED}, "taken")
    return Step("taken", IncidentStatus.IN_PROGRESS, now, operator.id, assignee_id=operator.id)


def assign(
    incident: Incident, operator: Operator, *, assignee_id: OperatorId | None, authority_id: AuthorityId | None, now: datetime
) -> Step:
    """The step that hands a waiting incident to an operator, an authority or both; the resident's clock never resets."""
    operator.must(Act.ASSIGN)
    _require(incident, WAITING, "assigned")
    return Step("assigned", IncidentStatus.ASSIGNED, now, operator.id, assignee_id=assignee_id, authority_id=authority_id)


def correct(incident: Incident, operator: Operator, word: Word, *, message: int, now: datetime) -> Step:
    """The step that takes a person's word for what an incident is; where it lies in the queue stays."""
    operator.must(Act.WORK)
    _require(incident, CLOSABLE, "corrected")
    about = {"message": message, **word.as_data()}
    return Step("verdict_corrected", incident.status, now, operator.id, assignee_id=incident.assignee_id, about=about)


def reply(incident: Incident, operator: Operator, *, reply: int, now: datetime) -> Step:
    """The step that leaves a reply to be published; who answers works on it. The clock stops when the answer is seen on the page."""
    operator.must(Act.WORK)
    _require(incident, CLOSABLE, "replied to")
    status = after_reply(incident.status)
    assignee = incident.assignee_id if status is incident.status else operator.id
    return Step("reply_written", status, now, operator.id, assignee_id=assignee, about={"reply": reply})


def after_reply(status: IncidentStatus) -> IncidentStatus:
    """The status of an incident to which somebody has written a reply."""
    return IncidentStatus.IN_PROGRESS if status in {IncidentStatus.NEW, IncidentStatus.ASSIGNED} else status


def link(incident: Incident, operator: Operator, answer: Answer, *, now: datetime) -> Step:
    """The step that counts an official message as an answer to the resident, at its own time."""
    operator.must(Act.WORK)
    _require(incident, CLOSABLE, "given an answer")
    return Step("answer_linked", incident.status, now, operator.id, about=write_answer(answer), moves_clock=True)


def unlink(incident: Incident, operator: Operator, message_id: MessageId, *, now: datetime) -> Step:
    """The step that says that an official message answers somebody else; no reading binds it to the resident again."""
    operator.must(Act.WORK)
    _require(incident, CLOSABLE, "relieved of an answer")
    return Step("answer_unlinked", incident.status, now, operator.id, about={"message": message_id}, moves_clock=True)


def withdraw_reply(incident: Incident, operator: Operator, *, reply: int, now: datetime) -> Step:
    """The step that takes back a reply that no worker has sent yet."""
    operator.must(Act.WORK)
    about = {"reply": reply}
    return Step("reply_withdrawn", incident.status, now, operator.id, incident.assignee_id, parent_id=incident.parent_id, about=about)


def reject(incident: Incident, operator: Operator, *, reason: str, now: datetime) -> Step:
    """The step that says that nobody owes an answer, and why."""
    operator.must(Act.WORK)
    _require(incident, WAITING, "rejected")
    return Step("rejected", IncidentStatus.REJECTED, now, operator.id, reason=reason)


def close(incident: Incident, operator: Operator, *, reason: str | None, now: datetime) -> Step:
    """The step that ends the work. Closing does not stop the clock: only an official answer does."""
    operator.must(Act.WORK)
    _require(incident, CLOSABLE, "closed")
    return Step("closed", IncidentStatus.CLOSED, now, operator.id, reason=reason)


def merge(incident: Incident, parent: Incident, operator: Operator, *, now: datetime) -> Step:
    """The step that puts a repetition under the incident that it repeats; `InvalidInput` when that is itself.

    Its clock goes on: an answer counts where its author sees it.
    """
    operator.must(Act.WORK)
    if incident.id == parent.id:
        raise InvalidInput("parent_id", "An incident cannot be merged into itself.")
    _require(incident, CLOSABLE, "merged")
    _require(parent, PARENTS, "merged into")
    return Step("merged", IncidentStatus.DUPLICATE, now, operator.id, parent_id=parent.id)


def reopen(incident: Incident, operator: Operator, *, reason: str | None, now: datetime) -> Step:
    """The step that takes an ended or answered incident back to work."""
    operator.must(Act.WORK)
    _require(incident, ENDED | {IncidentStatus.ANSWERED}, "reopened")
    return Step("reopened", IncidentStatus.IN_PROGRESS, now, operator.id, assignee_id=incident.assignee_id, reason=reason)


def after(incident: Incident, step: Step) -> Incident:
    """The incident after a step, whose version is the next."""
    return replace(
        incident,
        status=step.status,
        assignee_id=step.assignee_id or (None if step.restores else incident.assignee_id),
        authority_id=step.authority_id or (None if step.restores else incident.authority_id),
        version=incident.version + 1,
        parent_id=step.parent_id,
    )


def follow(status: IncidentStatus, before: tuple[Turn, ...], after: tuple[Turn, ...]) -> IncidentStatus:
    """The status after the conversation moved from one set of turns to another.

    A new answer answers the incident; a resident who comes back reopens it, whatever had ended it; an answer that vanished
    before it could be read takes the incident back to work. An answer that an operator returned does not count again.
    """
    came_back, current = len(after) > len(before) > 0, after[-1]
    if current.first is not None:
        known = before[-1].answers if len(before) == len(after) else 0
        is_answered = came_back or (status in WAITING and current.answers > known)
        return IncidentStatus.ANSWERED if is_answered else status
    if came_back and status in {IncidentStatus.REJECTED, IncidentStatus.DUPLICATE}:
        return IncidentStatus.NEW
    if status is IncidentStatus.ANSWERED or (came_back and status is IncidentStatus.CLOSED):
        return IncidentStatus.IN_PROGRESS
    return status


def _require(incident: Incident, allowed: set[IncidentStatus] | frozenset[IncidentStatus], step: str) -> None:
    if incident.status not in allowed:
        raise InvalidTransition("incident", incident.id, incident.status.value, step)
