"""Answers in a dialogue, by the bot that it is with.

Viber has no key against repeats and tells a bot of nothing that it has written, but whether it was delivered. So its answer to
our call is handed on as an event, and where it is lost the outcome stays unknown.
"""

from datetime import datetime

from connectors.sdk.contract import DIRECT_DIALOGUE, Message, MessageType, PublishedReply
from connectors.sdk.errors import AccessDenied, OutcomeUnknown, ReplyRejected
from connectors.sdk.http import json_body
from connectors.sdk.text import clean_text
from connectors.viber import settings
from connectors.viber.account import BotPage
from connectors.viber.api import WRITING, Answer
from connectors.viber.client import ViberClient
from connectors.viber.events import kept_event, token_of
from connectors.viber.mapping import SENT


async def publish_reply(client: ViberClient, to: Message, text: str) -> PublishedReply:
    """The reply as Viber took it, with the event that tells of it."""
    if to.type is not MessageType.DIRECT or to.post_id is None:
        raise AccessDenied("Viber has private messages only", permanent=True)
    said = clean_text(text)
    if len(said) > settings.LONGEST_TEXT:
        raise ReplyRejected(f"Viber takes {settings.LONGEST_TEXT} characters, the reply has {len(said)}", reason="too long")
    person = to.post_id.removeprefix(DIRECT_DIALOGUE)
    serving = await client.serving(to.wall)
    sender = {"name": signed(serving.account.name or serving.account.page.uri)}
    document = {"receiver": person, "min_api_version": 1, "sender": sender, "type": "text", "text": said}
    if len(json_body(document)) > settings.LONGEST_DOCUMENT:
        raise ReplyRejected(f"Viber takes {settings.LONGEST_DOCUMENT} bytes, the reply has more", reason="too long")
    answer = await client.write(serving.credential, WRITING, document)
    return published(serving.account.page, person, said, answer, at=client.now())


def signed(name: str) -> str:
    """As much of the page's name as Viber shows, whole words if there are several."""
    if len(name) <= settings.LONGEST_SENDER:
        return name
    return name[: settings.LONGEST_SENDER + 1].rpartition(" ")[0] or name[: settings.LONGEST_SENDER]


def published(page: BotPage, person: str, text: str, answer: Answer, *, at: datetime) -> PublishedReply:
    """What we know of the reply: its number, and that Viber took it now."""
    number = token_of(answer.document)
    if not number:
        raise OutcomeUnknown(f"{WRITING}: Viber took the reply and gave no number for it")
    own = {"event": SENT, "timestamp": int(at.timestamp() * 1000), "message_token": number, "receiver": person, "text": text}
    return PublishedReply(number, page.private_address(number), kept_event(page, f"{SENT}:{number}", own))
