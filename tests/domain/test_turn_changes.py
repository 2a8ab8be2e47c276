"""What becomes of a turn when its messages are edited or deleted afterwards."""

from dataclasses import replace
from datetime import UTC

from app.domain.answer import AnswerClass
from app.domain.deadline import SubstantiveTerm
from app.domain.turn import TurnFlag, TurnState
from app.domain.working_time import Calendar
from tests.domain.story import DAY_AND_NIGHT, HOUR, MINUTE, Story, at


def test_an_answer_that_qualified_from_the_start_counts_from_its_publication() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    answer = story.page_answers(at("11:00"))
    story.page_edits(answer, AnswerClass.NONE, seen=at("12:00"), before=at("11:30"))

    turn = story.turn()

    assert turn.time_to_first_answer == HOUR
    assert not turn.flags


def test_an_acknowledgement_edited_into_an_answer_counts_from_the_poll_that_saw_it() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    said = story.page_acks(at("10:05"))
    story.page_edits(said, AnswerClass.SUBSTANTIVE, seen=at("15:00"), before=at("14:00"))

    turn = story.turn()

    assert (turn.acked_at, turn.time_to_first_answer) == (at("10:05"), 5 * HOUR)
    assert turn.flags == {TurnFlag.EDITED_INTO_ANSWER}


def test_a_promise_edited_into_a_report_stops_each_clock_at_its_own_version() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    said = story.page_promises(at("11:00"))
    story.page_edits(said, AnswerClass.SUBSTANTIVE, seen=at("16:00"), before=at("15:00"))

    turn = story.turn()

    assert turn.first is not None
    assert turn.substantive is not None
    assert (turn.first.at, turn.substantive.at) == (at("11:00"), at("16:00"))
    assert not turn.flags


def test_another_answer_before_the_edit_is_the_first() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    said = story.page_acks(at("10:05"))
    answer = story.page_answers(at("12:00"))
    story.page_edits(said, AnswerClass.SUBSTANTIVE, seen=at("15:00"), before=at("14:00"))

    turn = story.turn()

    assert turn.first is not None
    assert turn.first.message_id == answer


def test_a_resident_who_returns_before_the_edit_repeats_and_after_it_asks_anew() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    said = story.page_acks(at("10:05"))
    story.resident_asks(at("14:59"))
    story.page_edits(said, AnswerClass.SUBSTANTIVE, seen=at("15:00"), before=at("14:00"))
    story.resident_asks(at("15:01"))

    first, second = story.turns()

    assert (first.repeats, second.started_at) == (1, at("15:01"))


def test_an_answer_gone_within_half_an_hour_never_answered() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:30"))

    turn = story.turn()

    assert turn.first is None
    assert turn.waits
    assert turn.answers == 0


def test_an_acknowledgement_gone_within_half_an_hour_leaves_no_moment() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_acks(at("10:05")), noticed=at("10:10"))

    assert story.turn().acked_at is None


def test_an_answer_gone_later_counts_is_flagged_and_is_not_among_those_in_time() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:31"))

    turn = story.turn()

    assert turn.time_to_first_answer == HOUR
    assert turn.flags == {TurnFlag.RETRACTED}
    assert turn.state(at("12:00")) is TurnState.ANSWERED_LATE
    assert turn.breached_at(at("12:00", day=9)) is None


def test_a_brief_answer_that_was_replaced_counts_from_its_own_publication() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_answers(at("11:12"))

    turn = story.turn()

    assert turn.time_to_first_answer == HOUR


def test_a_brief_answer_whose_replacement_stands_is_in_time() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_answers(at("11:12"))

    turn = story.turn()

    assert not turn.flags
    assert turn.state(at("12:00")) is TurnState.ANSWERED_IN_TIME


def test_a_brief_answer_whose_replacement_was_taken_back_later_is_retracted() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.answer_is_gone(story.page_answers(at("11:12")), noticed=at("18:00"))

    assert story.turn().flags == {TurnFlag.RETRACTED}


def test_a_brief_answer_is_not_replaced_by_an_acknowledgement() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_acks(at("11:12"))

    assert story.turn().first is None


def test_a_brief_report_replaced_by_a_promise_counts_as_a_promise_only() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_promises(at("11:12"))

    turn = story.turn()

    assert turn.time_to_first_answer == HOUR
    assert turn.substantive is None


def test_a_brief_answer_is_not_replaced_by_what_another_account_said() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_answers(at("11:20"), by="-8")

    assert story.turn().time_to_first_answer == HOUR + 20 * MINUTE


def test_a_brief_answer_is_not_replaced_by_one_more_than_half_an_hour_later() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_answers(at("11:41"))

    assert story.turn().time_to_first_answer == HOUR + 41 * MINUTE


