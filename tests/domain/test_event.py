"""The log of an incident: folding it gives the facts, and news lead from what it knows to what was seen."""

import json
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given

from app.domain.answer import AnswerClass, BoundBy
from app.domain.event import Event, EventType, Facts, breaches, fold, marked, news, opened, turns_from, write_answer, write_ask
from app.domain.message import Commenting, MessageId
from app.domain.turn import TurnState
from tests.domain.histories import histories
from tests.domain.story import DAY_AND_NIGHT, FIRST_DAY, HOUR, Story, at


def written(found: Sequence[Facts]) -> list[Event]:
    """The log of a conversation that was looked at once after another, as the database gives it back."""
    log = [opened(found[0], at=FIRST_DAY, policy_id=1)]
    for seen in found[1:]:
        log += news(fold(log), seen)
    return [replace(event, data=json.loads(json.dumps(event.data))) for event in log]


@given(histories())
def test_a_log_adds_up_to_what_was_seen_last(found: list[Facts]) -> None:
    assert fold(written(found)) == replace(found[-1], opened_under=DAY_AND_NIGHT.id)


@given(histories())
def test_what_is_known_already_is_no_news(found: list[Facts]) -> None:
    assert news(fold(written(found)), found[-1]) == []


@given(histories())
def test_looking_seldom_or_often_gives_the_same_clocks(found: list[Facts]) -> None:
    often, once = fold(written(found)), fold(written([found[-1]]))

    assert turns_from(often, policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY) == turns_from(
        once, policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY
    )


def test_what_an_operator_linked_stays_linked_and_goes_on_being_edited() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    log = [opened(story.facts(), at=at("10:01"))]
    asked = story.facts()
    said = story.page_acks(at("10:30"))
    by_word = replace(story.facts().answers[said], bound_by=BoundBy.OPERATOR)
    log.append(Event(EventType.ANSWER_LINKED, at("11:00"), write_answer(by_word)))
    known = fold(log)

    assert (set(known.linked), dict(known.answers)) == ({said}, {said: by_word})
    assert news(known, asked) == [], "a reading that does not see it says nothing of it"
    story.page_edits(said, AnswerClass.SUBSTANTIVE, seen=at("14:00"), before=at("13:00"))
    story.answer_is_gone(said, noticed=at("16:00"))
    assert [event.type for event in news(known, story.facts())] == [EventType.ANSWER_EDITED, EventType.ANSWER_GONE]


def test_what_an_operator_refused_is_bound_by_no_reading_until_it_is_linked() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    said = story.page_answers(at("10:30"))
    log = [opened(story.facts(), at=at("10:31")), Event(EventType.ANSWER_UNLINKED, at("11:00"), {"message": said})]

    assert (dict(fold(log).answers), set(fold(log).refused)) == ({}, {said})
    assert news(fold(log), story.facts()) == []
    by_word = replace(story.facts().answers[said], bound_by=BoundBy.OPERATOR)
    again = fold([*log, Event(EventType.ANSWER_LINKED, at("12:00"), write_answer(by_word))])
    assert (again.answers, again.refused) == ({said: by_word}, frozenset())


def test_operators_steps_change_no_clock() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    log = [opened(story.facts(), at=at("10:01"))]
    steps = [Event(kind, at("11:00")) for kind in (EventType.TAKEN, EventType.ASSIGNED, EventType.CLOSED, EventType.BREACHED)]

    taken = fold([*log, *steps])
    assert taken == replace(story.facts(), handed_over_at=at("11:00"))
    assert turns_from(taken, policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY) == story.turns()


def test_a_transfer_between_bodies_never_resets_the_residents_clock() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    log = [opened(story.facts(), at=at("10:01")), Event(EventType.ASSIGNED, at("15:00"), {"authority_id": 3})]

    (turn,) = turns_from(fold(log), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY)

    assert (turn.started_at, turn.due_at) == (at("10:00"), at("10:00", day=2))


def test_news_are_dated_with_what_happened_and_not_with_its_discovery() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    known = story.facts()
    answer = story.page_acks(at("10:30"))
    story.page_edits(answer, AnswerClass.SUBSTANTIVE, seen=at("14:00"), before=at("13:00"))
    story.answer_is_gone(answer, noticed=at("16:00"))

    (answered,) = news(known, story.facts())

    assert (answered.type, answered.at) == (EventType.ANSWERED, at("10:30"))


def test_an_edit_and_a_deletion_of_a_known_answer_are_news_of_their_own() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    answer = story.page_acks(at("10:30"))
    known = story.facts()
    story.page_edits(answer, AnswerClass.SUBSTANTIVE, seen=at("14:00"), before=at("13:00"))
    story.answer_is_gone(answer, noticed=at("16:00"))

    happened = news(known, story.facts())

    assert [(event.type, event.at) for event in happened] == [
        (EventType.ANSWER_EDITED, at("14:00")),
        (EventType.ANSWER_GONE, at("16:00")),
    ]


def test_what_was_judged_once_stays_judged() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    answer = story.page_acks(at("10:30"))
    known = story.facts()
    rejudged = replace(known.answers[answer], versions=tuple(replace(v, rule="newer") for v in known.answers[answer].versions))

    assert news(known, replace(known, answers={answer: rejudged})) == []


def test_an_answer_linked_by_an_operator_outlives_the_next_poll() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    seen = story.facts()
    answer = story.page_answers(at("11:00"))
    linked = replace(story.facts().answers[answer], bound_by=BoundBy.OPERATOR)

    assert news(replace(seen, answers={answer: linked}), seen) == []


def test_an_answer_that_no_longer_speaks_to_the_resident_is_unbound() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    seen = story.facts()
    answer = story.page_answers(at("11:00"))

    assert news(story.facts(), seen) == [Event(EventType.ANSWER_UNBOUND, at("11:00"), {"message": answer})]


