"""The clocks of a conversation: its turns, computed from facts alone.

The result depends only on what was published, edited and deleted and when we saw it, never on the order in which we
learnt it: whatever the interleaving of polls, crashes and pushed events, the same facts give the same clocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from app.domain.answer import STOPS_FIRST, STOPS_SUBSTANTIVE, Answer, AnswerClass, AnswerVersion, standing
from app.domain.deadline import Policy
from app.domain.message import Ask, MessageId

TurnId = NewType("TurnId", int)


class TurnState(StrEnum):
    OPEN = "open"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    UNANSWERED_OVERDUE = "unanswered_overdue"
    WITHDRAWN = "withdrawn"
    NOT_REQUIRED = "not_required"
    PRE_OBSERVED = "pre_observed"


class TurnFlag(StrEnum):
    ANSWERED_BEFORE_DETECTION = "answered_before_detection"
    RETRACTED = "retracted"
    EDITED_INTO_ANSWER = "edited_into_answer"


@dataclass(frozen=True, slots=True)
class Stop:
    """What stopped a clock: the answer, its class and the moment that counts."""

    message_id: MessageId
    answer_class: AnswerClass
    at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and the wait for its answer. `due_at` is `None` where no deadline binds (`pre_observed`)."""

    number: int
    question_id: MessageId
    started_at: datetime
    collected_at: datetime
    urgent: bool
    repeats: int
    due_at: datetime | None
    acked_at: datetime | None
    moved_to_private_at: datetime | None
    first: Stop | None
    substantive: Stop | None
    withdrawn_at: datetime | None
    dismissed: bool
    flags: frozenset[TurnFlag]

    def state(self, now: datetime) -> TurnState:
        """How the turn stands at `now`."""
        if self.dismissed:
            return TurnState.NOT_REQUIRED
        if self.due_at is None:
            return TurnState.PRE_OBSERVED
        if self.first is not None:
            in_time = self.first.at <= self.due_at and TurnFlag.RETRACTED not in self.flags
            return TurnState.ANSWERED_IN_TIME if in_time else TurnState.ANSWERED_LATE
        if self.withdrawn_at is not None:
            return TurnState.WITHDRAWN
        return TurnState.UNANSWERED_OVERDUE if self.due_at < now else TurnState.OPEN

    @property
    def time_to_first_answer(self) -> timedelta | None:
        """TTFA in calendar time, both ends on the network's clock."""
        return None if self.first is None else self.first.at - self.started_at

    @property
    def waits(self) -> bool:
        """Whether an answer is still owed."""
        return self.first is None and self.withdrawn_at is None and not self.dismissed

    def breached_at(self, now: datetime) -> datetime | None:
        """The deadline, if the first answer missed it; a breach stays when the answer or the deletion came later."""
        if self.due_at is None or self.withdrawn_at is not None or self.dismissed:
            return None
        ended_at = now if self.first is None else self.first.at
        return self.due_at if self.due_at < ended_at else None


def turns_of(asks: Sequence[Ask], answers: Sequence[Answer], *, policy: Policy, monitored_since: datetime) -> tuple[Turn, ...]:
    """The turns of one conversation, oldest first; empty when nothing was asked."""
    answers = sorted(standing(answers), key=lambda answer: (answer.published_at, answer.message_id))
    groups = list(_split(sorted(asks, key=lambda ask: (ask.published_at, ask.message_id)), answers))
    ends: list[datetime | None] = [*(group[0].published_at for group in groups[1:]), None]
    return tuple(
        _turn(number, group, _within(answers, group[0].published_at, end), policy=policy, monitored_since=monitored_since)
        for number, (group, end) in enumerate(zip(groups, ends, strict=True), start=1)
    )


