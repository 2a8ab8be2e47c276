"""Taking one's own last step back."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.authority import AuthorityId
from app.domain.errors import InvalidTransition, NotPermitted
from app.domain.event import Event, EventType
from app.domain.incident import Incident, IncidentId, IncidentStatus, after, assign, close, reject, reopen, take
from app.domain.operator import Operator, OperatorId, Role
from app.domain.undo import UNDOABLE, Signed, stood, undo
from tests.domain.story import at

ANNA = Operator(OperatorId(5), "Анна", Role.COORDINATOR)
BORIS = Operator(OperatorId(6), "Борис", Role.OPERATOR)
VERA = Operator(OperatorId(7), "Вера", Role.VIEWER)
NEW = Incident(IncidentId(1), IncidentStatus.NEW, AuthorityId(4), None, 1)
STEPS = {
    "take": lambda incident, now: take(incident, ANNA, now=now),
    "assign": lambda incident, now: assign(incident, ANNA, assignee_id=BORIS.id, authority_id=AuthorityId(9), now=now),
    "reject": lambda incident, now: reject(incident, ANNA, reason="Реклама", now=now),
    "close": lambda incident, now: close(incident, ANNA, reason=None, now=now),
    "reopen": lambda incident, now: reopen(incident, ANNA, reason=None, now=now),
}


def after_steps(*names: str) -> tuple[Incident, list[Signed], list[datetime]]:
    """How an incident stands after Anna's steps, one an hour from noon on, with its log; `undo` takes back the one before."""
    incident, log, moments = NEW, list[Signed](), list[datetime]()
    for hour, name in enumerate(names, start=12):
        moments.append(at(f"{hour}:00"))
        step = undo(incident, ANNA, log, now=moments[-1]) if name == "undo" else STEPS[name](incident, moments[-1])
        before = {"before": stood(incident)} if step.type in UNDOABLE else {}
        log.append((Event(EventType(step.type), step.at, dict(step.about) | before), step.actor))
        incident = after(incident, step)
    return incident, log, moments


@pytest.mark.parametrize("name", ["take", "assign", "reject", "close"])
def test_an_incident_stands_again_as_it_stood(name: str) -> None:
    incident, log, _ = after_steps(name)
    undone = undo(incident, ANNA, log, now=at("15:00"))

    assert replace(after(incident, undone), version=1) == NEW
    assert undone.handed_at is None


def test_what_was_in_somebody_s_hands_is_there_again_and_since_then() -> None:
    incident, log, moments = after_steps("take", "assign")
    undone = undo(incident, ANNA, log, now=at("15:00"))

    assert (undone.status, undone.assignee_id, undone.authority_id) == (IncidentStatus.IN_PROGRESS, ANNA.id, AuthorityId(4))
    assert undone.handed_at == moments[0]


def test_a_step_that_was_taken_back_hands_nothing_over() -> None:
    incident, log, _ = after_steps("take", "undo", "close")
    assert undo(incident, ANNA, log, now=at("16:00")).handed_at is None


@pytest.mark.parametrize(("operator", "names"), [(BORIS, ["take"]), (ANNA, []), (ANNA, ["close", "reopen"]), (ANNA, ["take", "undo"])])
def test_only_one_s_own_last_step_is_taken_back(operator: Operator, names: list[str]) -> None:
    incident, log, _ = after_steps(*names)
    with pytest.raises(InvalidTransition, match="cannot be undone"):
        undo(incident, operator, log, now=at("15:00"))


def test_what_nobody_did_stands_in_nobody_s_way() -> None:
    incident, log, _ = after_steps("take")
    breached = [*log, (Event(EventType.BREACHED, at("12:30"), {"turn": 1}), None)]
    answered = [*log, (Event(EventType.ANSWERED, at("12:30"), {}), None)]

    assert undo(incident, ANNA, breached, now=at("15:00")).status is IncidentStatus.NEW
    with pytest.raises(InvalidTransition):
        undo(incident, ANNA, answered, now=at("15:00"))


def test_who_may_not_work_takes_nothing_back() -> None:
    with pytest.raises(NotPermitted):
        undo(NEW, VERA, [], now=at("15:00"))
