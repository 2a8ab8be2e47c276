"""A small language for conversations: who asked, answered, edited and deleted what, and at which time of day."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.domain.answer import Answer, AnswerClass, AnswerVersion, BoundBy
from app.domain.deadline import Policy, PolicyId, Terms
from app.domain.event import Facts
from app.domain.message import Ask, MessageId, Presence
from app.domain.turn import Turn, turns_of

FIRST_DAY = datetime(2026, 3, 11, tzinfo=UTC)
"""Day 1 of every story, a Wednesday."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY_AND_NIGHT = Policy(PolicyId(1), "24 hours", 1, threshold=24 * HOUR, urgent_threshold=4 * HOUR)
PAGE = "-7"


def at(clock: str, day: int = 1) -> datetime:
    """The time of day, UTC, on a day of the story."""
    hours, minutes = clock.split(":")
    return FIRST_DAY + (day - 1) * DAY + timedelta(hours=int(hours), minutes=int(minutes))


@dataclass(slots=True)
class Story:
    """One resident and the officials under one post; every step gives the message that others refer to."""

    policy: Policy = DAY_AND_NIGHT
    watched_since: datetime = FIRST_DAY - 30 * DAY
    later: tuple[Policy, ...] = ()
    handed_over_at: datetime | None = None
    comments_closed_at: datetime | None = None
    _asks: dict[MessageId, Ask] = field(default_factory=dict)
    _answers: dict[MessageId, Answer] = field(default_factory=dict)

    def resident_asks(self, when: datetime, *, collected: datetime | None = None, urgent: bool = False) -> MessageId:
        message = self._next()
        self._asks[message] = Ask(message, when, collected or when + MINUTE, urgent)
        return message

    def page_says(self, answer_class: AnswerClass, when: datetime, *, by: str = PAGE) -> MessageId:
        message = self._next()
        version = AnswerVersion(answer_class, "told by the story", when)
        self._answers[message] = Answer(message, by, None, BoundBy.REPLY_TO, (version,))
        return message

    def page_acks(self, when: datetime) -> MessageId:
        return self.page_says(AnswerClass.ACK, when)

    def page_promises(self, when: datetime) -> MessageId:
        return self.page_says(AnswerClass.INTERIM, when)

    def page_answers(self, when: datetime, *, by: str = PAGE) -> MessageId:
        return self.page_says(AnswerClass.SUBSTANTIVE, when, by=by)

    def page_refuses(self, when: datetime) -> MessageId:
        return self.page_says(AnswerClass.REFUSAL_WITH_REASON, when)

    def page_edits(self, message: MessageId, answer_class: AnswerClass, *, seen: datetime, before: datetime) -> None:
        """The text changed between the polls of `before` and `seen`."""
        answer = self._answers[message]
        version = AnswerVersion(answer_class, "told by the story", seen, before)
        self._answers[message] = replace(answer, versions=(*answer.versions, version))

    def answer_is_gone(self, message: MessageId, noticed: datetime, *, last_seen: datetime | None = None) -> None:
        self._answers[message] = replace(self._answers[message], gone=Presence(last_seen or noticed - MINUTE, noticed))

    def question_is_gone(self, message: MessageId, noticed: datetime, *, last_seen: datetime | None = None) -> None:
        self._asks[message] = replace(self._asks[message], gone=Presence(last_seen or noticed - MINUTE, noticed))

    def operator_dismisses(self, message: MessageId) -> None:
        self._asks[message] = replace(self._asks[message], dismissed=True)

    def turns(self) -> tuple[Turn, ...]:
        """Every turn of the conversation, oldest first."""
        terms = Terms(self.policy, self.watched_since, self.later, self.handed_over_at, self.comments_closed_at)
        return turns_of(list(self._asks.values()), list(self._answers.values()), terms)

    def turn(self) -> Turn:
        """The only turn."""
        (turn,) = self.turns()
        return turn

    def facts(self) -> Facts:
        """All that happened so far."""
        return Facts(dict(self._asks), dict(self._answers))

    def _next(self) -> MessageId:
        return MessageId(len(self._asks) + len(self._answers) + 1)
