"""Filters of the queue as the journal keeps them and as people read them."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any

from app.domain import names
from app.domain.incident import IncidentStatus
from app.domain.territory import EntryId
from app.domain.verdict import Kind
from app.storage.queue import QueueFilter

NOTHING_LEFT_OUT = "без отбора"
TITLES: Mapping[str, str] = {
    "statuses": "состояние",
    "topic": "тема",
    "kind": "вид",
    "authority_id": "ведомство №",
    "source_id": "страница №",
    "assignee_id": "сотрудник №",
    "territory_id": "территория №",
    "overdue": "просрочены",
    "owed": "повторы без ответа",
    "promised": "ждут полного ответа",
    "promise_overdue": "полный ответ просрочен",
    "words": "слова",
    "confidence_below": "уверенность в виде ниже",
    "published_from": "опубликовано с",
    "published_to": "опубликовано до",
    "of_test_pages": "с проверочных страниц",
}
EVERYTHING = QueueFilter()


def filters_of(wanted: QueueFilter, territory_id: EntryId | None) -> dict[str, Any]:
    """Those that narrow, as plain values; `territory_id` stands for all that lies in it."""
    given = {one.name: getattr(wanted, one.name) for one in fields(QueueFilter) if one.name != "territory_ids"} | {
        "territory_id": territory_id
    }
    return {name: _plain(value) for name, value in given.items() if value != getattr(EVERYTHING, name, None)}


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def in_words(filters: Mapping[str, Any], title: Callable[[str], str]) -> str:
    """The filters in Russian; `title` tells what a topic is called."""
    said = [f"{name}: {_said(key, filters[key], title)}" for key, name in TITLES.items() if key in filters]
    return "; ".join(said) or NOTHING_LEFT_OUT


def _said(name: str, value: Any, title: Callable[[str], str]) -> str:
    match name, value:
        case "statuses", list():
            return ", ".join(names.STATUSES[IncidentStatus(one)] for one in value)
        case "kind", str():
            return names.KINDS[Kind(value)]
        case "topic", str():
            return title(value)
        case _, bool():
            return "да" if value else "нет"
        case _:
            return str(value)
