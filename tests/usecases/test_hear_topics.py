"""Topics of messages that are compared: as the model hears them, unless a person or the post has said."""

from datetime import UTC, datetime

import pytest

from app.classifier.model_file import load_shipped_model
from app.domain.likeness import Telling, stems_of
from app.usecases.hear_topics import with_chances

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
TEXT = "нет холодной воды на Лесной третий день, из крана ни капли"


def telling(topic: str | None) -> Telling:
    return Telling(topic, NOON, frozenset(), stems_of(TEXT), text=TEXT)


async def test_chances_are_heard_of_all_topics_unless_another_one_was_given() -> None:
    heard = await with_chances({1: telling(None), 2: telling("water.no_cold"), 3: telling("housing.lift")}, load_shipped_model())

    assert sum(root * root for root in heard[1].chances) == pytest.approx(1, abs=0.01)
    assert heard[2].chances == heard[1].chances
    assert heard[3].chances == ()


async def test_nothing_is_heard_of_nothing() -> None:
    assert await with_chances({}, load_shipped_model()) == {}