def _split(asks: Sequence[Ask], answers: Sequence[Answer]) -> Iterator[list[Ask]]:
    """Asks by turn: whoever writes again before a substantive answer repeats, afterwards (or once dismissed) asks anew."""
    group: list[Ask] = []
    for ask in asks:
        if group and (group[0].dismissed != ask.dismissed or _was_settled(answers, group[0].published_at, ask.published_at)):
            yield group
            group = []
        group.append(ask)
    if group:
        yield group


def _was_settled(answers: Sequence[Answer], since: datetime, before: datetime) -> bool:
    settled = (answer.first(STOPS_SUBSTANTIVE) for answer in answers if answer.published_at > since)
    return any(version is not None and version.at < before for version in settled)


def _within(answers: Sequence[Answer], start: datetime, end: datetime | None) -> list[Answer]:
    return [answer for answer in answers if start < answer.published_at and (end is None or answer.published_at < end)]


def _turn(number: int, asks: Sequence[Ask], answers: Sequence[Answer], *, policy: Policy, monitored_since: datetime) -> Turn:
    question = asks[0]
    stops = STOPS_FIRST | {AnswerClass.ACK} if policy.ack_stops else STOPS_FIRST
    first = _earliest(answers, stops)
    due_at = None if question.published_at < monitored_since else _due_at(asks, policy)
    return Turn(
        number=number,
        question_id=question.message_id,
        started_at=question.published_at,
        collected_at=question.collected_at,
        urgent=any(ask.urgent for ask in asks),
        repeats=len(asks) - 1,
        due_at=due_at,
        acked_at=_moment(answers, AnswerClass.ACK),
        moved_to_private_at=_moment(answers, AnswerClass.MOVED_TO_PRIVATE),
        first=first[2] if first else None,
        substantive=stop[2] if (stop := _earliest(answers, STOPS_SUBSTANTIVE)) else None,
        withdrawn_at=_withdrawn_at(asks, first[2] if first else None, due_at),
        dismissed=question.dismissed,
        flags=frozenset(_flags(question, first)),
    )


def _earliest(answers: Sequence[Answer], classes: frozenset[AnswerClass]) -> tuple[Answer, AnswerVersion, Stop] | None:
    found = [(answer, version) for answer in answers if (version := answer.first(classes)) is not None]
    if not found:
        return None
    answer, version = min(found, key=lambda pair: (pair[1].at, pair[0].message_id))
    return answer, version, Stop(answer.message_id, version.answer_class, version.at)


def _moment(answers: Sequence[Answer], answer_class: AnswerClass) -> datetime | None:
    found = _earliest(answers, frozenset({answer_class}))
    return None if found is None else found[2].at


def _due_at(asks: Sequence[Ask], policy: Policy) -> datetime:
    """The first question's due time, or an earlier one when a repeat turned urgent."""
    ordinary = policy.due_at(published_at=asks[0].published_at, collected_at=asks[0].collected_at, urgent=asks[0].urgent)
    urgent = (policy.due_at(published_at=ask.published_at, collected_at=ask.collected_at, urgent=True) for ask in asks[1:] if ask.urgent)
    return min([ordinary, *urgent])


def _withdrawn_at(asks: Sequence[Ask], first: Stop | None, due_at: datetime | None) -> datetime | None:
    """When a question was last seen before its author took all of it back; a breach that came first stays."""
    gone = [ask.gone for ask in asks if ask.gone is not None]
    if len(gone) < len(asks):
        return None
    noticed_at = max(presence.deleted_at for presence in gone)
    if first is not None and first.at <= noticed_at:
        return None
    if due_at is not None and due_at < noticed_at:
        return None
    return max(presence.last_seen_at for presence in gone)


def _flags(question: Ask, first: tuple[Answer, AnswerVersion, Stop] | None) -> Iterator[TurnFlag]:
    if first is None:
        return
    answer, version, stop = first
    if stop.at < question.collected_at:
        yield TurnFlag.ANSWERED_BEFORE_DETECTION
    if answer.gone is not None:
        yield TurnFlag.RETRACTED
    if version.not_before is not None:
        yield TurnFlag.EDITED_INTO_ANSWER
