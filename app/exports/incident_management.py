"""Incidents under the column names of «Инцидент Менеджмент», for whoever has scripts and habits from there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain import names
from app.domain.answer import AnswerClass
from app.domain.incident import IncidentStatus
from app.domain.place import PlaceKind
from app.domain.territory import EntryKind
from app.domain.topic import group_of
from app.domain.verdict import Kind
from app.exports.incident_columns import TEXT_WIDTH, Column, text_of
from app.exports.surroundings import Surroundings
from app.exports.table import Cell
from app.storage.incident_details import IncidentDetails
from app.storage.places import ShownPlace

DONE = "Готово"
STEPS: Mapping[IncidentStatus, str] = {
    IncidentStatus.NEW: "Новое",
    IncidentStatus.ASSIGNED: "Назначено",
    IncidentStatus.IN_PROGRESS: "В работе",
    IncidentStatus.ANSWERED: DONE,
    IncidentStatus.CLOSED: DONE,
    IncidentStatus.REJECTED: DONE,
    IncidentStatus.DUPLICATE: DONE,
}
POSTPONED = frozenset({AnswerClass.INTERIM, AnswerClass.ACK, AnswerClass.MOVED_TO_PRIVATE})
WITH_STREET = frozenset({PlaceKind.ADDRESS, PlaceKind.STREET})


def _ended_at(incident: IncidentDetails) -> datetime | None:
    """When the work ended: it was closed, or else the answer after which nothing is owed was given."""
    if incident.closed_at is not None:
        return incident.closed_at
    return incident.first_answered_at if STEPS[incident.status] == DONE else None


def _until_the_end(incident: IncidentDetails, _: Surroundings) -> timedelta | None:
    ended = _ended_at(incident)
    return None if ended is None else ended - incident.opened_at


def _until_the_first_answer(incident: IncidentDetails, _: Surroundings) -> timedelta | None:
    seconds = incident.time_to_first_answer_seconds
    return None if seconds is None else timedelta(seconds=seconds)


def _outcome(incident: IncidentDetails, _: Surroundings) -> str:
    """How it stands: without an answer «Не решено», after a promise «Отложено»."""
    match incident.status:
        case IncidentStatus.REJECTED:
            return "Отклонено"
        case IncidentStatus.DUPLICATE:
            return "Повтор"
        case _ if incident.first_answer_class is None:
            return "Не решено"
        case _:
            return "Отложено" if AnswerClass(incident.first_answer_class) in POSTPONED else "Дан ответ"


def _settlement(incident: IncidentDetails, around: Surroundings) -> str | None:
    found = around.around(None if incident.territory is None else incident.territory.id, EntryKind.SETTLEMENT)
    named = (one.meant.title for one in incident.places if one.kind is PlaceKind.SETTLEMENT and one.meant is not None)
    return found or next(named, None)


def _municipality(incident: IncidentDetails, around: Surroundings) -> str | None:
    return around.around(None if incident.territory is None else incident.territory.id, EntryKind.TERRITORY)


def _street(incident: IncidentDetails) -> ShownPlace | None:
    return next((one for one in incident.places if one.kind in WITH_STREET), None)


def _street_name(incident: IncidentDetails, _: Surroundings) -> str | None:
    place = _street(incident)
    return None if place is None else place.surface if place.meant is None else place.meant.title


def _house(incident: IncidentDetails, _: Surroundings) -> str | None:
    place = _street(incident)
    return None if place is None else place.house


def _tags(incident: IncidentDetails, _: Surroundings) -> str | None:
    return "срочное" if incident.urgent else None


def _topic(incident: IncidentDetails, around: Surroundings) -> Cell:
    return None if incident.topic is None else around.title(incident.topic)


def _group(incident: IncidentDetails, around: Surroundings) -> Cell:
    return None if incident.topic is None else around.title(group_of(incident.topic))


INCIDENT_MANAGEMENT: Sequence[Column] = (
    Column("Номер инцидента", lambda one, _: one.id),
    Column("Дата создания", lambda one, _: one.opened_at, 20),
    Column("Дата окончания", lambda one, _: _ended_at(one), 20),
    Column("Отдел", lambda one, _: None if one.authority is None else one.authority.name, 28),
    Column("Исполнитель", lambda one, _: None if one.assignee is None else one.assignee.name, 20),
    Column("Время с начала создания инцидента до окончания", _until_the_end, 18),
    Column("Время до первого ответа", _until_the_first_answer, 18),
    Column("Текущий шаг инцидента", lambda one, _: STEPS[one.status]),
    Column("Группа тем", _group, 22),
    Column("Тема", _topic, 26),
    Column("Регион", lambda _, around: around.region),
    Column("Муниципалитет", _municipality, 24),
    Column("Населённый пункт", _settlement, 24),
    Column("Улица", _street_name, 24),
    Column("Дом", _house, 8),
    Column("Теги", _tags),
    Column("Тип инцидента", lambda one, _: names.KINDS[Kind(one.kind)].capitalize()),
    Column("Итог", _outcome),
    Column("Текст инцидента", lambda one, _: text_of(one.message), TEXT_WIDTH),
    Column("1ый ответ ПИ", lambda one, _: text_of(one.first_answer), TEXT_WIDTH),
    Column("Часовой пояс", lambda _, around: around.zone_name, 22),
)
"""The heads are read by name elsewhere, so that none carries the zone: it has a column of its own, the last."""
