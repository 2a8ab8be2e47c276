"""Official answers: what an answer is worth, to whom it is addressed, and from when it counts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.authority import AuthorityId
from app.domain.message import MessageId, Presence, ThreadText

BRIEF = timedelta(minutes=30)
"""An answer that was gone within this time and not replaced never answered anybody (first-answer.md, «answer deleted»)."""


class AnswerClass(StrEnum):
    ACK = "ack"
    INTERIM = "interim"
    SUBSTANTIVE = "substantive"
    REFUSAL_WITH_REASON = "refusal_with_reason"
    MOVED_TO_PRIVATE = "moved_to_private"
    AUTO = "auto"
    NONE = "none"


STOPS_FIRST = frozenset({AnswerClass.INTERIM, AnswerClass.SUBSTANTIVE, AnswerClass.REFUSAL_WITH_REASON})
STOPS_SUBSTANTIVE = frozenset({AnswerClass.SUBSTANTIVE, AnswerClass.REFUSAL_WITH_REASON})

PROMISING = frozenset({AnswerClass.INTERIM, AnswerClass.ACK})
"""What may stop the first clock and leaves a full answer owed."""


class BoundBy(StrEnum):
    """What ties an answer to a resident."""

    REPLY_TO = "reply_to"
    MENTION = "mention"
    THREAD = "thread"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class AnswerVersion:
    """One version of an official text. `at` is its publication, or for an edit the first poll that saw it.

    `not_before` is a poll that still saw the version before: an edit happened between the two. `promises` are the codes of
    `app.domain.promise` that an interim text holds.
    """

    answer_class: AnswerClass
    rule: str
    at: datetime
    not_before: datetime | None = None
    promises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An official message addressed to one resident, with every version of it that we saw, oldest first."""

    message_id: MessageId
    account: str
    authority_id: AuthorityId | None
    bound_by: BoundBy
    versions: tuple[AnswerVersion, ...]
    gone: Presence | None = None

    @property
    def published_at(self) -> datetime:
        return self.versions[0].at

    def first(self, classes: Collection[AnswerClass]) -> AnswerVersion | None:
        """The earliest version of one of the classes."""
        return next((version for version in self.versions if version.answer_class in classes), None)

    @property
    def was_brief(self) -> bool:
        return self.gone is not None and self.gone.deleted_at - self.published_at <= BRIEF


def bind(text: ThreadText, author_id: str, *, own_ids: Collection[str], post_is_own: bool) -> BoundBy | None:
    """What ties an official text to the resident, `None` when nothing does.

    A reply to the resident's own message or a mention of the resident binds outright. Without either, a text that
    names nobody else binds by its place: in the resident's own branch, or directly under the resident's own post.
    """
    if text.reply_to_id is not None and text.reply_to_id in own_ids:
        return BoundBy.REPLY_TO
    if author_id in text.mentions:
        return BoundBy.MENTION
    if text.reply_to_id is not None or text.mentions:
        return None
    stands_in_own_place = text.root_id in own_ids if text.root_id is not None else post_is_own
    return BoundBy.THREAD if stands_in_own_place else None


def standing(answers: Sequence[Answer], classes: Collection[AnswerClass]) -> Iterator[tuple[Answer, AnswerVersion]]:
    """The answers of the classes, each with its earliest such version; one that was gone at once only if it was replaced."""
    for answer in answers:
        version = answer.first(classes)
        if version is not None and (not answer.was_brief or any(_replacements(answer, answers, classes))):
            yield answer, version


def is_retracted(answer: Answer, answers: Sequence[Answer], classes: Collection[AnswerClass]) -> bool:
    """Whether the answer was taken back; one that was replaced at once lives on in its replacement."""
    if answer.gone is None:
        return False
    return not (answer.was_brief and any(other.gone is None for other in _replacements(answer, answers, classes)))


def _replacements(answer: Answer, answers: Sequence[Answer], classes: Collection[AnswerClass]) -> Iterator[Answer]:
    """Lasting answers of the classes by the same account, published until `BRIEF` after the answer was gone."""
    if answer.gone is None:
        return
    until = answer.gone.deleted_at + BRIEF
    for other in answers:
        follows = other.message_id != answer.message_id and answer.published_at < other.published_at <= until
        if follows and other.account == answer.account and not other.was_brief and other.first(classes) is not None:
            yield other
