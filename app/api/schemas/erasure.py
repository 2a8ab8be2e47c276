"""Erasures as the API takes and shows them."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from app.api.parameters import ShortText
from app.api.schemas.shape import example, strict_example
from app.storage.privacy.erasures import Erasure

COUNTS = {"messages": 3, "incidents": 1, "answers": 1, "mentions": 2, "payloads": 4, "events": 0, "repeats": 0}
ERASURE = {"id": 5, "network": "vk", "erased_at": "2026-03-11T09:00:00Z", "erased_by": "Анна", "lifted_at": None, "counts": COUNTS}


class ErasureIn(BaseModel):
    """Who is to be erased, by the address of their page or network:id. Unless confirmed, it is only counted what would go."""

    model_config = strict_example(author="https://vk.com/id501", confirm=False)

    author: ShortText
    confirm: bool = False


class CountsOut(BaseModel):
    """What goes, or went: messages and incidents of the person, official comments that answered them alone, texts of others that

    name them, answers of the network and pushed events as received, answers kept for repeated requests.
    """

    model_config = example(**COUNTS)

    messages: int = 0
    incidents: int = 0
    answers: int = 0
    mentions: int = 0
    payloads: int = 0
    events: int = 0
    repeats: int = 0


class ErasedOut(BaseModel):
    """What went, or would go as long as it is not `erased`."""

    model_config = example(network="vk", erased=False, counts=COUNTS)

    network: str
    erased: bool
    counts: CountsOut

    @classmethod
    def of(cls, network: str, counts: Mapping[str, int], *, erased: bool) -> "ErasedOut":
        return cls(network=network, erased=erased, counts=CountsOut(**counts))


class ErasureOut(BaseModel):
    """An entry of the journal. It names no person; `erased_by` is null where it was ordered by command."""

    model_config = example(**ERASURE)

    id: int
    network: str
    erased_at: datetime
    erased_by: str | None
    lifted_at: datetime | None
    counts: CountsOut

    @classmethod
    def of(cls, one: Erasure) -> "ErasureOut":
        return cls(
            id=one.id,
            network=one.network,
            erased_at=one.erased_at,
            erased_by=one.erased_by,
            lifted_at=one.lifted_at,
            counts=CountsOut(**one.counts),
        )


class ErasurePage(BaseModel):
    """A page of the journal."""

    model_config = example(items=[ERASURE], next_cursor=None)

    items: list[ErasureOut]
    next_cursor: str | None
