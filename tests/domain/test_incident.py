"""What operators may do with an incident, and how its status follows the conversation."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.answer import Answer, AnswerClass, AnswerVersion, BoundBy
from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput, InvalidTransition, NotPermitted
from app.domain.incident import Incident, IncidentId, IncidentStatus, Step, assign, close, follow, link, merge, reject, reopen, take, unlink
from app.domain.message import MessageId
from app.domain.operator import Operator, OperatorId, Role
from app.domain.turn import Turn
from tests.domain.story import Story, at

NOON = at("12:00")
ANNA = Operator(OperatorId(5), "Анна", Role.COORDINATOR)
VIEWER = Operator(OperatorId(6), "Глеб", Role.VIEWER)
STATUSES = list(IncidentStatus)
ANSWER = Answer(MessageId(7), "-7", None, BoundBy.OPERATOR, (AnswerVersion(AnswerClass.SUBSTANTIVE, "told", NOON),))
Act = Callable[[Incident, Operator], Step]
PARENT = Incident(IncidentId(2), IncidentStatus.NEW, None, None, 1)
ACTS: dict[str, Act] = {
    "take": lambda incident, operator: take(incident, operator, now=NOON),
    "assign": lambda incident, operator: assign(incident, operator, assignee_id=OperatorId(9), authority_id=AuthorityId(2), now=NOON),
    "reject": lambda incident, operator: reject(incident, operator, reason="болтовня", now=NOON),
    "close": lambda incident, operator: close(incident, operator, reason=None, now=NOON),
    "link": lambda incident, operator: link(incident, operator, ANSWER, now=NOON),
    "unlink": lambda incident, operator: unlink(incident, operator, ANSWER.message_id, now=NOON),
    "merge": lambda incident, operator: merge(incident, PARENT, operator, now=NOON),
    "reopen": lambda incident, operator: reopen(incident, operator, reason="ответ не по существу", now=NOON),
}
WORKED_ON = {IncidentStatus.NEW, IncidentStatus.ASSIGNED, IncidentStatus.IN_PROGRESS}
ALLOWED = {
    "take": {IncidentStatus.NEW, IncidentStatus.ASSIGNED},
    "assign": WORKED_ON,
    "reject": WORKED_ON,
    "close": {*WORKED_ON, IncidentStatus.ANSWERED},
    "link": {*WORKED_ON, IncidentStatus.ANSWERED},
    "unlink": {*WORKED_ON, IncidentStatus.ANSWERED},
    "merge": {*WORKED_ON, IncidentStatus.ANSWERED},
    "reopen": {IncidentStatus.ANSWERED, IncidentStatus.CLOSED, IncidentStatus.REJECTED, IncidentStatus.DUPLICATE},
}
LEADS_TO = {
    "take": IncidentStatus.IN_PROGRESS,
    "assign": IncidentStatus.ASSIGNED,
    "reject": IncidentStatus.REJECTED,
    "close": IncidentStatus.CLOSED,
    "merge": IncidentStatus.DUPLICATE,
    "reopen": IncidentStatus.IN_PROGRESS,
}


def incident(status: IncidentStatus) -> Incident:
    return Incident(IncidentId(1), status, None, None, 1)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("act", list(ACTS))
def test_an_act_is_possible_only_from_its_statuses(act: str, status: IncidentStatus) -> None:
    if status in ALLOWED[act]:
        step = ACTS[act](incident(status), ANNA)
        assert (step.status, step.at, step.actor) == (LEADS_TO.get(act, status), NOON, ANNA.id)
        assert step.moves_clock == (act not in LEADS_TO), "its status follows from the turns instead"
    else:
        with pytest.raises(InvalidTransition) as refusal:
            ACTS[act](incident(status), ANNA)
        assert refusal.value.state == status.value


@pytest.mark.parametrize("act", list(ACTS))
def test_a_viewer_may_change_nothing(act: str) -> None:
    for status in STATUSES:
        with pytest.raises(NotPermitted):
            ACTS[act](incident(status), VIEWER)


def test_whoever_takes_an_incident_holds_it() -> None:
    assert ACTS["take"](incident(IncidentStatus.NEW), ANNA).assignee_id == ANNA.id


@pytest.mark.parametrize("status", STATUSES)
def test_nothing_is_merged_into_what_is_rejected_or_a_repetition_itself(status: IncidentStatus) -> None:
    parent = replace(PARENT, status=status)
    if status in {IncidentStatus.REJECTED, IncidentStatus.DUPLICATE}:
        with pytest.raises(InvalidTransition) as refusal:
            merge(incident(IncidentStatus.NEW), parent, ANNA, now=NOON)
        assert refusal.value.key == parent.id
    else:
        assert merge(incident(IncidentStatus.NEW), parent, ANNA, now=NOON).parent_id == parent.id


def test_nothing_is_merged_into_itself() -> None:
    with pytest.raises(InvalidInput):
        merge(incident(IncidentStatus.NEW), incident(IncidentStatus.NEW), ANNA, now=NOON)


def test_a_rejection_says_why_and_by_whom() -> None:
    step = ACTS["reject"](incident(IncidentStatus.NEW), ANNA)

    assert (step.reason, step.actor) == ("болтовня", ANNA.id)


def answered(answer_class: AnswerClass = AnswerClass.SUBSTANTIVE) -> Story:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_says(answer_class, at("11:00"))
    return story


def waiting() -> Story:
    story = Story()
    story.resident_asks(at("10:00"))
    return story


def returning() -> Story:
    story = answered()
    story.resident_asks(at("15:00"))
    return story


NOTHING: tuple[Turn, ...] = ()


def test_an_incident_opens_new_or_answered_as_its_messages_are_found() -> None:
    assert follow(IncidentStatus.NEW, NOTHING, waiting().turns()) is IncidentStatus.NEW
    assert follow(IncidentStatus.NEW, NOTHING, answered().turns()) is IncidentStatus.ANSWERED
    assert follow(IncidentStatus.NEW, NOTHING, returning().turns()) is IncidentStatus.NEW


@pytest.mark.parametrize("status", sorted(WORKED_ON))
@pytest.mark.parametrize("answer_class", [AnswerClass.INTERIM, AnswerClass.SUBSTANTIVE, AnswerClass.REFUSAL_WITH_REASON])
def test_an_answer_answers_an_incident_that_is_worked_on(status: IncidentStatus, answer_class: AnswerClass) -> None:
    assert follow(status, waiting().turns(), answered(answer_class).turns()) is IncidentStatus.ANSWERED


@pytest.mark.parametrize("status", STATUSES)
def test_an_acknowledgement_moves_no_incident_that_waits(status: IncidentStatus) -> None:
    if status is not IncidentStatus.ANSWERED:
        assert follow(status, waiting().turns(), answered(AnswerClass.ACK).turns()) is status


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.REJECTED, IncidentStatus.DUPLICATE])
def test_a_late_answer_leaves_an_ended_incident_ended(status: IncidentStatus) -> None:
    assert follow(status, waiting().turns(), answered().turns()) is status


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (IncidentStatus.ANSWERED, IncidentStatus.IN_PROGRESS),
        (IncidentStatus.CLOSED, IncidentStatus.IN_PROGRESS),
        (IncidentStatus.REJECTED, IncidentStatus.NEW),
        (IncidentStatus.DUPLICATE, IncidentStatus.NEW),
        (IncidentStatus.ASSIGNED, IncidentStatus.ASSIGNED),
    ],
)
def test_a_resident_who_comes_back_reopens_the_incident_whatever_had_ended_it(status: IncidentStatus, then: IncidentStatus) -> None:
    assert follow(status, answered().turns(), returning().turns()) is then


@pytest.mark.parametrize("status", STATUSES)
def test_a_resident_who_came_back_and_was_answered_meanwhile_leaves_the_incident_answered(status: IncidentStatus) -> None:
    story = returning()
    story.page_answers(at("16:00"))

    assert follow(status, answered().turns(), story.turns()) is IncidentStatus.ANSWERED


def test_an_answer_that_vanished_at_once_takes_the_incident_back_to_work() -> None:
    story = waiting()
    answer = story.page_answers(at("11:00"))
    before = story.turns()
    story.answer_is_gone(answer, noticed=at("11:10"))

    assert follow(IncidentStatus.ANSWERED, before, story.turns()) is IncidentStatus.IN_PROGRESS


def test_an_answer_that_an_operator_returned_does_not_answer_again_at_the_next_news() -> None:
    story = answered()
    before = story.turns()
    story.page_acks(at("16:00"))

    assert follow(IncidentStatus.IN_PROGRESS, before, story.turns()) is IncidentStatus.IN_PROGRESS


def test_a_further_answer_after_a_returned_one_answers_the_incident() -> None:
    story = answered()
    before = story.turns()
    story.page_answers(at("16:00"))

    assert follow(IncidentStatus.IN_PROGRESS, before, story.turns()) is IncidentStatus.ANSWERED


def test_a_returned_answer_that_was_put_right_answers_the_incident() -> None:
    story = waiting()
    answer = story.page_promises(at("11:00"))
    before = story.turns()
    story.page_edits(answer, AnswerClass.SUBSTANTIVE, seen=at("16:00"), before=at("15:00"))

    assert follow(IncidentStatus.IN_PROGRESS, before, story.turns()) is IncidentStatus.ANSWERED
