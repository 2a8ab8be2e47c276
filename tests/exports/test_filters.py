"""Filters in the journal and in words."""

from dataclasses import fields
from datetime import UTC, datetime

from app.domain.incident import IncidentStatus
from app.domain.territory import EntryId
from app.domain.verdict import Kind
from app.exports.filters import NOTHING_LEFT_OUT, TITLES, filters_of, in_words
from app.storage.queue import QueueFilter


def test_every_filter_of_the_queue_has_a_name() -> None:
    assert {one.name for one in fields(QueueFilter)} - {"territory_ids"} <= set(TITLES)


def test_only_what_narrows_is_kept_and_told() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    wanted = QueueFilter(statuses=(IncidentStatus.NEW,), topic="heating", kind=Kind.COMPLAINT, overdue=False, published_from=moment)

    kept = filters_of(wanted, EntryId(5))

    assert kept == {
        "statuses": ["new"],
        "topic": "heating",
        "kind": "complaint",
        "overdue": False,
        "published_from": "2026-03-01T00:00:00+00:00",
        "territory_id": 5,
    }
    assert in_words(kept, {"heating": "Отопление"}.__getitem__) == (
        "состояние: новое; тема: Отопление; вид: жалоба; территория №: 5; просрочены: нет; опубликовано с: 2026-03-01T00:00:00+00:00"
    )
    assert in_words(filters_of(QueueFilter(), None), str) == NOTHING_LEFT_OUT
