"""Ready texts for replies as the API takes and shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.api.parameters import STORABLE
from app.api.schemas.routing import TopicCode
from app.api.schemas.shape import NamedOut, example, strict_example
from app.domain.answer import AnswerClass
from app.domain.deadline import Policy
from app.domain.ready_text import LONGEST_TITLE, Filled, NewReadyText, worth_of
from app.domain.reply import LONGEST
from app.storage.ready_texts import ReadyText

SAID = {
    "title": "Освещение: срок работ",
    "text": "{имя}, здравствуйте! Светильники заменят до {срок}. {ведомство}",
    "topic": "lighting",
}
READY_TEXT = {
    "id": 2,
    **SAID,
    "version": 1,
    "answer_class": "interim",
    "rule": "promises work by a date",
    "stops_clock": True,
    "changed_at": "2026-03-11T09:10:00Z",
    "changed_by": {"id": 3, "name": "Борис"},
}


class ReadyTextIn(BaseModel):
    """A ready text. Gaps: {имя}, {тема}, {ведомство}, {срок}; without a `topic` it is for any."""

    model_config = strict_example(**SAID)

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE, pattern=STORABLE)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=STORABLE)]
    topic: TopicCode | None = None

    def new(self) -> NewReadyText:
        """The text to be kept."""
        return NewReadyText(self.title, self.text, self.topic)


class ReadyTextOut(BaseModel):
    """A ready text, and what it would be worth as an answer: one that does not stop the clock is told by `stops_clock`."""

    model_config = example(**READY_TEXT)

    id: int
    title: str
    text: str
    topic: str | None
    version: int
    answer_class: AnswerClass
    rule: str
    stops_clock: bool
    changed_at: datetime
    changed_by: NamedOut

    @classmethod
    def of(cls, ready: ReadyText, policy: Policy) -> "ReadyTextOut":
        worth = worth_of(ready.said.text, policy)
        return cls(
            id=ready.id,
            title=ready.said.title,
            text=ready.said.text,
            topic=ready.said.topic,
            version=ready.version,
            answer_class=worth.answer_class,
            rule=worth.rule,
            stops_clock=worth.stops_clock,
            changed_at=ready.changed_at,
            changed_by=NamedOut(id=ready.changed_by.id, name=ready.changed_by.name),
        )


class ReadyTextList(BaseModel):
    """Every ready text, by title."""

    model_config = example(items=[READY_TEXT])

    items: list[ReadyTextOut]

    @classmethod
    def of(cls, found: Sequence[ReadyText], policy: Policy) -> "ReadyTextList":
        return cls(items=[ReadyTextOut.of(one, policy) for one in found])


class FilledOut(BaseModel):
    """A ready text with its gaps filled for one incident; `missing` are those that it has nothing for, and no reply is taken with them."""

    model_config = example(text="Анна, здравствуйте! Светильники заменят до {срок}. Горсвет", missing=["срок"])

    text: str
    missing: list[str]

    @classmethod
    def of(cls, filled: Filled) -> "FilledOut":
        return cls(text=filled.text, missing=list(filled.missing))
