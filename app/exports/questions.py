"""The questions behind the figures as a table: whoever holds it can compute every figure again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain import names
from app.domain.answer import AnswerClass
from app.domain.readable import readable
from app.domain.statistics import exact
from app.domain.working_hours import WorkingHours
from app.exports.table import Cell, Heading, Row, number
from app.storage.questions import Question

YES, NO = "да", "нет"
UNCOUNTED = {"pre_observed": "задан до начала наблюдения", "dismissed": "отклонён", "no_reply": "ответить нельзя"}
ENDS = ("первый ответ", "ответ по существу")


@dataclass(frozen=True, slots=True)
class QuestionsTable:
    """What holds for all rows: what is not over is observed until `now`, working time is that of `hours`.

    `elapsed` tells the working seconds by Unix second: a row is looked up and not walked through.
    """

    now: datetime
    hours: WorkingHours
    elapsed: Callable[[float], float]
    titles: Mapping[str, str]

    def headings(self, zone_name: str) -> list[Heading]:
        """The heads of the columns."""
        moments = [Heading(f"{name} ({zone_name})", 20) for name in ("Задан", "Собран", "Ответить до", "Первый ответ")]
        waits = [
            Heading(f"{end.capitalize()}: {what}", 14)
            for end in ENDS
            for what in ("есть", "взят назад", "ждали, с", "ждали в рабочих часах, с")
        ]
        return [
            Heading("Обращение", 12),
            Heading("Вопрос №", 10),
            Heading("Страница", 28),
            Heading("Ведомство", 28),
            Heading("Код темы", 20),
            Heading("Тема", 26),
            Heading("Территория", 24),
            *moments,
            Heading("Первый ответ: каков", 24),
            *(Heading(f"{name} ({zone_name})", 20) for name in ("Ответ по существу", "Удалён автором, виден до")),
            Heading("В счёте", 10),
            Heading("Почему не в счёте", 24),
            *waits,
            Heading("Рабочие часы", 40),
        ]

    def cells(self, question: Question) -> Row:
        """One row."""
        reason, answer_class = _uncounted(question), question.first_answer_class
        return [
            question.incident_id,
            question.number,
            readable(question.source),
            question.authority,
            question.topic,
            None if question.topic is None else self.titles.get(question.topic, question.topic),
            question.territory,
            question.started_at,
            question.collected_at,
            question.due_at,
            question.first_answered_at,
            None if answer_class is None else names.ANSWER_CLASSES[AnswerClass(answer_class)],
            question.substantive_at,
            question.withdrawn_at,
            YES if reason is None else NO,
            reason,
            *self._wait(question, question.first_answered_at, retracted=question.first_retracted),
            *self._wait(question, question.substantive_at, retracted=question.substantive_retracted),
            self.hours.in_words(),
        ]

    def _wait(self, question: Question, answered_at: datetime | None, *, retracted: bool) -> Iterator[Cell]:
        """Whether it is over, and how long it took or has lasted so far; exact, and never below nothing."""
        started_at = question.started_at
        ended_at = max(started_at, answered_at or question.withdrawn_at or self.now)
        yield NO if answered_at is None else YES
        yield YES if retracted else NO
        yield number((ended_at - started_at).total_seconds())
        yield number(exact(self.elapsed(ended_at.timestamp()) - self.elapsed(started_at.timestamp())))


def _uncounted(question: Question) -> str | None:
    """Why no figure has the question."""
    if question.dismissed:
        return UNCOUNTED["dismissed"]
    if question.due_at is None:
        return UNCOUNTED["pre_observed"]
    return None if question.no_reply_at is None else UNCOUNTED["no_reply"]
