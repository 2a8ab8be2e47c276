"""Bots: what each is told, where that goes, and what it may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

KEPT = timedelta(hours=24)
PRESENT = frozenset({"administrator", "member"})
DEFAULT_UPDATES = ("message", "edited_message", "channel_post", "edited_channel_post", "my_chat_member")
FIRST_UPDATE = 700_000_001

Update = dict[str, Any]


@dataclass(slots=True)
class Webhook:
    """Where updates go, and how that went."""

    url: str
    secret: str
    max_connections: int
    last_error: tuple[datetime, str] | None = None


@dataclass(slots=True)
class Bot:
    """A bot of one page. `in_channel` and `in_group` are its standing there, in Telegram's words; `reads_all` is privacy mode off."""

    id: int
    username: str
    page_id: int
    in_channel: str = "administrator"
    in_group: str = "member"
    reads_all: bool = True
    webhook: Webhook | None = None
    allowed: Sequence[str] = DEFAULT_UPDATES
    waiting: list[tuple[datetime, Update]] = field(default_factory=list)
    fetches: int = 0
    is_revoked: bool = False
    partners: set[int] = field(default_factory=set)
    blocked_by: set[int] = field(default_factory=set)
    private_messages: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    next_update: int = FIRST_UPDATE

    @property
    def hears_channel(self) -> bool:
        return self.in_channel == "administrator"

    @property
    def hears_group(self) -> bool:
        return self.in_group == "administrator" or (self.in_group == "member" and self.reads_all)

    def tell(self, kind: str, body: Mapping[str, Any], now: datetime) -> None:
        """Puts an update into the bot's queue, if it is of a kind that it wants."""
        if kind in self.allowed:
            self.waiting.append((now, {"update_id": self.next_update, kind: dict(body)}))
            self.next_update += 1

    def forget(self, now: datetime, *, before: int = 0) -> None:
        """Drops what was confirmed, and what waited for longer than a day."""
        self.waiting = [one for one in self.waiting if one[0] > now - KEPT and one[1]["update_id"] >= before]
