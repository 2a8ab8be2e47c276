"""What a file of incidents tells, in columns of our own or in those of «Инцидент Менеджмент»."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain import names
from app.domain.answer import AnswerClass
from app.domain.readable import readable
from app.domain.spoken import length, whole_percent
from app.domain.topic import group_of
from app.domain.turn import Turn
from app.domain.verdict import Kind
from app.exports.surroundings import Surroundings
from app.exports.table import Cell, Heading
from app.storage.incident_details import IncidentDetails, ShownMessage

YES, NO = "да", "нет"
TEXT_WIDTH = 60


class Layout(StrEnum):
    OTKLIK = "otklik"
    INCIDENT_MANAGEMENT = "incident_management"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and what it holds of an incident. The head of a `moment` is followed by the zone."""

    title: str
    value: Callable[[IncidentDetails, Surroundings], Cell]
    width: int = 14
    moment: bool = False

    def heading(self, around: Surroundings) -> Heading:
        return Heading(f"{self.title} ({around.zone_name})" if self.moment else self.title, self.width)


def at(title: str, value: Callable[[IncidentDetails], datetime | None]) -> Column:
    """A column of moments."""
    return Column(title, lambda one, _: value(one), 20, moment=True)


def text_of(message: ShownMessage | None) -> str | None:
    """The text of a message as pages show it; a deleted one keeps its text, as there."""
    return None if message is None or message.text is None else readable(message.text)


def author_of(incident: IncidentDetails, _: Surroundings) -> Cell:
    """The name under which the resident wrote."""
    name = None if incident.message is None else incident.message.author_name
    return None if name is None else readable(name)


AUTHOR = Column("Автор", author_of, 24)


def _last_turn(incident: IncidentDetails) -> Turn | None:
    return incident.turns[-1] if incident.turns else None


def _settled_at(incident: IncidentDetails) -> datetime | None:
    turn = _last_turn(incident)
    return None if turn is None or turn.substantive is None else turn.substantive.at


def _turn_state(incident: IncidentDetails, around: Surroundings) -> Cell:
    turn = _last_turn(incident)
    return None if turn is None else names.TURN_STATES[turn.state(around.now)]


def _wait(incident: IncidentDetails) -> int | None:
    seconds = incident.time_to_first_answer_seconds
    return None if seconds is None else int(seconds)


def _answer_class(incident: IncidentDetails) -> str | None:
    found = incident.first_answer_class
    return None if found is None else names.ANSWER_CLASSES[AnswerClass(found)]


def _places(incident: IncidentDetails) -> str | None:
    """The places that the message names: what each is held for, or its own words."""
    told = [_place(one.surface, None if one.meant is None else one.meant.title, one.house) for one in incident.places]
    return ", ".join(dict.fromkeys(told)) or None


def _place(surface: str, meant: str | None, house: str | None) -> str:
    if meant is None:
        return readable(surface)
    return f"{meant}, {house}" if house else meant


def _network(incident: IncidentDetails) -> str:
    return names.NETWORKS.get(incident.source.network, incident.source.network)


OWN: Sequence[Column] = (
    Column("Номер", lambda one, _: one.id, 10),
    Column("Состояние", lambda one, _: names.STATUSES[one.status]),
    Column("Вид", lambda one, _: names.KINDS[Kind(one.kind)]),
    Column("Уверенность в виде, %", lambda one, _: None if one.confidence is None else whole_percent(one.confidence)),
    Column("Срочное", lambda one, _: YES if one.urgent else NO, 10),
    Column("Группа тем", lambda one, around: None if one.topic is None else around.title(group_of(one.topic)), 22),
    Column("Тема", lambda one, around: None if one.topic is None else around.title(one.topic), 26),
    Column("Код темы", lambda one, _: one.topic, 20),
    Column("Сеть", lambda one, _: _network(one)),
    Column("Страница", lambda one, _: readable(one.source.name), 28),
    Column("Ссылка на страницу", lambda one, _: one.source.url, 26),
    Column("Ведомство", lambda one, _: None if one.authority is None else one.authority.name, 28),
    Column("Сотрудник", lambda one, _: None if one.assignee is None else one.assignee.name, 20),
    Column("Территория", lambda one, _: None if one.territory is None else one.territory.name, 24),
    Column("Место", lambda one, _: _places(one), 28),
    at("Опубликовано", lambda one: one.published_at),
    at("Собрано", lambda one: one.collected_at),
    at("Заведено", lambda one: one.opened_at),
    at("Назначено", lambda one: one.assigned_at),
    at("Ответить до", lambda one: one.first_answer_due_at),
    at("Первый ответ", lambda one: one.first_answered_at),
    at("Полный ответ до", lambda one: one.substantive_due_at if one.owes_full_answer() else None),
    at("Ответ по существу", _settled_at),
    at("Закрыто", lambda one: one.closed_at),
    Column("Срок", _turn_state, 26),
    Column("Просрочено", lambda one, around: YES if one.is_overdue(around.now) else NO, 12),
    Column("Полный ответ просрочен", lambda one, around: YES if one.is_substantive_overdue(around.now) else NO, 12),
    Column("До первого ответа, с", lambda one, _: _wait(one)),
    Column("До первого ответа", lambda one, _: None if (wait := _wait(one)) is None else length(wait), 18),
    Column("Первый ответ: каков", lambda one, _: _answer_class(one), 24),
    Column("Первый ответ: кто", lambda one, _: None if one.first_answer is None else one.first_answer.author_name, 26),
    Column("Первый ответ: ссылка", lambda one, _: None if one.first_answer is None else one.first_answer.url, 26),
    Column("Первый ответ: текст", lambda one, _: text_of(one.first_answer), TEXT_WIDTH),
    Column("Ссылка на сообщение", lambda one, _: None if one.message is None else one.message.url, 26),
    Column("Текст сообщения", lambda one, _: text_of(one.message), TEXT_WIDTH),
    at("Изменено автором", lambda one: None if one.message is None else one.message.edited_at),
    at("Удалено автором", lambda one: None if one.message is None else one.message.deleted_at),
    at("Стёрто по сроку", lambda one: None if one.message is None else one.message.erased_at),
    Column("Об этом же ещё", lambda one, _: 0 if one.merged is None else one.merged.count),
    Column("Из них без ответа", lambda one, _: 0 if one.merged is None else one.merged.unanswered),
    Column("Повтор обращения №", lambda one, _: one.parent_id),
)
