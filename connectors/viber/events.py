"""Events: how their signature is checked, what of them is kept, and what each tells.

Viber tells more of people than an answer needs: portraits, countries, languages. It is left out before anything is stored.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sdk.contract import PushedEvent, PushedNews
from connectors.sdk.errors import AuthenticationFailed, UnexpectedResponse
from connectors.sdk.fields import line, mapping, whole
from connectors.viber import settings
from connectors.viber.account import BotPage, read_kept, read_signing_secret
from connectors.viber.mapping import MESSAGE, OWN_WORDS, SENT, Malformed, direct, sent, undelivered

LONGEST_NAME = 40
TOKEN = re.compile(r"[0-9A-Za-z_-]{1,40}")
READERS = {MESSAGE: direct, SENT: sent, settings.UNDELIVERED: undelivered}


def parse_event(headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
    """The event of a webhook; `AuthenticationFailed` unless it is signed by the bot's token.

    All that Viber has signed is taken, also what we make nothing of: what is refused at the door comes again for an hour.
    """
    known = read_signing_secret(secret)
    wanted = "" if known is None else hmac.new(known[1].encode(), body, hashlib.sha256).hexdigest()
    shown = headers.get(settings.SIGNATURE_HEADER, "").strip().lower()
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), wanted.encode()) or known is None:
        raise AuthenticationFailed("the event is not signed by the token of the bot")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise UnexpectedResponse("the event is no JSON") from None
    if not isinstance(event, dict):
        raise UnexpectedResponse("the event is no object")
    kind = line(event.get("event"))[:LONGEST_NAME]
    key = token_of(event) or hashlib.sha256(body).hexdigest()[:32]
    return kept_event(known[0], f"{kind}:{key}", needed(kind, event))


def kept_event(page: BotPage, event_id: str, event: Mapping[str, Any]) -> PushedEvent:
    """An event as it is kept: with the page that it belongs to."""
    raw = json.dumps({"page": page.kept(), "event": event}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return PushedEvent(event_id, page.wall, raw.encode())


def needed(kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an event: of a message who wrote what and when, of a failure whom it concerns, of all others that they came."""
    kept: dict[str, Any] = {"event": kind, "timestamp": whole(event.get("timestamp")), "message_token": token_of(event)}
    if kind == MESSAGE:
        sender, message = mapping(event.get("sender")), mapping(event.get("message"))
        said = {name: line(message.get(name)) for name in ("type", "text", *OWN_WORDS.get(line(message.get("type")), ()))}
        return kept | {"sender": {name: line(sender.get(name)) for name in ("id", "name")}, "message": said}
    if kind == settings.UNDELIVERED:
        return kept | {"user_id": line(event.get("user_id")), "desc": line(event.get("desc"))[:300]}
    return {"event": kind}


def read_event(raw: bytes, *, received_at: datetime) -> PushedNews | None:
    """What a kept event tells; `None` for the kinds that are of no interest."""
    try:
        kept = mapping(json.loads(raw))
    except (ValueError, RecursionError):
        raise UnexpectedResponse("the event is no JSON") from None
    page, event = read_kept(mapping(kept.get("page"))), mapping(kept.get("event"))
    kind = line(event.get("event"))
    reader = READERS.get(kind)
    if reader is None:
        return None
    try:
        return reader(page, event, received_at)
    except Malformed as error:
        raise UnexpectedResponse(f"the event {kind} cannot be read: {error}") from None


def token_of(event: Mapping[str, Any]) -> str:
    """The number of a message as text: it is beyond what many programs hold exactly, and Viber writes it both ways."""
    token = event.get("message_token")
    written = str(token) if isinstance(token, int) and not isinstance(token, bool) else line(token)
    return written if TOKEN.fullmatch(written) else ""
