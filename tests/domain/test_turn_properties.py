"""What holds for the clocks of every conversation, whatever its shape."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.answer import Answer, AnswerClass, AnswerVersion, BoundBy
from app.domain.deadline import Policy, PolicyId, SubstantiveTerm, Terms
from app.domain.event import Facts, turns_from
from app.domain.message import Ask, MessageId
from app.domain.turn import Turn, TurnState, turns_of
from app.domain.working_time import Calendar
from tests.domain.histories import FIRST_ANSWER_ID, answers, asks, classes, conversations, moments, stays
from tests.domain.story import DAY, DAY_AND_NIGHT, FIRST_DAY, HOUR

LENIENT = replace(DAY_AND_NIGHT, ack_stops=True, threshold=5 * HOUR)
FULL = replace(DAY_AND_NIGHT, substantive=SubstantiveTerm(2, Calendar("test", UTC)))
LATER = replace(FULL, id=PolicyId(2), threshold=9 * HOUR, ack_stops=True, active_from=FIRST_DAY + DAY, rejudges=True)
policies = st.sampled_from([DAY_AND_NIGHT, LENIENT, FULL])
watches = st.sampled_from([FIRST_DAY - DAY, FIRST_DAY + DAY])


def turns(facts: Facts) -> tuple[Turn, ...]:
    """The turns around the clock on a page that has always been watched."""
    return turns_from(facts, policy=DAY_AND_NIGHT, monitored_since=FIRST_DAY - DAY)


def with_answer(facts: Facts, answer: Answer) -> Facts:
    return replace(facts, answers={**facts.answers, answer.message_id: answer})


def with_ask(facts: Facts, ask: Ask) -> Facts:
    return replace(facts, asks={**facts.asks, ask.message_id: ask})


@given(conversations(), policies, watches, st.randoms(use_true_random=False))
def test_the_clocks_do_not_depend_on_the_order_of_facts(facts: Facts, policy: Policy, since: datetime, order: Random) -> None:
    asked, said = list(facts.asks.values()), list(facts.answers.values())
    order.shuffle(asked)
    order.shuffle(said)

    found = turns_of(asked, said, Terms(policy, since, later=(LATER,)))
    assert found == turns_from(facts, policy=policy, monitored_since=since, later=[LATER])
    for turn in found:
        assert turn.due_at is None or turn.policy_id == policy.id or turn.due_at >= LATER.active_from
        assert turn.substantive_due_at is None or turn.first is not None
        assert not turn.owes_substantive or (turn.substantive is None and not turn.waits)


@given(conversations(), policies, watches)
def test_every_question_belongs_to_one_turn_and_turns_follow_each_other(facts: Facts, policy: Policy, since: datetime) -> None:
    found = turns_from(facts, policy=policy, monitored_since=since)

    assert sum(1 + turn.repeats for turn in found) == len(facts.asks)
    assert [turn.number for turn in found] == list(range(1, len(found) + 1))
    assert [turn.started_at for turn in found] == sorted(turn.started_at for turn in found)
    assert found[0].started_at == min(ask.published_at for ask in facts.asks.values())


@given(conversations(), policies, watches)
def test_an_answer_is_never_older_than_its_question(facts: Facts, policy: Policy, since: datetime) -> None:
    for turn in turns_from(facts, policy=policy, monitored_since=since):
        assert turn.first is None or turn.first.at > turn.started_at
        assert turn.substantive is None or (turn.first is not None and turn.substantive.at >= turn.first.at)


@given(conversations(lasting=True), classes, stays)
def test_an_answer_after_the_first_never_changes_the_first(facts: Facts, answer_class: AnswerClass, wait: timedelta) -> None:
    first = turns(facts)[0].first
    assume(first is not None)
    assert first is not None
    later = AnswerVersion(answer_class, "drawn", first.at + wait)
    added = Answer(MessageId(FIRST_ANSWER_ID + 50), "-7", None, BoundBy.REPLY_TO, (later,))

    assert turns(with_answer(facts, added))[0].first == first


@given(conversations(), answers(FIRST_ANSWER_ID + 50, lasting=True))
def test_an_answer_that_lasts_never_makes_a_wait_longer(facts: Facts, added: Answer) -> None:
    before, after = turns(facts)[0], turns(with_answer(facts, added))[0]
    assume(before.first is not None)

    assert after.first is not None
    assert before.first is not None
    assert after.first.at <= before.first.at


@given(conversations(), asks(50))
def test_a_repeat_never_moves_the_start_and_never_puts_the_deadline_off(facts: Facts, repeat: Ask) -> None:
    before = turns(facts)[0]
    assume(repeat.published_at > before.started_at)

    after = turns(with_ask(facts, repeat))[0]

    assert (after.started_at, after.question_id) == (before.started_at, before.question_id)
    assert after.due_at is not None
    assert before.due_at is not None
    assert after.due_at <= before.due_at


@given(conversations(), policies, watches, moments, st.integers(0, 10_000))
def test_as_time_goes_by_an_open_turn_may_only_become_overdue(
    facts: Facts, policy: Policy, since: datetime, now: datetime, later: int
) -> None:
    for turn in turns_from(facts, policy=policy, monitored_since=since):
        earlier_state, later_state = turn.state(now), turn.state(now + timedelta(minutes=later))
        went_overdue = (earlier_state, later_state) == (TurnState.OPEN, TurnState.UNANSWERED_OVERDUE)
        assert later_state is earlier_state or went_overdue


@given(conversations(), policies, watches, moments, st.integers(0, 10_000))
def test_a_breach_once_seen_stays_and_keeps_its_date(facts: Facts, policy: Policy, since: datetime, now: datetime, later: int) -> None:
    for turn in turns_from(facts, policy=policy, monitored_since=since):
        breached_at = turn.breached_at(now)
        assert breached_at in {None, turn.due_at}
        assert breached_at is None or turn.breached_at(now + timedelta(minutes=later)) == breached_at


@given(conversations(), policies, watches, moments)
def test_an_overdue_turn_is_a_breached_one(facts: Facts, policy: Policy, since: datetime, now: datetime) -> None:
    for turn in turns_from(facts, policy=policy, monitored_since=since):
        if turn.state(now) is TurnState.UNANSWERED_OVERDUE:
            assert turn.breached_at(now) == turn.due_at
