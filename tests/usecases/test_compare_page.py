"""A page that was judged while somebody else stored the same messages."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from app.classifier.contract import TextInContext
from app.domain.verdict import Verdict
from app.usecases.judge_together import Tray
from tests.usecases.reading import PAGE, ByMark, Reader, comment, post

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Held(ByMark):
    """Judges only when it is let go, so that a test decides what happens meanwhile."""

    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        self.asked.set()
        self.let_go.wait(10)
        return ByMark().classify(texts)


@pytest.mark.parametrize("is_thread_known", [False, True])
async def test_what_somebody_stored_since_the_look_is_not_stored_again(reader: Reader, noon: datetime, is_thread_known: bool) -> None:
    if is_thread_known:
        await reader.read(post(100, "Пуск тепла", noon), at=noon)
    classifier = Held()
    slow = replace(reader, intake=replace(reader.intake, classifier=classifier, tray=Tray()))  # another worker
    page = [comment(1, "Холодно!", noon), comment(2, "Сделаем", noon + HOUR, by=PAGE, root=1, reply_to=1)]

    async with asyncio.TaskGroup() as group:
        late = group.create_task(slow.read(*page, at=noon + 2 * HOUR))
        await asyncio.to_thread(classifier.asked.wait, 10)
        first = await reader.read(*page)
        classifier.let_go.set()

    assert (first.new, first.opened) == (2, 1)
    assert (late.result().new, late.result().edited, late.result().opened) == (0, 0, 0)
    assert len(await reader.rows("SELECT 1 FROM messages WHERE comment_id <> ''")) == 2
    assert len(await reader.rows("SELECT 1 FROM incident_events WHERE type = 'opened'")) == 1


async def test_a_thread_counts_the_pages_that_changed_it(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Холодно!", noon)
    await reader.read(said, at=noon)
    await reader.read(said, at=noon + HOUR)
    await reader.read(replace(said, text="Очень холодно!"), at=noon + 2 * HOUR)

    (thread,) = await reader.rows("SELECT changes FROM threads")

    assert thread.changes == 2
