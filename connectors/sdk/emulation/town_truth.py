"""Who was answered, when and by what, worked out from a town's messages and their labels by the definition of the first answer.

This is the reference that a product is measured against, so it shares no code with any product and knows all the facts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.sdk.emulation.town import TownMessage

QUESTION_KINDS = frozenset({"complaint", "question", "suggestion"})
STOPPING_ANSWERS = frozenset({"interim", "substantive", "refusal_with_reason"})
FINAL_ANSWERS = frozenset({"substantive", "refusal_with_reason"})
TIME_TO_TAKE_BACK = timedelta(minutes=30)
"""An answer gone sooner was never given; one gone later was given and retracted."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the messages are by their script: the kind of a resident's message, the class of an official one."""

    kinds: Mapping[str, str]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QuestionTruth:
    """One message that needs an answer. Only the first message of a turn has answers; a repeat names its turn by `turn_key`.

    The first answer is the earliest interim, substantive or refusing one, the final answer the earliest of the last two.
    """

    key: str
    kind: str
    turn_key: str
    asked_at: datetime
    first_answer_key: str | None = None
    first_answer_at: datetime | None = None
    final_answer_key: str | None = None
    final_answer_at: datetime | None = None
    ack_key: str | None = None
    is_retracted: bool = False
    deleted_at: datetime | None = None

    @property
    def is_repeat(self) -> bool:
        return self.turn_key != self.key

    @property
    def time_to_first_answer(self) -> timedelta | None:
        return self.first_answer_at - self.asked_at if self.first_answer_at else None


def judge(messages: Iterable[TownMessage], labels: Labels, officials: Mapping[int, Collection[int]]) -> dict[str, QuestionTruth]:
    """The truth of every question by its key. `officials` are the official accounts of each page: author ids."""
    threads: dict[str, list[TownMessage]] = defaultdict(list)
    for message in messages:
        threads[message.post_key or message.key].append(message)
    return {truth.key: truth for thread in threads.values() for truth in judge_thread(thread, labels, officials)}


def judge_thread(thread: list[TownMessage], labels: Labels, officials: Mapping[int, Collection[int]]) -> Iterator[QuestionTruth]:
    """Goes through one thread in the order of time and keeps the last turn of every resident."""
    by_key = {message.key: message for message in thread}
    turns: dict[int, QuestionTruth] = {}
    for message in sorted(thread, key=lambda message: message.at):
        if is_answer(message, labels, officials):
            for author_id in addressees(message, by_key) & turns.keys():
                turns[author_id] = with_answer(turns[author_id], message, labels.answers[message.key])
        elif labels.kinds.get(message.key) in QUESTION_KINDS:
            turn = turns.get(message.author_id)
            truth = QuestionTruth(message.key, labels.kinds[message.key], message.key, message.at, deleted_at=gone_at(message))
            if turn and not turn.final_answer_key:
                yield replace(truth, turn_key=turn.key)
                continue
            if turn:
                yield turn
            turns[message.author_id] = truth
    yield from turns.values()


def is_answer(message: TownMessage, labels: Labels, officials: Mapping[int, Collection[int]]) -> bool:
    """Whether this is an official message with content that stood long enough to be one."""
    has_words = bool(message.text.strip())
    was_taken_back = message.deleted_at is not None and message.deleted_at - message.at < TIME_TO_TAKE_BACK
    is_official = message.author_id in officials.get(message.page_id, ())
    return is_official and message.key in labels.answers and has_words and not was_taken_back


def addressees(message: TownMessage, by_key: Mapping[str, TownMessage]) -> set[int]:
    """The authors that a message is bound to: whom it replies to and whom it mentions. A first-level comment replies to the post."""
    above = by_key.get(message.reply_to_key or message.post_key or "")
    return ({above.author_id} if above else set()) | set(message.mentions)


def with_answer(turn: QuestionTruth, answer: TownMessage, label: str) -> QuestionTruth:
    """The turn after an answer that is bound to its author; only the earliest of each sort counts, and only after the question."""
    if answer.at <= turn.asked_at:
        return turn
    if label == "ack" and not turn.ack_key:
        turn = replace(turn, ack_key=answer.key)
    if label in STOPPING_ANSWERS and not turn.first_answer_key:
        turn = replace(turn, first_answer_key=answer.key, first_answer_at=answer.at, is_retracted=gone_at(answer) is not None)
    if label in FINAL_ANSWERS and not turn.final_answer_key:
        turn = replace(turn, final_answer_key=answer.key, final_answer_at=answer.at)
    return turn


def gone_at(message: TownMessage) -> datetime | None:
    """When the message was deleted for good."""
    return message.deleted_at if message.restored_at is None else None
