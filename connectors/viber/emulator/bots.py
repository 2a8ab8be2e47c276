"""Bots: who knows each, what each is told, and where that goes."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.sdk.emulation.town import TownPage, TownPerson

KEPT = timedelta(hours=1)
FIRST_TOKEN = 4_912_661_846_655_238_145
"""Beyond what a program that reads numbers as floats holds exactly."""
FILTERED = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")

Json = dict[str, Any]


@dataclass(slots=True)
class Waiting:
    """An event on its way."""

    since: datetime
    event: Json
    tries: int = 0


@dataclass(slots=True)
class Bot:
    """A bot of one page. `people` have written to it, by the ids that they have with it; `subscribers` have not left it."""

    token: str
    page: TownPage
    webhook: str = ""
    event_types: Sequence[str] = FILTERED
    sends_names: bool = False
    waiting: list[Waiting] = field(default_factory=list)
    people: dict[str, TownPerson] = field(default_factory=dict)
    subscribers: set[str] = field(default_factory=set)
    sent: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    is_blocked: bool = False
    next_token: int = FIRST_TOKEN

    @property
    def account(self) -> Json:
        about = {
            "id": f"pa:{5_925_429_953_186_752_000 + self.page.id}",
            "name": self.page.name,
            "uri": self.page.screen_name,
            "icon": "https://media.invalid/icon",
            "category": "Local Businesses",
            "subcategory": "Government Organization",
            "country": "RU",
            "location": {"lon": 40.2, "lat": 57.5},
            "subscribers_count": len(self.subscribers),
            "members": [{"id": "YWRtaW4gb2YgdGhlIGI=", "name": "Администратор", "avatar": "https://media.invalid/a", "role": "admin"}],
        }
        return about | ({"webhook": self.webhook, "event_types": list(self.event_types)} if self.webhook else {})

    def id_of(self, person: int) -> str:
        """A person's id, another one with every bot."""
        return base64.b64encode(hashlib.sha256(f"{self.token} {person}".encode()).digest()[:16]).decode()

    def token_of_next(self) -> int:
        self.next_token += 1
        return self.next_token

    def hear(self, who: TownPerson, message: Json, now: datetime) -> int:
        """Tells the bot of a message, which makes whoever wrote it a subscriber; the message's number."""
        person, number = self.id_of(who.id), self.token_of_next()
        self.people[person] = who
        self.subscribers.add(person)
        sender = {"id": person, "language": "ru", "country": "RU", "api_version": 10}
        if self.sends_names:
            sender["name"] = f"{who.first_name} {who.last_name}".strip()
        self.tell("message", {"message_token": number, "sender": sender, "message": message, "silent": False}, now)
        return number

    def tell(self, kind: str, body: Json, now: datetime) -> None:
        """Puts an event on its way, if the bot has a webhook and wants it: without one nothing is kept."""
        if self.webhook and (kind not in FILTERED or kind in self.event_types):
            event = {"event": kind, "timestamp": int(now.timestamp() * 1000), "chat_hostname": "SN-CHAT-01_", **body}
            self.waiting.append(Waiting(now, event))
