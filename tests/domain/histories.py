"""Conversations of any shape: facts as a poll may find them, and the next poll, and the next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from app.domain.answer import Answer, AnswerClass, AnswerVersion, BoundBy
from app.domain.event import Facts
from app.domain.message import Ask, MessageId, Presence
from tests.domain.story import FIRST_DAY, MINUTE

FIRST_ANSWER_ID = 100
ACCOUNTS = ("-7", "-8")
WITHIN = timedelta(days=3) // MINUTE

moments = st.integers(0, WITHIN).map(lambda minutes: FIRST_DAY + minutes * MINUTE)
stays = st.integers(1, 120).map(lambda minutes: minutes * MINUTE)
classes = st.sampled_from(AnswerClass)


def versions(published_at: datetime, found: Sequence[tuple[AnswerClass, timedelta]]) -> Iterator[AnswerVersion]:
    """A first version and its edits, each seen some time after the one before."""
    at = published_at
    for index, (answer_class, later) in enumerate(found):
        before, at = at, at + later if index else at
        yield AnswerVersion(answer_class, "drawn", at, before if index else None)


@st.composite
def presences(draw: st.DrawFn, published_at: datetime) -> Presence | None:
    """A deletion some time after the publication, or none."""
    if not draw(st.booleans()):
        return None
    last_seen_at = published_at + draw(stays)
    return Presence(last_seen_at, last_seen_at + draw(stays))


@st.composite
def asks(draw: st.DrawFn, message: int) -> Ask:
    """A resident's question."""
    published_at = draw(moments)
    return Ask(MessageId(message), published_at, published_at + draw(stays), draw(st.booleans()), draw(presences(published_at)))


@st.composite
def answers(draw: st.DrawFn, message: int, *, lasting: bool = False) -> Answer:
    """An official text of any class with up to two edits."""
    published_at = draw(moments)
    edits = draw(st.lists(st.tuples(classes, stays), min_size=1, max_size=3))
    gone = None if lasting else draw(presences(published_at))
    account = draw(st.sampled_from(ACCOUNTS))
    return Answer(MessageId(message), account, None, BoundBy.REPLY_TO, tuple(versions(published_at, edits)), gone)


@st.composite
def conversations(draw: st.DrawFn, *, lasting: bool = False) -> Facts:
    """Facts with at least one question; `lasting` ones hold no deleted answer."""
    asked = [draw(asks(message)) for message in range(1, 1 + draw(st.integers(1, 4)))]
    said = [draw(answers(message, lasting=lasting)) for message in range(FIRST_ANSWER_ID, FIRST_ANSWER_ID + draw(st.integers(0, 5)))]
    return Facts({ask.message_id: ask for ask in asked}, {answer.message_id: answer for answer in said})


Change = Callable[[Facts], Facts]


def _with_ask(ask: Ask) -> Change:
    return lambda facts: replace(facts, asks={**facts.asks, ask.message_id: facts.asks.get(ask.message_id, ask)})


def _with_answer(answer: Answer) -> Change:
    return lambda facts: replace(facts, answers={**facts.answers, answer.message_id: facts.answers.get(answer.message_id, answer)})


def _with_urgency(message: MessageId) -> Change:
    def change(facts: Facts) -> Facts:
        return replace(facts, asks={key: replace(ask, urgent=ask.urgent or key == message) for key, ask in facts.asks.items()})

    return change


def _with_presence(message: MessageId, gone: Presence | None) -> Change:
    def change(facts: Facts) -> Facts:
        return Facts(
            {key: replace(ask, gone=gone) if key == message else ask for key, ask in facts.asks.items()},
            {key: replace(answer, gone=gone) if key == message else answer for key, answer in facts.answers.items()},
        )

    return change


def _with_edit(message: MessageId, version: AnswerVersion) -> Change:
    def change(facts: Facts) -> Facts:
        edited = {
            key: replace(answer, versions=(*answer.versions, version)) if key == message else answer
            for key, answer in facts.answers.items()
        }
        return replace(facts, answers=edited)

    return change


def _without_answer(message: MessageId) -> Change:
    return lambda facts: replace(facts, answers={key: answer for key, answer in facts.answers.items() if key != message})


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """What may have become of a conversation between two polls."""
    ask, answer = MessageId(draw(st.integers(1, 6))), MessageId(draw(st.integers(FIRST_ANSWER_ID, FIRST_ANSWER_ID + 5)))
    when = draw(moments)
    return draw(
        st.sampled_from(
            [
                _with_ask(draw(asks(ask))),
                _with_answer(draw(answers(answer))),
                _with_urgency(ask),
                _with_presence(draw(st.sampled_from([ask, answer])), draw(presences(when))),
                _with_edit(answer, AnswerVersion(draw(classes), "drawn", when, when - MINUTE)),
                _without_answer(answer),
            ]
        )
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Facts]:
    """The same conversation at one poll after another."""
    found = [draw(conversations())]
    for change in draw(st.lists(changes(), max_size=8)):
        found.append(change(found[-1]))
    return found
