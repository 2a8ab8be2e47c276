"""A text that we send through a connector: written by an operator, published by a worker, once."""

import re
from enum import StrEnum
from typing import NewType

from app.domain.errors import InvalidInput

ReplyId = NewType("ReplyId", int)

LONGEST = 4_000
"""Characters; far below any network's limit, and longer than any reply that is read."""

NOT_DELIVERED = "the network took the reply and could not deliver it"
"""Why a reply failed that had been sent; the network's own word may follow."""

GAPS = ("имя", "тема", "ведомство", "срок")
GAP = re.compile(r"\{(" + "|".join(GAPS) + r")\}")
"""What a ready text leaves open, and what no reply may."""


class ReplyState(StrEnum):
    """QUEUED waits for a worker, SENDING has left for the network, SENT stands there, FAILED was refused, WITHDRAWN taken back in time.

    UNKNOWN left us and no answer came: it is looked for under the post, and never sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


def readable_reply(text: str, *, with_gaps: bool = False) -> str:
    """The text as it will be sent; `InvalidInput` for one that nobody could read, and for a gap that was left open."""
    said = text.strip()
    if not said:
        raise InvalidInput("text", "A reply needs a text.")
    if len(said) > LONGEST:
        raise InvalidInput("text", f"A reply has at most {LONGEST} characters, not {len(said)}.")
    if not with_gaps and (gap := GAP.search(said)) is not None:
        raise InvalidInput("gaps", f"The reply still has the gap {gap[0]}: fill it or take it out.")
    return said
