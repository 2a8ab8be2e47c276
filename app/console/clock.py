"""The clock of a question: its moments, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.console import texts
from app.domain.turn import Stop, Turn

LAST = timedelta(seconds=1)
"""Second deadlines end with a day: said is the last moment of that day, not the midnight that begins the next."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The name of a moment, when it was, how long after the question, and what it was worth; without `at` it has not come."""

    name: str
    at: datetime | None
    after: timedelta | None = None
    note: str = ""


def clock_of(turn: Turn) -> Sequence[Moment]:
    """The moments of a turn in the order in which they are looked for."""
    asked = turn.started_at
    moments = [
        Moment("Опубликовано", asked),
        Moment("Мы увидели", turn.collected_at, turn.collected_at - asked),
        Moment("Ответить до", turn.due_at, note="" if turn.due_at else "срока нет"),
    ]
    if turn.acked_at:
        moments.append(Moment("Приняли к сведению", turn.acked_at, turn.acked_at - asked))
    if turn.moved_to_private_at:
        moments.append(Moment("Позвали в личные сообщения", turn.moved_to_private_at, turn.moved_to_private_at - asked))
    moments.append(_stopped("Первый ответ", turn.first, turn))
    if turn.substantive_due_at:
        moments.append(Moment("Полный ответ до", turn.substantive_due_at - LAST))
    if turn.substantive is None or turn.substantive != turn.first:
        moments.append(_stopped("По существу", turn.substantive, turn))
    if turn.withdrawn_at:
        moments.append(Moment("Автор удалил вопрос", turn.withdrawn_at, turn.withdrawn_at - asked))
    if turn.no_reply_at:
        moments.append(Moment("Комментарии закрыты", turn.no_reply_at, turn.no_reply_at - asked))
    return moments


def _stopped(name: str, stop: Stop | None, turn: Turn) -> Moment:
    if stop is None:
        return Moment(name, None, note="ещё нет")
    return Moment(name, stop.at, stop.at - turn.started_at, texts.ANSWER_CLASSES[stop.answer_class])
