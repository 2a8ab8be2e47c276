"""What of a town stands at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.sdk.emulation.town import TownMessage, edited_at, is_present, presence_changes, text_at

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MESSAGE = TownMessage(
    "key",
    1,
    2,
    NOON,
    "первый",
    edits=((NOON + HOUR, "второй"), (NOON + 3 * HOUR, "третий")),
    deleted_at=NOON + 2 * HOUR,
    restored_at=NOON + 4 * HOUR,
)


@pytest.mark.parametrize(("hours", "present"), [(-0.1, False), (0, True), (1.9, True), (2, False), (3.9, False), (4, True)])
def test_a_message_is_there_from_publication_to_deletion_and_again_from_restoration(hours: float, present: bool) -> None:
    assert is_present(MESSAGE, NOON + hours * HOUR) is present


@pytest.mark.parametrize(("hours", "text", "edit"), [(0, "первый", None), (1, "второй", 1), (2.9, "второй", 1), (9, "третий", 3)])
def test_the_text_is_that_of_the_last_edit(hours: float, text: str, edit: int | None) -> None:
    moment = NOON + hours * HOUR
    assert text_at(MESSAGE, moment) == text
    assert edited_at(MESSAGE, moment) == (None if edit is None else NOON + edit * HOUR)


def test_presence_changes_at_publication_deletion_and_restoration() -> None:
    assert presence_changes(MESSAGE) == (NOON, NOON + 2 * HOUR, NOON + 4 * HOUR)
    assert presence_changes(TownMessage("key", 1, 2, NOON, "")) == (NOON,)
