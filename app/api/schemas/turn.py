"""Turns and answers of an incident as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.schemas.shape import example
from app.api.schemas.wait_parts import EXAMPLE_PARTS, PartOut
from app.domain.answer import AnswerClass, BoundBy
from app.domain.answer_confidence import confidence_of
from app.domain.turn import Stop, Turn, TurnFlag, TurnState
from app.storage.incident_details import ShownAnswer

TURN = {
    "number": 1,
    "state": "answered_in_time",
    "question_id": 101,
    "started_at": "2026-03-11T09:00:00Z",
    "due_at": "2026-03-12T09:00:00Z",
    "urgent": False,
    "repeats": 0,
    "acked_at": None,
    "moved_to_private_at": None,
    "first_answer": {"message_id": 103, "class": "substantive", "at": "2026-03-11T11:25:00Z"},
    "substantive_answer": {"message_id": 103, "class": "substantive", "at": "2026-03-11T11:25:00Z"},
    "withdrawn_at": None,
    "no_reply_at": None,
    "flags": [],
    "parts": EXAMPLE_PARTS,
}
ANSWER = {
    "message_id": 103,
    "url": "https://vk.com/wall-7_100?reply=3",
    "text": "Отопление восстановлено в 11:20.",
    "class": "substantive",
    "rule": "says something of its own",
    "confidence": 0.75,
    "account": "-7",
    "account_name": "Администрация города",
    "authority_id": 4,
    "bound_by": "reply_to",
    "published_at": "2026-03-11T11:25:00Z",
    "deleted_at": None,
}


class StopOut(BaseModel):
    """The answer that stopped a clock, and the moment that counts."""

    model_config = example(**{"message_id": 103, "class": "substantive", "at": "2026-03-11T11:25:00Z"})

    message_id: int
    answer_class: AnswerClass = Field(serialization_alias="class")
    at: datetime

    @classmethod
    def of(cls, stop: Stop | None) -> "StopOut | None":
        return None if stop is None else cls(message_id=stop.message_id, answer_class=stop.answer_class, at=stop.at)


class TurnOut(BaseModel):
    """One question and the wait for its answer. `parts` are those of the time to first answer; a dismissed question has none.

    `no_reply_at`: comments were closed before anybody had answered, and nobody can.
    """

    model_config = example(**TURN)

    number: int
    state: TurnState
    question_id: int
    started_at: datetime
    due_at: datetime | None
    urgent: bool
    repeats: int
    acked_at: datetime | None
    moved_to_private_at: datetime | None
    first_answer: StopOut | None
    substantive_answer: StopOut | None
    substantive_due_at: datetime | None
    policy_id: int | None
    withdrawn_at: datetime | None
    no_reply_at: datetime | None
    flags: list[TurnFlag]
    parts: list[PartOut]

    @classmethod
    def of(cls, turn: Turn, parts: list[PartOut], now: datetime) -> "TurnOut":
        return cls(
            number=turn.number,
            state=turn.state(now),
            question_id=turn.question_id,
            started_at=turn.started_at,
            due_at=turn.due_at,
            urgent=turn.urgent,
            repeats=turn.repeats,
            acked_at=turn.acked_at,
            moved_to_private_at=turn.moved_to_private_at,
            first_answer=StopOut.of(turn.first),
            substantive_answer=StopOut.of(turn.substantive),
            substantive_due_at=turn.substantive_due_at,
            policy_id=turn.policy_id,
            withdrawn_at=turn.withdrawn_at,
            no_reply_at=turn.no_reply_at,
            flags=sorted(turn.flags),
            parts=parts,
        )


class AnswerOut(BaseModel):
    """An official message bound to the incident: by what, and what it is worth by which rule. `url` is null as that of a message is."""

    model_config = example(**ANSWER)

    message_id: int
    url: str | None
    text: str | None
    answer_class: AnswerClass = Field(serialization_alias="class")
    rule: str
    confidence: float
    account: str
    account_name: str | None
    authority_id: int | None
    bound_by: BoundBy
    published_at: datetime
    deleted_at: datetime | None

    @classmethod
    def of(cls, answer: ShownAnswer) -> "AnswerOut":
        return cls(
            message_id=answer.message.id,
            url=answer.message.url,
            text=answer.message.text,
            answer_class=AnswerClass(answer.answer_class),
            rule=answer.rule,
            confidence=confidence_of(answer.rule),
            account=answer.account,
            account_name=answer.message.author_name,
            authority_id=answer.authority_id,
            bound_by=BoundBy(answer.bound_by),
            published_at=answer.message.published_at,
            deleted_at=answer.message.deleted_at,
        )
