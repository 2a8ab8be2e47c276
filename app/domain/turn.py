"""The clocks of a conversation: its turns, computed from facts alone.

The result depends only on what was published, edited and deleted and when we saw it, never on the order in which we
learnt it: whatever the interleaving of polls, crashes and pushed events, the same facts give the same clocks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.answer import BRIEF, PROMISING, STOPS_FIRST, STOPS_SUBSTANTIVE, Answer, AnswerClass, AnswerVersion, is_retracted, standing
from app.domain.deadline import Policy, PolicyId, Terms
from app.domain.message import Ask, MessageId


class TurnState(StrEnum):
    OPEN = "open"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    UNANSWERED_OVERDUE = "unanswered_overdue"
    WITHDRAWN = "withdrawn"
    NOT_REQUIRED = "not_required"
    PRE_OBSERVED = "pre_observed"
    NO_REPLY_CHANNEL = "no_reply_channel"


class TurnFlag(StrEnum):
    ANSWERED_BEFORE_DETECTION = "answered_before_detection"
    RETRACTED = "retracted"
    SUBSTANTIVE_RETRACTED = "substantive_retracted"
    """Said of a substantive answer that was not the first one; the first has `RETRACTED`."""
    EDITED_INTO_ANSWER = "edited_into_answer"
    UNKNOWN_GAP = "unknown_gap"
    """An edit or a deletion decided of which we only know that it lay between two readings, with what matters in between."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What stopped a clock: the answer, its class and the moment that counts."""

    message_id: MessageId
    answer_class: AnswerClass
    at: datetime
    promises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and the wait for its answer. `due_at` is `None` where no deadline binds (`pre_observed`); `policy_id` judged it.

    `substantive_due_at` is the second deadline, which an interim answer opens where the policy has one; a full answer is owed with and
    without it.

    `answers` counts the official texts that would stop the first clock, edits to one included: a later one is no new first
    answer, but it is an answer. `no_reply_at`: comments were closed before anybody had answered.
    """

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
    answers: int = 0
    policy_id: PolicyId | None = None
    no_reply_at: datetime | None = None
    substantive_due_at: datetime | None = None
    owes_substantive: bool = False

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
        if self.no_reply_at is not None:
            return TurnState.NO_REPLY_CHANNEL
        return TurnState.UNANSWERED_OVERDUE if self.due_at < now else TurnState.OPEN

    @property
    def time_to_first_answer(self) -> timedelta | None:
        """TTFA in calendar time, both ends on the network's clock."""
        return None if self.first is None else self.first.at - self.started_at

    @property
    def waits(self) -> bool:
        """Whether an answer is still owed."""
        return self.first is None and self.withdrawn_at is None and self.no_reply_at is None and not self.dismissed

    def breached_at(self, now: datetime) -> datetime | None:
        """The deadline, if the first answer missed it; a breach stays when the answer or the deletion came later."""
        if self.due_at is None or self.withdrawn_at is not None or self.no_reply_at is not None or self.dismissed:
            return None
        ended_at = now if self.first is None else self.first.at
        return self.due_at if self.due_at < ended_at else None

    def substantive_breached_at(self, now: datetime) -> datetime | None:
        """The second deadline, if the full answer missed it."""
        due_at = self.substantive_due_at
        if due_at is None or not (self.owes_substantive or self.substantive):
            return None
        ended_at = now if self.substantive is None else self.substantive.at
        return due_at if due_at < ended_at else None


