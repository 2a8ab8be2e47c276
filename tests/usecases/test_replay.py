"""What a replay repeats of an incident's log."""

from app.domain.event import EventType
from app.domain.incident import IncidentStatus, after_reply
from app.usecases.replay import STATUS_AFTER, UNREPEATED

OF_THE_SERVICE = {
    *(EventType.OPENED, EventType.ASKED, EventType.ASK_GONE, EventType.ASK_BACK),
    *(EventType.ANSWERED, EventType.ANSWER_EDITED, EventType.ANSWER_GONE, EventType.ANSWER_BACK, EventType.ANSWER_UNBOUND),
    *(EventType.BREACHED, EventType.SUBSTANTIVE_BREACHED, EventType.POLICY_CHANGED, EventType.MASS_PROPOSED, EventType.ROUTED),
    *(EventType.COMMENTS_CLOSED, EventType.COMMENTS_OPENED),
    *(EventType.REPLY_SENT, EventType.REPLY_FAILED, EventType.REPLY_UNKNOWN),
}


def test_whatever_an_operator_can_leave_in_the_log_is_repeated_or_moves_no_clock() -> None:
    assert set(EventType) - OF_THE_SERVICE == set(STATUS_AFTER) | UNREPEATED
    assert not set(STATUS_AFTER) & UNREPEATED


def test_a_reply_begins_the_work_on_what_nobody_has_begun() -> None:
    assert after_reply(IncidentStatus.NEW) is after_reply(IncidentStatus.ASSIGNED) is IncidentStatus.IN_PROGRESS
    assert after_reply(IncidentStatus.ANSWERED) is IncidentStatus.ANSWERED
