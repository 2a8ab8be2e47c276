"""Figures of answers as a table: each row tells all that is needed to read it, its period, its clock and what is counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.spoken import length, whole_percent
from app.domain.statistics import HOURS, Figures
from app.exports.table import Cell, Heading, Row, number

STILL_WAITING = "ещё ждут"
NOBODYS = "не определено"
DEFINITION = (
    "Медиана и «9 из 10» — оценка Каплана — Майера по всем вопросам, и по тем, что без ответа; интервалы 95 %."
    " Доля за столько-то часов — от всех вопросов, без ответов, взятых назад; дольше самого долгого ожидания это нижняя граница."
    " Среднее — только по отвеченным, для сравнения: вопросы без ответа в него не входят."
    " Не в счёте: вопросы, заданные до начала наблюдения за страницей, и отклонённые."
    " Вопросы, на которые нельзя ответить (комментарии закрыли раньше срока и ответа), — отдельным столбцом, в числах их нет."
    " Удалённые автором считаются до удаления, ждущие — до минуты выгрузки."
)


class Section(StrEnum):
    """What a row is about."""

    TOTAL = "всего"
    AUTHORITY = "ведомство"
    TOPIC = "тема"
    SOURCE = "страница"
    TERRITORY = "территория"


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """The figures of one group; `name` is `None` for what belongs to nobody. `no_reply` counts the questions that nobody could answer."""

    section: Section
    name: str | None
    figures: Figures
    no_reply: int = 0


@dataclass(frozen=True, slots=True)
class FiguresTable:
    """Rows with what holds for all of them: the period, by which clock, until which answer."""

    rows: Sequence[FiguresRow]
    since: datetime
    until: datetime
    clock: str
    answered: str

    def headings(self, zone_name: str) -> list[Heading]:
        """The heads of the columns."""
        shares = [Heading(f"За {hours} ч{part}", 10) for hours in HOURS for part in (", %", ": от, %", ": до, %")]
        return [
            Heading("Разрез", 12),
            Heading("Название", 34),
            Heading("Вопросов", 10),
            Heading("С ответом", 10),
            Heading("Без ответа", 10),
            Heading("Из них удалены автором", 10),
            Heading("Ответов взято назад", 10),
            Heading("Ответить нельзя", 10),
            *(Heading(f"Медиана{part}", 16) for part in (", с", "", ": от, с", ": до, с")),
            *(Heading(f"9 из 10{part}", 16) for part in (", с", "")),
            *shares,
            *(Heading(f"Среднее по отвеченным{part}", 16) for part in (", с", "")),
            *(Heading(f"{name} ({zone_name})", 20) for name in ("Период с", "Период до")),
            Heading("Часы", 40),
            Heading("До какого ответа", 20),
            Heading("Как считается", 60),
        ]

    def cells(self) -> Iterator[Row]:
        """The rows as they are written."""
        for row in self.rows:
            common: list[Cell] = [self.since, self.until, self.clock, self.answered, DEFINITION]
            name = "все вместе" if row.section is Section.TOTAL else row.name or NOBODYS
            yield [row.section.value, name, *_cells(row.figures, row.no_reply), *common]


def _cells(figures: Figures, no_reply: int) -> Iterator[Cell]:
    yield from (figures.n, figures.answered, figures.unanswered, figures.withdrawn, figures.retracted, no_reply)
    yield from _time(figures.km_median_seconds, figures.n)
    yield from (None if bound is None else number(bound) for bound in figures.km_median_interval)
    yield from _time(figures.p90_seconds, figures.n)
    for hours in HOURS:
        yield from _shares(figures.share_within, figures.share_within_interval, hours)
    mean = figures.mean_answered_seconds
    yield from (None, None) if mean is None else (number(mean), length(mean))


def _time(seconds: float | None, questions: int) -> tuple[Cell, Cell]:
    if seconds is None:
        return None, STILL_WAITING if questions else None
    return number(seconds), length(seconds)


def _shares(shares: Mapping[int, float | None], intervals: Mapping[int, tuple[float, float] | None], hours: int) -> Iterator[Cell]:
    share, interval = shares[hours], intervals[hours]
    yield None if share is None else whole_percent(share)
    yield from (None, None) if interval is None else map(whole_percent, interval)