ACKS, MOVES = frozenset({AnswerClass.ACK}), frozenset({AnswerClass.MOVED_TO_PRIVATE})
IsOver = Callable[[Sequence[Ask], Ask], bool]
"""Whether the turn of the asks so far was over when the next ask came."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """The answers of a conversation as one turn hears them: published after its question, and not after the next one."""

    answers: Sequence[Answer]
    since: datetime
    until: datetime | None = None

    def standing(self, classes: frozenset[AnswerClass]) -> list[tuple[Answer, AnswerVersion]]:
        """The answers of the classes with the version that counts, in the order in which they count."""
        if not self.answers:
            return []
        heard = [
            (answer, version)
            for answer, version in standing(self.answers, classes)
            if self.since < answer.published_at and (self.until is None or answer.published_at <= self.until)
        ]
        return sorted(heard, key=lambda pair: (pair[1].at, pair[0].message_id))

    def first(self, classes: frozenset[AnswerClass]) -> Stop | None:
        """The earliest answer of the classes."""
        if not self.answers:
            return None
        found = next(iter(self.standing(classes)), None)
        return None if found is None else Stop(found[0].message_id, found[1].answer_class, found[1].at, found[1].promises)


def turns_of(asks: Sequence[Ask], answers: Sequence[Answer], terms: Terms) -> tuple[Turn, ...]:
    """The turns of one conversation, oldest first; empty when nothing was asked."""
    if len(asks) == 1:
        return (_turn(1, asks, _Heard(answers, asks[0].published_at), terms),)
    is_settled = _settler(answers)

    def is_withdrawn(group: Sequence[Ask], ask: Ask) -> bool:
        """Whether a withdrawn question stays so: asked again before its deadline it goes on, afterwards the ask is a new one."""
        if any(one.gone is None or ask.published_at < one.gone.deleted_at for one in group):
            return False
        first, due_at, _ = _judged(group, _Heard(answers, group[0].published_at), terms)
        return _withdrawn_at(group, first, due_at) is not None and (due_at is None or due_at < ask.published_at)

    def began_unwatched(group: Sequence[Ask], ask: Ask) -> bool:
        """Whether an unanswered question from before the watch is asked again under it: that asking has a deadline of its own."""
        if not group[0].published_at < terms.monitored_since <= ask.published_at:
            return False
        first, _, _ = _judged(group, _Heard(answers, group[0].published_at), terms)
        return first is None or ask.published_at <= first.at

    def is_over(group: Sequence[Ask], ask: Ask) -> bool:
        return is_settled(group, ask) or is_withdrawn(group, ask) or began_unwatched(group, ask)

    owed, dismissed = [ask for ask in asks if not ask.dismissed], [ask for ask in asks if ask.dismissed]
    groups = sorted([*_split(owed, is_over), *_split(dismissed, is_over)], key=lambda group: (group[0].published_at, group[0].message_id))
    return tuple(
        _turn(number, group, _Heard(answers, group[0].published_at, _next_question(group, groups[number:])), terms)
        for number, group in enumerate(groups, start=1)
    )


def _next_question(group: Sequence[Ask], later: Sequence[Sequence[Ask]]) -> datetime | None:
    """From when on answers are those of the next question; one that was dismissed takes none away from a question that is owed one."""
    return next((other[0].published_at for other in later if group[0].dismissed or not other[0].dismissed), None)


def unsettled(asks: Sequence[Ask], answers: Sequence[Answer]) -> list[Ask]:
    """The asks since the last substantive answer or dismissal: what an operator who says «nobody owes an answer» speaks of."""
    return list(_split(asks, _settler(answers)))[-1] if asks else []


def _split(asks: Sequence[Ask], is_over: IsOver) -> Iterator[list[Ask]]:
    """Asks by turn: whoever writes again repeats, unless the turn is over or was dismissed."""
    group: list[Ask] = []
    for ask in sorted(asks, key=lambda ask: (ask.published_at, ask.message_id)):
        if group and (group[0].dismissed != ask.dismissed or is_over(group, ask)):
            yield group
            group = []
        group.append(ask)
    if group:
        yield group


def _settler(answers: Sequence[Answer]) -> IsOver:
    """Tells whether a substantive answer came between a question and an ask."""
    settled = [(answer.published_at, version.at) for answer, version in standing(answers, STOPS_SUBSTANTIVE)]
    return lambda group, ask: any(group[0].published_at < published_at and at < ask.published_at for published_at, at in settled)


def stops_first(policy: Policy) -> frozenset[AnswerClass]:
    """The classes of answers that stop the clock of the first answer."""
    return STOPS_FIRST | ACKS if policy.ack_stops else STOPS_FIRST


def _turn(number: int, asks: Sequence[Ask], heard: _Heard, terms: Terms) -> Turn:
    question = asks[0]
    first, due_at, policy = _judged(asks, heard, terms)
    stops = stops_first(policy)
    withdrawn_at = _withdrawn_at(asks, first, due_at)
    acked, moved, full = heard.first(ACKS), heard.first(MOVES), heard.first(STOPS_SUBSTANTIVE)
    owes = withdrawn_at is None and due_at is not None and not question.dismissed
    second = _Second(asks, first, full) if owes and first is not None and first.answer_class in PROMISING else None
    substantive_due_at = None if second is None else terms.judge(second.due_by, second.ended_by)[1]
    return Turn(
        number=number,
        question_id=question.message_id,
        started_at=question.published_at,
        collected_at=question.collected_at,
        urgent=any(ask.urgent for ask in asks),
        repeats=len(asks) - 1,
        due_at=due_at,
        acked_at=None if acked is None else acked.at,
        moved_to_private_at=None if moved is None else moved.at,
        first=first if withdrawn_at is None else None,
        substantive=full if withdrawn_at is None else None,
        withdrawn_at=withdrawn_at,
        dismissed=question.dismissed,
        flags=frozenset(_flags(asks, heard, stops, due_at)) if withdrawn_at is None else frozenset(),
        answers=sum(version.answer_class in stops for answer, _ in heard.standing(stops) for version in answer.versions),
        policy_id=policy.id,
        no_reply_at=_no_reply_at(asks, due_at, terms) if first is None and withdrawn_at is None else None,
        substantive_due_at=substantive_due_at,
        owes_substantive=second is not None and full is None,
    )


@dataclass(frozen=True, slots=True)
class _Second:
    """The wait from an interim answer to the full one."""

    asks: Sequence[Ask]
    interim: Stop
    full: Stop | None

    def due_by(self, policy: Policy) -> datetime | None:
        """The second deadline by a policy; `None` by one without a term, and where the author took all of it back before it."""
        due_at = None if policy.substantive is None else policy.substantive.due_at(self.interim.at, self.interim.promises)
        ended_at = self._taken_back_at()
        return None if due_at is None or (ended_at is not None and ended_at <= due_at) else due_at

    def ended_by(self, policy: Policy) -> datetime | None:
        return self._taken_back_at() or (None if self.full is None else self.full.at)

    def _taken_back_at(self) -> datetime | None:
        """When its author took all of it back, unless the full answer had come by then."""
        gone_at = _gone_at(self.asks)
        return None if gone_at is None or (self.full is not None and self.full.at <= gone_at) else gone_at


def _gone_at(asks: Sequence[Ask]) -> datetime | None:
    """When all that was asked had gone; `None` while anything stands."""
    gone = [ask.gone.deleted_at for ask in asks if ask.gone is not None]
    return max(gone) if len(gone) == len(asks) else None


def _judged(asks: Sequence[Ask], heard: _Heard, terms: Terms) -> tuple[Stop | None, datetime | None, Policy]:
    """What stopped the first clock, by when it was due, and the policy that judges both; one that nobody owes keeps its first policy."""
    if asks[0].dismissed or not terms.later:
        policy, due_at = terms.policy, _due_at(asks, terms.policy, terms)
    else:
        policy, due_at = terms.judge(lambda policy: _due_at(asks, policy, terms), lambda policy: _ended_at(asks, heard, policy, terms))
    return heard.first(stops_first(policy)), due_at, policy


def _ended_at(asks: Sequence[Ask], heard: _Heard, policy: Policy, terms: Terms) -> datetime | None:
    """When a policy lets nobody wait any more: the question is answered, its author has taken all of it back, or nobody can answer."""
    first = heard.first(stops_first(policy))
    ends = (None if first is None else first.at, _gone_at(asks), _no_reply_at(asks, None, terms))
    return min((moment for moment in ends if moment is not None), default=None)


def _due_at(asks: Sequence[Ask], policy: Policy, terms: Terms) -> datetime | None:
    """The first question's due time, or an earlier one when a repeat turned urgent; `None` when it came before the watch."""
    if asks[0].published_at < terms.monitored_since:
        return None
    return min(
        policy.due_at(
            published_at=ask.published_at,
            collected_at=ask.collected_at,
            urgent=ask.urgent,
            handed_over_at=terms.handed_over_at,
        )
        for number, ask in enumerate(asks)
        if ask.urgent or number == 0
    )


