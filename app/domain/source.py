"""A watched page and what may be wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from app.domain.authority import AuthorityId
from app.domain.territory import EntryId

SourceId = NewType("SourceId", int)


class SourceStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """Why nobody polls a source now; the network's reasons are looked at again once a day."""

    BY_OPERATOR = "by_operator"
    GONE = "gone"
    ACCESS_DENIED = "access_denied"
    NO_CREDENTIAL = "no_credential"


@dataclass(frozen=True, slots=True)
class Source:
    """One watched community or page. Questions published before `monitored_since` are `pre_observed`.

    A `test` page is read like any other and counts nowhere: not in the queue, nor in statistics, metrics and alarms.
    """

    id: SourceId
    network: str
    external_id: str
    name: str
    url: str
    official: bool
    authority_id: AuthorityId | None
    status: SourceStatus
    monitored_since: datetime
    territory_id: EntryId | None = None
    test: bool = False
