"""Bodies that are responsible for answering, and the accounts under which they speak."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

AuthorityId = NewType("AuthorityId", int)


@dataclass(frozen=True, slots=True)
class Authority:
    id: AuthorityId
    name: str


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """An account through which an authority (or a page itself) answers; `valid_to=None` means until further notice."""

    network: str
    external_id: str
    authority_id: AuthorityId | None
    valid_from: datetime
    valid_to: datetime | None = None

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether a message published at `moment` by this account is official."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)