def _withdrawn_at(asks: Sequence[Ask], first: Stop | None, due_at: datetime | None) -> datetime | None:
    """When a question was last seen before its author took all of it back.

    What was answered by the reading that missed it counts, and a breach that came before that reading stays. What came after it,
    soon or late, answers a question that nobody asks any more: to count only what came in time would flatter the figures.
    """
    gone_at = _gone_at(asks)
    if gone_at is None or (first is not None and first.at <= gone_at) or (due_at is not None and due_at < gone_at):
        return None
    return max(ask.gone.last_seen_at for ask in asks if ask.gone is not None)


def _no_reply_at(asks: Sequence[Ask], due_at: datetime | None, terms: Terms) -> datetime | None:
    """Since when nobody can answer an unanswered question; a deadline that was missed before comments were seen closed stays so."""
    closed_at = terms.comments_closed_at
    if closed_at is None or closed_at < max(ask.published_at for ask in asks):
        return None
    return None if due_at is not None and due_at < closed_at else closed_at


def _flags(asks: Sequence[Ask], heard: _Heard, stops: frozenset[AnswerClass], due_at: datetime | None) -> Iterator[TurnFlag]:
    counts = heard.standing(stops)[:1]
    if _lies_in_gap(asks, counts, due_at):
        yield TurnFlag.UNKNOWN_GAP
    for answer, version in counts:
        if version.at < asks[0].collected_at:
            yield TurnFlag.ANSWERED_BEFORE_DETECTION
        if is_retracted(answer, heard.answers, stops):
            yield TurnFlag.RETRACTED
        if version.not_before is not None:
            yield TurnFlag.EDITED_INTO_ANSWER
        for later, _ in heard.standing(STOPS_SUBSTANTIVE)[:1]:
            if later.message_id != answer.message_id and is_retracted(later, heard.answers, STOPS_SUBSTANTIVE):
                yield TurnFlag.SUBSTANTIVE_RETRACTED


def _lies_in_gap(asks: Sequence[Ask], counts: Sequence[tuple[Answer, AnswerVersion]], due_at: datetime | None) -> bool:
    """Whether what came between two readings may as well have come in time: an edit into the answer, or the question's withdrawal;

    or whether an answer may have been gone too soon to have answered anybody.
    """
    for answer, version in counts:
        if answer.gone is not None and answer.gone.last_seen_at - answer.published_at < BRIEF and not answer.was_brief:
            return True
        if due_at is not None and version.not_before is not None and version.not_before <= due_at < version.at:
            return True
        if due_at is None or version.at <= due_at:
            return False
    gone = [ask.gone for ask in asks if ask.gone is not None]
    if due_at is None or len(gone) < len(asks):
        return False
    return max(one.last_seen_at for one in gone) <= due_at < max(one.deleted_at for one in gone)
