"""When the clocks of a question start and stop, and how its turns follow each other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answer import AnswerClass
from app.domain.turn import TurnFlag, TurnState
from tests.domain.story import DAY_AND_NIGHT, HOUR, MINUTE, Story, at


def test_the_first_answer_stops_the_clock_that_the_question_started() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    answer = story.page_answers(at("11:30"))

    turn = story.turn()

    assert turn.first is not None
    assert (turn.first.message_id, turn.time_to_first_answer) == (answer, timedelta(hours=1, minutes=30))
    assert turn.state(at("12:00")) is TurnState.ANSWERED_IN_TIME


def test_a_question_without_an_answer_is_open_until_its_deadline_and_overdue_after_it() -> None:
    story = Story()
    story.resident_asks(at("10:00"))

    turn = story.turn()

    assert turn.state(at("10:00", day=2)) is TurnState.OPEN
    assert turn.state(at("10:01", day=2)) is TurnState.UNANSWERED_OVERDUE
    assert turn.waits


def test_an_answer_at_the_very_deadline_is_in_time() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_answers(at("10:00", day=2))

    turn = story.turn()

    assert turn.state(at("10:00", day=9)) is TurnState.ANSWERED_IN_TIME
    assert turn.breached_at(at("10:00", day=9)) is None


def test_a_late_answer_does_not_hide_its_breach() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_answers(at("16:00", day=3))

    turn = story.turn()

    assert turn.state(at("17:00", day=3)) is TurnState.ANSWERED_LATE
    assert turn.breached_at(at("17:00", day=3)) == at("10:00", day=2)


def test_nobody_waits_once_comments_are_closed() -> None:
    story = Story(comments_closed_at=at("12:00"))
    story.resident_asks(at("10:00"))

    turn = story.turn()

    assert (turn.no_reply_at, turn.waits) == (at("12:00"), False)
    assert turn.state(at("10:00", day=9)) is TurnState.NO_REPLY_CHANNEL
    assert turn.breached_at(at("10:00", day=9)) is None


@pytest.mark.parametrize("answered", ["11:00", "13:00"])
def test_an_answer_counts_whether_comments_were_closed_after_it_or_before(answered: str) -> None:
    story = Story(comments_closed_at=at("12:00"))
    story.resident_asks(at("10:00"))
    story.page_answers(at(answered))

    turn = story.turn()

    assert (turn.no_reply_at, turn.state(at("15:00"))) == (None, TurnState.ANSWERED_IN_TIME)


def test_a_deadline_missed_before_comments_were_closed_stays_missed() -> None:
    story = Story(comments_closed_at=at("10:01", day=2))
    story.resident_asks(at("10:00"))

    turn = story.turn()

    assert (turn.no_reply_at, turn.breached_at(at("12:00", day=2))) == (None, at("10:00", day=2))


def test_who_asks_after_comments_are_said_to_be_closed_could_be_answered_as_well() -> None:
    story = Story(comments_closed_at=at("12:00"))
    story.resident_asks(at("10:00"))
    story.resident_asks(at("12:01"))

    assert story.turn().waits


def test_an_edit_between_two_readings_around_the_deadline_may_have_been_in_time() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    answer = story.page_acks(at("11:00"))
    story.page_edits(answer, AnswerClass.SUBSTANTIVE, seen=at("11:00", day=2), before=at("9:00", day=2))

    turn = story.turn()

    assert turn.state(at("12:00", day=2)) is TurnState.ANSWERED_LATE
    assert TurnFlag.UNKNOWN_GAP in turn.flags


@pytest.mark.parametrize(("last_seen", "is_unknown"), [("11:20", True), ("11:31", False)])
def test_an_answer_that_vanished_in_a_gap_may_have_been_gone_too_soon(last_seen: str, is_unknown: bool) -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    answer = story.page_answers(at("11:00"))
    story.answer_is_gone(answer, at("11:40"), last_seen=at(last_seen))

    assert (TurnFlag.UNKNOWN_GAP in story.turn().flags) is is_unknown


@pytest.mark.parametrize(("last_seen", "is_unknown"), [("9:00", True), ("10:30", False)])
def test_a_question_that_vanished_in_a_gap_may_have_been_withdrawn_before_its_deadline(last_seen: str, is_unknown: bool) -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, at("11:00", day=2), last_seen=at(last_seen, day=2))

    turn = story.turn()

    assert turn.breached_at(at("12:00", day=2)) == at("10:00", day=2)
    assert (TurnFlag.UNKNOWN_GAP in turn.flags) is is_unknown


def test_an_acknowledgement_is_kept_as_a_moment_and_stops_nothing() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_acks(at("10:05"))

    turn = story.turn()

    assert (turn.acked_at, turn.first) == (at("10:05"), None)
    assert turn.waits


def test_an_acknowledgement_stops_the_clock_where_the_policy_says_so() -> None:
    story = Story(policy=replace(DAY_AND_NIGHT, ack_stops=True))
    story.resident_asks(at("10:00"))
    story.page_acks(at("10:05"))
    story.page_answers(at("11:00"))

    turn = story.turn()

    assert turn.time_to_first_answer == 5 * MINUTE
    assert turn.substantive is not None
    assert turn.substantive.at == at("11:00")


def test_a_move_to_private_messages_is_kept_as_a_moment_and_stops_nothing() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_says(AnswerClass.MOVED_TO_PRIVATE, at("10:20"))

    turn = story.turn()

    assert (turn.moved_to_private_at, turn.first) == (at("10:20"), None)


@pytest.mark.parametrize("answer_class", [AnswerClass.AUTO, AnswerClass.NONE])
def test_a_machine_or_an_empty_text_never_stops_the_clock(answer_class: AnswerClass) -> None:
    story = Story(policy=replace(DAY_AND_NIGHT, ack_stops=True))
    story.resident_asks(at("10:00"))
    story.page_says(answer_class, at("10:00") + MINUTE)

    assert story.turn().first is None


def test_an_interim_answer_stops_the_first_clock_but_not_the_second() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_promises(at("11:00"))
    story.page_answers(at("15:00", day=4))

    turn = story.turn()

    assert turn.first is not None
    assert turn.substantive is not None
    assert (turn.first.at, turn.first.answer_class) == (at("11:00"), AnswerClass.INTERIM)
    assert turn.substantive.at == at("15:00", day=4)


def test_a_refusal_with_its_reason_stops_both_clocks() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_refuses(at("11:00"))

    turn = story.turn()

    assert turn.first == turn.substantive
    assert turn.first is not None


def test_an_official_text_older_than_the_question_does_not_answer_it() -> None:
    story = Story()
    story.page_answers(at("09:00"))
    story.resident_asks(at("10:00"))

    assert story.turn().first is None


def test_a_question_met_after_its_answer_counts_by_the_networks_times_and_is_flagged() -> None:
    story = Story()
    story.resident_asks(at("10:00"), collected=at("14:00"))
    story.page_answers(at("11:00"))

    turn = story.turn()

    assert turn.time_to_first_answer == HOUR
    assert turn.flags == {TurnFlag.ANSWERED_BEFORE_DETECTION}


def test_a_gap_in_polling_leaves_the_times_exact() -> None:
    story = Story()
    story.resident_asks(at("10:00"), collected=at("10:00", day=8))
    story.page_promises(at("12:00"))
    story.page_answers(at("09:00", day=2))

    turn = story.turn()

    assert turn.time_to_first_answer == 2 * HOUR
    assert turn.state(at("10:00", day=8)) is TurnState.ANSWERED_IN_TIME


def test_a_question_from_before_the_watch_that_is_asked_again_under_it_gets_a_deadline() -> None:
    story = Story(watched_since=at("12:00"))
    story.resident_asks(at("10:00"))
    story.resident_asks(at("13:00"))

    before, after = story.turns()

    assert (before.due_at, before.started_at) == (None, at("10:00"))
    assert (after.due_at, after.repeats) == (at("13:00", day=2), 0)


def test_a_question_older_than_the_watch_of_its_page_has_no_deadline() -> None:
    story = Story(watched_since=at("12:00"))
    story.resident_asks(at("11:59"), collected=at("12:01"))
    story.page_answers(at("13:00", day=5))

    turn = story.turn()

    assert turn.due_at is None
    assert turn.state(at("13:00", day=6)) is TurnState.PRE_OBSERVED
    assert turn.breached_at(at("13:00", day=6)) is None


def test_a_question_reclassified_as_a_complaint_counts_from_its_publication() -> None:
    story = Story()
    story.resident_asks(at("10:00"), collected=at("20:00"))

    turn = story.turn()

    assert (turn.started_at, turn.due_at) == (at("10:00"), at("10:00", day=2))


def test_a_dismissed_question_is_not_required_and_breaches_nothing() -> None:
    story = Story()
    story.operator_dismisses(story.resident_asks(at("10:00")))

    turn = story.turn()

    assert turn.state(at("10:00", day=9)) is TurnState.NOT_REQUIRED
    assert turn.breached_at(at("10:00", day=9)) is None
    assert not turn.waits


def test_repeats_before_an_answer_stay_in_the_turn_and_are_counted() -> None:
    story = Story()
    first = story.resident_asks(at("10:00"))
    story.resident_asks(at("12:00"))
    story.resident_asks(at("15:00"))
    story.page_answers(at("16:00"))

    turn = story.turn()

    assert (turn.question_id, turn.repeats, turn.time_to_first_answer) == (first, 2, 6 * HOUR)


def test_a_repeat_after_an_interim_answer_stays_in_the_turn() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_promises(at("11:00"))
    story.resident_asks(at("12:00"))

    turn = story.turn()

    assert (turn.repeats, turn.time_to_first_answer) == (1, HOUR)


def test_a_repeat_that_turned_urgent_brings_the_deadline_forward() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.resident_asks(at("12:00"), urgent=True)

    turn = story.turn()

    assert (turn.urgent, turn.due_at) == (True, at("16:00"))


def test_an_urgent_repeat_never_puts_a_deadline_off() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.resident_asks(at("09:00", day=2), urgent=True)

    assert story.turn().due_at == at("10:00", day=2)


def test_a_resident_who_returns_after_a_substantive_answer_opens_a_turn_of_their_own() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_answers(at("11:00"))
    story.resident_asks(at("18:00", day=2))
    story.page_answers(at("20:00", day=2))

    first, second = story.turns()

    assert (first.time_to_first_answer, second.time_to_first_answer) == (HOUR, 2 * HOUR)
    assert (first.repeats, second.repeats, second.number) == (0, 0, 2)


def test_a_new_turn_leaves_the_turn_before_untouched() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_acks(at("10:10"))
    story.page_answers(at("11:00"))
    (before,) = story.turns()

    story.resident_asks(at("12:00"))
    story.page_acks(at("12:10"))
    story.page_answers(at("13:00"))

    assert story.turns()[0] == before


def test_an_answer_in_the_same_second_as_the_next_question_belongs_to_the_turn_before() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_answers(at("11:00"))
    story.page_refuses(at("12:00"))
    story.resident_asks(at("12:00"))

    first, second = story.turns()

    assert first.answers == 2
    assert second.first is None


def test_a_question_after_a_dismissed_one_opens_a_turn() -> None:
    story = Story()
    story.operator_dismisses(story.resident_asks(at("10:00")))
    story.resident_asks(at("12:00"))

    first, second = story.turns()

    assert first.state(at("13:00")) is TurnState.NOT_REQUIRED
    assert (second.state(at("13:00")), second.started_at) == (TurnState.OPEN, at("12:00"))


def test_another_policy_judges_the_same_answer_by_another_deadline() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.page_answers(at("20:00"))
    lenient = story.turn()

    story.policy = replace(DAY_AND_NIGHT, threshold=8 * HOUR)
    strict = story.turn()

    assert lenient.first == strict.first
    assert lenient.state(at("21:00")) is TurnState.ANSWERED_IN_TIME
    assert strict.state(at("21:00")) is TurnState.ANSWERED_LATE
