"""What waits while the classifier judges goes to it together, and nobody pays for another's text or leaving."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from app.classifier.contract import TextInContext
from app.domain.verdict import Verdict
from app.usecases.judge_together import TOGETHER, Pile, Tray
from tests.patience import PATIENCE_SECONDS
from tests.usecases.reading import ByMark


class Gated(ByMark):
    """Begins to judge when told, remembers its batches, and cannot stand the word «яд»."""

    def __init__(self) -> None:
        self.begun, self.gate = asyncio.Semaphore(0), threading.Event()
        self.batches: list[list[str]] = []
        self._loop = asyncio.get_running_loop()

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        self._loop.call_soon_threadsafe(self.begun.release)
        self.gate.wait(timeout=PATIENCE_SECONDS)
        self.batches.append([one.text for one in texts])
        if any(one.text == "яд" for one in texts):
            raise ValueError("яд")
        return super().classify(texts)


async def judged_behind(gated: Gated, *piles: list[str]) -> list[asyncio.Task[list[str]]]:
    """Asks for all piles while the first is in the classifier's hands; what each is told, by the kinds of its texts."""
    tray = Tray()

    async def kinds(texts: list[str]) -> list[str]:
        pile = Pile(gated, [TextInContext(one) for one in texts])
        return [verdict.kind.value for verdict, _ in await tray.judge(pile)]

    first = asyncio.create_task(kinds(piles[0]))
    await gated.begun.acquire()
    rest = [asyncio.create_task(kinds(one)) for one in piles[1:]]
    await asyncio.sleep(0)  # they have put their piles on the tray
    return [first, *rest]


async def test_what_waits_is_judged_together_and_each_is_told_its_own() -> None:
    gated = Gated()
    asked = await judged_behind(gated, ["А?"], ["Б!", "В"], ["Г?"])
    gated.gate.set()
    assert await asyncio.gather(*asked) == [["question"], ["complaint", "other"], ["question"]]
    assert gated.batches == [["А?"], ["Б!", "В", "Г?"]]


async def test_a_text_that_the_classifier_cannot_stand_harms_its_own_page_alone() -> None:
    gated = Gated()
    asked = await judged_behind(gated, ["А?"], ["Б!"], ["яд"], ["Г?"])
    gated.gate.set()
    assert await asked[1] == ["complaint"]
    with pytest.raises(ValueError, match="яд"):
        await asked[2]
    assert await asked[3] == ["question"]


async def test_who_leaves_while_judging_takes_nobody_along() -> None:
    gated = Gated()
    asked = await judged_behind(gated, ["А?"], ["Б!"], ["Г?"])
    asked[0].cancel()
    asked[1].cancel()
    gated.gate.set()
    assert await asked[2] == ["question"]
    assert [one.cancelled() for one in asked[:2]] == [True, True]


async def test_the_first_does_not_wait_for_more_than_a_batch() -> None:
    gated, large = Gated(), ["Д!"] * (TOGETHER - 1)
    asked = await judged_behind(gated, ["А?"], ["Б!"], large, large)
    gated.gate.set()
    assert [len(one) for one in await asyncio.gather(*asked)] == [1, 1, TOGETHER - 1, TOGETHER - 1]
    assert [len(batch) for batch in gated.batches] == [1, TOGETHER, TOGETHER - 1]


async def test_a_classifier_that_answers_over_a_network_is_asked_by_all_pages_at_once() -> None:
    gated, tray = Gated(), Tray(gathers=False)
    asked = [asyncio.create_task(tray.judge(Pile(gated, [TextInContext(text)]))) for text in ("А?", "Б!")]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await gated.begun.acquire()
        await gated.begun.acquire()
    gated.gate.set()
    assert [verdict.kind.value for judged in await asyncio.gather(*asked) for verdict, _ in judged] == ["question", "complaint"]
