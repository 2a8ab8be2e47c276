"""The classifier's tray: what comes in while it judges waits, and then goes together.

One hand at it is as fast as many, since Python lets only one thread work, and a large batch costs a text less than a small one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.classifier.contract import Classifier, TextInContext
from app.classifier.places.finder import PlaceFinder, Surroundings
from app.domain.place import FoundPlace
from app.domain.territory import EntryId
from app.domain.verdict import Verdict

TOGETHER = 256
"""Texts after which no more are added: the classifier's own batch, beyond which the first would wait for the last in vain."""

Judgement = tuple[Verdict, tuple[FoundPlace, ...]]
"""A verdict, and the places in a text that needs an answer."""


@dataclass(slots=True, eq=False)
class Pile:
    """The texts of one page, who is to judge them, and what they were judged once they were."""

    classifier: Classifier
    texts: Sequence[TextInContext]
    finder: PlaceFinder | None = None
    territory: EntryId | None = None
    judged: list[Judgement] | None = None


class Tray:
    """Piles of texts on their way to the classifier. One for a whole process.

    With a classifier that answers over a network nothing `gathers`: it is waited for, not worked for, and a slow answer would hold
    up every page.
    """

    def __init__(self, *, gathers: bool = True) -> None:
        self._gathers = gathers
        self._lock = asyncio.Lock()
        self._waiting: list[Pile] = []

    async def judge(self, pile: Pile) -> list[Judgement]:
        """The judgement of each text, in order; whoever's turn it is judges for those behind as well."""
        if self._gathers:
            await self._judge_in_turn(pile)
        else:
            await asyncio.to_thread(_judge, [pile])
        if pile.judged is None:
            raise RuntimeError("a pile of texts was left unjudged")
        return pile.judged

    async def _judge_in_turn(self, pile: Pile) -> None:
        self._waiting.append(pile)
        try:
            async with self._lock:
                if pile.judged is None:
                    await self._judge_with_others(pile)
        finally:
            self._waiting.remove(pile)

    async def _judge_with_others(self, mine: Pile) -> None:
        together = self._take(mine)
        try:
            await asyncio.to_thread(_judge, together)
        except Exception:
            if len(together) == 1:
                raise
            await asyncio.to_thread(_judge, [mine])  # whosever text it was, the others come to their own turn

    def _take(self, mine: Pile) -> list[Pile]:
        """The pile and those that wait behind it. They stay on the tray until they are judged, lest one be lost with this call."""
        taken, texts = [mine], len(mine.texts)
        for pile in self._waiting:
            is_alike = pile is not mine and pile.classifier is mine.classifier and pile.judged is None
            if is_alike and texts + len(pile.texts) <= TOGETHER:
                taken.append(pile)
                texts += len(pile.texts)
        return taken


def _judge(piles: Sequence[Pile]) -> None:
    verdicts = iter(piles[0].classifier.classify([one for pile in piles for one in pile.texts]))
    for pile in piles:
        pile.judged = [(verdict, _places(pile, one, verdict)) for one, verdict in zip(pile.texts, verdicts, strict=False)]


def _places(pile: Pile, one: TextInContext, verdict: Verdict) -> tuple[FoundPlace, ...]:
    if pile.finder is None or not verdict.needs_answer:
        return ()
    above = tuple(text for text in (one.reply_to, one.post) if text)
    return pile.finder.find(one.text, Surroundings(above, pile.territory))
