"""Fetches updates by `getUpdates`, for servers that Telegram cannot reach.

The cursor is the offset: Telegram forgets what lies before it, so it moves on only when the core has stored what came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.sdk.contract import Cursor, Updates, Wall
from connectors.sdk.errors import AccessDenied, UnexpectedResponse
from connectors.sdk.fields import records, whole
from connectors.sdk.versioned import read_versioned, write_versioned
from connectors.telegram import settings
from connectors.telegram.api import Answer
from connectors.telegram.client import TelegramClient
from connectors.telegram.events import kept_event
from connectors.telegram.schemas import moment

VERSION, KIND = 1, "updates"


@dataclass(frozen=True, slots=True)
class Place:
    """Where fetching of one bot's updates goes on: the next number, when something came last, and when we last asked."""

    bot: int
    offset: int
    came_at: datetime
    asked_at: datetime


class UpdateFetcher:
    """The long polls of one connector, at most one a bot."""

    def __init__(self, client: TelegramClient) -> None:
        self._client = client
        self._walls: dict[int, Wall] = {}

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        """Updates since the cursor; without one, all that Telegram still keeps."""
        serving = await self._client.serving(wall)
        page, now = serving.page, self._client.now()
        if self._walls.setdefault(page.bot, wall) != wall:
            other = self._walls[page.bot].external_id
            raise AccessDenied(
                f"the bot {serving.credential.name!r} already fetches for the page {other}: give every page a bot of its own"
            )
        place = read_place(since)
        known = place is not None and place.bot == page.bot
        asked: dict[str, Any] = {"limit": settings.UPDATES_PER_CALL, "allowed_updates": list(settings.UPDATES)}
        if place is not None and known and place.offset and now - place.came_at < settings.NUMBERS_RUN_ON:
            asked["offset"] = place.offset
        try:
            found = await self._client.wait(serving.credential, asked, read_updates)
        finally:
            self._walls.pop(page.bot, None)
        now = self._client.now()
        began = place if place is not None and known else Place(page.bot, 0, now, now)
        last = max((number for number, _ in found), default=None)
        after = Place(page.bot, began.offset, began.came_at, now) if last is None else Place(page.bot, last + 1, now, now)
        events = tuple(kept_event(page, update) for _, update in found)
        return Updates(events, write_place(after), lost=now - began.asked_at > settings.UPDATES_KEPT + margin())


def margin() -> timedelta:
    """A long poll itself takes time."""
    return timedelta(seconds=2 * settings.LONG_POLL_SECONDS)


def read_updates(answer: Answer) -> list[tuple[int, Mapping[str, Any]]]:
    """Updates by their numbers; one without a number would hold up all that follow, and says that we know Telegram no more."""
    if not isinstance(answer.result, list):
        raise UnexpectedResponse(f"{answer.method}: the result is no list")
    numbered = [(whole(update.get("update_id")), update) for update in records(answer.result)]
    if any(number is None for number, _ in numbered) or len(numbered) != len(answer.result):
        raise UnexpectedResponse(f"{answer.method}: an update without update_id")
    return [(number or 0, update) for number, update in numbered]


def write_place(place: Place) -> Cursor:
    moments = {"came": int(place.came_at.timestamp()), "asked": int(place.asked_at.timestamp())}
    return Cursor(write_versioned(VERSION, KIND, {"bot": place.bot, "offset": place.offset, **moments}))


def read_place(cursor: Cursor | None) -> Place | None:
    """`None` for a cursor that is absent, of another version or damaged: Telegram then gives all that it still keeps."""
    fields = read_versioned(VERSION, KIND, cursor)
    bot, offset = whole(fields.get("bot")), whole(fields.get("offset"))
    came_at, asked_at = moment(fields.get("came")), moment(fields.get("asked"))
    return None if bot is None or offset is None or came_at is None or asked_at is None else Place(bot, offset, came_at, asked_at)
