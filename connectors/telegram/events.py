"""Updates: how Telegram writes them to a webhook and to a long poll, how they are kept, and what each tells."""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sdk.contract import PushedChange, PushedEvent, PushedNews
from connectors.sdk.errors import AuthenticationFailed, UnexpectedResponse
from connectors.sdk.fields import mapping, whole
from connectors.telegram import settings
from connectors.telegram.bot_page import BotPage, read_kept, read_secret_token
from connectors.telegram.mapping import news_of
from connectors.telegram.schemas import Malformed, message_of

CHANGES: Mapping[str, PushedChange] = {
    "message": PushedChange.APPEARED,
    "channel_post": PushedChange.APPEARED,
    "edited_message": PushedChange.EDITED,
    "edited_channel_post": PushedChange.EDITED,
}
"""Telegram tells nobody of deletions."""


def parse_update(headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
    """The event of a webhook; `AuthenticationFailed` unless it carries the secret that Telegram was given.

    Whatever the bot is told belongs to its page here: what is none of it is found out by whoever reads it, since an update
    that is refused at the door would come again and again.
    """
    found = read_secret_token(headers.get(settings.SECRET_HEADER, ""))
    shown = "" if found is None else found[1]
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), secret.encode()) or found is None:
        raise AuthenticationFailed("the update does not carry the secret that Telegram was given")
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise UnexpectedResponse("the update is no JSON") from None
    return kept_event(found[0], update)


def kept_event(page: BotPage, update: Any) -> PushedEvent:
    """An update as it is kept: with the page that it belongs to."""
    number = whole(mapping(update).get("update_id"))
    if number is None:
        raise UnexpectedResponse("an update without update_id")
    return event_of(page, update, str(number))


def event_of(page: BotPage, update: Mapping[str, Any], key: str) -> PushedEvent:
    """Numbers of updates are those of one bot."""
    raw = json.dumps({"page": page.kept(), "update": update}, separators=(",", ":"), sort_keys=True).encode()
    return PushedEvent(f"{page.bot}:{key}", page.wall, raw)


def read_event(raw: bytes, *, received_at: datetime) -> PushedNews | None:
    """What a kept update tells; `None` for the many kinds that are of no interest. Telegram dates everything itself."""
    try:
        kept = json.loads(raw)
    except (ValueError, RecursionError):
        raise UnexpectedResponse("the update is no JSON") from None
    page, update = read_kept(mapping(mapping(kept).get("page"))), mapping(mapping(kept).get("update"))
    for kind, change in CHANGES.items():
        if kind in update:
            try:
                return news_of(page, message_of(mapping(update[kind])), change)
            except Malformed as error:
                raise UnexpectedResponse(f"the update {kind} cannot be read: {error}") from None
    return None