def test_a_question_that_vanished_twice_is_gone_since_the_second_time() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    story.question_is_gone(question, noticed=at("11:00"))
    log = [opened(story.facts(), at=at("11:00"))]
    story.question_is_gone(question, noticed=at("15:00"))

    log += news(fold(log), story.facts())

    assert fold(log) == story.facts()


def test_a_rejection_speaks_of_an_older_question_that_was_found_after_another_had_been_rejected() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    story.resident_asks(at("11:00"))
    older, newer = story.facts().asks.values()
    log = [opened(Facts({newer.message_id: newer}), at=at("11:05")), Event(EventType.REJECTED, at("12:00"))]
    log += [Event(EventType.ASKED, older.published_at, write_ask(older))]
    before = turns_from(fold(log), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY)

    after = turns_from(fold([*log, Event(EventType.REJECTED, at("13:00"))]), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY)

    assert [turn.waits for turn in before] == [True, False]
    assert [turn.state(at("12:00", day=9)) for turn in after] == [TurnState.NOT_REQUIRED]


class TestRejected:
    """An operator who says that nobody owes an answer."""

    def turns(self, story: Story, *events: Event) -> list[TurnState]:
        log = [opened(story.facts(), at=at("09:00")), *events]
        found = turns_from(fold(log), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY)
        return [turn.state(at("12:00", day=9)) for turn in found]

    def test_the_question_is_not_required(self) -> None:
        story = Story()
        story.resident_asks(at("10:00"))

        assert self.turns(story, Event(EventType.REJECTED, at("12:00"))) == [TurnState.NOT_REQUIRED]

    def test_a_turn_that_was_answered_before_keeps_its_figures(self) -> None:
        story = Story()
        story.resident_asks(at("10:00"))
        story.page_answers(at("10:00", day=3))
        story.resident_asks(at("12:00", day=4))

        states = self.turns(story, Event(EventType.REJECTED, at("13:00", day=4)))

        assert states == [TurnState.ANSWERED_LATE, TurnState.NOT_REQUIRED]

    def test_reopening_starts_the_old_clock_again(self) -> None:
        story = Story()
        story.resident_asks(at("10:00"))

        states = self.turns(story, Event(EventType.REJECTED, at("12:00")), Event(EventType.REOPENED, at("13:00")))

        assert states == [TurnState.UNANSWERED_OVERDUE]

    def test_reopening_leaves_what_was_dismissed_before_alone(self) -> None:
        story = Story()
        story.resident_asks(at("10:00"))
        log = [opened(story.facts(), at=at("10:01")), Event(EventType.REJECTED, at("11:00"))]
        story.resident_asks(at("12:00", day=4))
        log += news(fold(log), story.facts())
        log += [Event(EventType.CLOSED, at("13:00", day=4)), Event(EventType.REOPENED, at("14:00", day=4))]

        first, second = turns_from(fold(log), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY)

        assert first.state(at("15:00", day=4)) is TurnState.NOT_REQUIRED
        assert second.state(at("15:00", day=4)) is TurnState.OPEN


def test_a_breach_is_dated_with_its_deadline_and_marked_once() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    (turn,) = story.turns()

    found = breaches([turn], (), now=at("23:00", day=2))

    assert found == [Event(EventType.BREACHED, at("10:00", day=2), {"turn": 1})]
    assert breaches([turn], marked(found), now=at("23:30", day=2)) == []


def test_nothing_is_breached_before_its_time() -> None:
    story = Story()
    story.resident_asks(at("10:00"))

    assert breaches(story.turns(), (), now=at("10:00", day=2)) == []


def test_facts_start_empty() -> None:
    assert fold([]) == Facts()
    assert turns_from(Facts(), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY) == ()


def test_the_log_tells_when_comments_were_closed_and_opened_again() -> None:
    story = Story()
    story.resident_asks(at("10:00"))
    log, facts = [opened(story.facts(), at=at("10:01"))], story.facts()

    for commenting in (Commenting(True, at("11:00")), Commenting(True, at("11:30")), None, Commenting(False, at("12:00"))):
        log += news(fold(log), replace(facts, commenting=commenting))

    assert log[1:] == [Event(EventType.COMMENTS_CLOSED, at("11:00")), Event(EventType.COMMENTS_OPENED, at("12:00"))]
    assert fold(log[:2]).comments_closed_at == at("11:00")
    assert fold(log).comments_closed_at is None
    closed = opened(replace(facts, commenting=Commenting(True, at("9:00"))), at=at("10:01"))
    assert fold([closed]).comments_closed_at == at("9:00")


def test_a_question_that_became_urgent_brings_its_deadline_forward() -> None:
    story = Story()
    question = story.resident_asks(at("10:00"))
    log = [opened(story.facts(), at=at("10:01"))]
    urgent = {MessageId(question): replace(story.facts().asks[question], urgent=True)}

    log += news(fold(log), Facts(urgent))

    (turn,) = turns_from(fold(log), policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY)
    assert turn.due_at == at("10:00") + 4 * HOUR


def test_a_rejection_that_is_undone_gives_back_what_it_took_and_nothing_before_it() -> None:
    story = Story()
    first = story.resident_asks(at("09:00"))
    log = [opened(story.facts(), at=at("09:05")), Event(EventType.REJECTED, at("10:00"))]
    again = story.resident_asks(at("09:00", day=3))
    log += [*news(fold(log), story.facts()), Event(EventType.REJECTED, at("10:00", day=3))]
    log.append(Event(EventType.UNDONE, at("10:01", day=3), {"undoes": "rejected", "status": "new", "handed_at": None}))

    assert {key: ask.dismissed for key, ask in fold(log).asks.items()} == {first: True, again: False}