def test_a_chain_of_brief_answers_counts_only_when_its_end_stays() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    for when in ("11:00", "11:05", "11:10"):
        story.answer_is_gone(story.page_answers(at(when)), noticed=at(when) + 3 * MINUTE)
    assert story.turn().first is None

    story.page_answers(at("11:15"))

    assert story.turn().time_to_first_answer == HOUR


def test_the_answer_after_a_brief_one_is_the_first() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.answer_is_gone(story.page_answers(at("11:00")), noticed=at("11:10"))
    story.page_answers(at("15:00"))

    assert story.turn().time_to_first_answer == 5 * HOUR


def test_a_question_deleted_before_its_deadline_is_withdrawn_at_the_last_poll_that_saw_it() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("15:00"), last_seen=at("14:00"))

    turn = story.turn()

    assert turn.withdrawn_at == at("14:00")
    assert turn.state(at("10:00", day=9)) is TurnState.WITHDRAWN
    assert turn.breached_at(at("10:00", day=9)) is None
    assert not turn.waits


def test_a_question_deleted_after_its_deadline_keeps_its_breach() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("11:00", day=2))

    turn = story.turn()

    assert turn.state(at("10:00", day=9)) is TurnState.UNANSWERED_OVERDUE
    assert turn.breached_at(at("10:00", day=9)) == at("10:00", day=2)


def test_a_question_deleted_after_its_answer_keeps_the_answer() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.page_answers(at("11:00"))
    story.question_is_gone(question, noticed=at("15:00"))

    turn = story.turn()

    assert (turn.withdrawn_at, turn.time_to_first_answer) == (None, HOUR)


def test_a_late_answer_to_a_withdrawn_question_stops_no_clock() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("11:00"))
    story.page_answers(at("16:00", day=3))

    turn = story.turn()

    assert (turn.first, turn.substantive) == (None, None)
    assert turn.state(at("17:00", day=3)) is TurnState.WITHDRAWN


def test_an_answer_after_the_question_was_taken_back_counts_no_more_for_being_soon() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("11:00"), last_seen=at("10:30"))
    story.page_answers(at("12:00"))

    turn = story.turn()

    assert (turn.withdrawn_at, turn.first) == (at("10:30"), None)
    assert turn.state(at("10:00", day=9)) is TurnState.WITHDRAWN


def test_an_answer_that_the_reading_finds_which_misses_the_question_counts() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("12:00"), last_seen=at("10:30"))
    story.page_answers(at("12:00"))

    turn = story.turn()

    assert (turn.withdrawn_at, turn.time_to_first_answer) == (None, 2 * HOUR)


def test_a_full_answer_after_the_question_was_taken_back_misses_no_second_deadline() -> None:
    story = Story(policy=replace(DAY_AND_NIGHT, substantive=SubstantiveTerm(1, Calendar("test", UTC))))
    question = story.resident_asks(at("10:00"))
    story.page_promises(at("11:00"))
    story.question_is_gone(question, noticed=at("12:00"))
    story.page_answers(at("12:00", day=7))

    turn = story.turn()

    assert (turn.substantive_due_at, turn.substantive_breached_at(at("12:00", day=9))) == (None, None)


def test_a_question_that_was_dismissed_takes_no_answer_away_from_another() -> None:
    """It came between the two, or was seen before the first of them."""
    story = Story()
    story.resident_asks(at("10:00"))
    story.operator_dismisses(story.resident_asks(at("11:00")))
    story.resident_asks(at("12:00"))
    story.page_answers(at("13:00"))

    owed, dismissed = story.turns()

    assert (owed.time_to_first_answer, owed.repeats) == (3 * HOUR, 1)
    assert dismissed.state(at("14:00")) is TurnState.NOT_REQUIRED


def test_a_repeat_that_stands_keeps_the_question_alive() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.resident_asks(at("11:00"))
    story.question_is_gone(question, noticed=at("12:00"))

    turn = story.turn()

    assert (turn.started_at, turn.withdrawn_at) == (at("10:00"), None)


def test_a_question_posted_again_before_its_deadline_keeps_its_clock() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("11:00"))
    story.resident_asks(at("12:00"))

    turn = story.turn()

    assert (turn.started_at, turn.repeats, turn.withdrawn_at) == (at("10:00"), 1, None)


def test_a_new_question_days_after_a_withdrawn_one_is_not_overdue_at_once() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("11:00"))
    story.resident_asks(at("10:00", day=6))

    first, second = story.turns()

    assert first.state(at("12:00", day=6)) is TurnState.WITHDRAWN
    assert second.state(at("12:00", day=6)) is TurnState.OPEN


def test_a_question_that_was_breached_before_it_vanished_goes_on_when_it_is_asked_again() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("12:00", day=2))
    story.resident_asks(at("13:00", day=2))
    story.page_answers(at("14:00", day=2))

    turn = story.turn()

    assert turn.time_to_first_answer == 28 * HOUR
