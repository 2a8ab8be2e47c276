"""Answers under a comment or in a dialogue, by the bot that serves the page.

Telegram has no key against repeats, and tells a bot of nothing that it has written itself: the answer to `sendMessage` is the
only word there will ever be. So it is handed on as an event, and where it is lost the outcome stays unknown.
"""

from connectors.sdk.contract import DIRECT_DIALOGUE, Message, MessageType, PublishedReply
from connectors.sdk.errors import AccessDenied, OutcomeUnknown, ReplyRejected
from connectors.sdk.fields import mapping, whole
from connectors.telegram import settings
from connectors.telegram.api import WRITING, Answer, ChatMigrated, Parameters
from connectors.telegram.bot_page import BotPage
from connectors.telegram.client import TelegramClient
from connectors.telegram.events import event_of, read_event
from connectors.telegram.mapping import UNDISCUSSED


async def publish_reply(client: TelegramClient, to: Message, text: str) -> PublishedReply:
    """The reply as it stands, with the event that tells of it."""
    place = to.post_id or to.external_id
    if place.startswith(UNDISCUSSED):
        raise AccessDenied("nobody can comment in this channel: link a discussion group to it", permanent=True)
    if len(text) > settings.LONGEST_TEXT:
        raise ReplyRejected(f"Telegram takes {settings.LONGEST_TEXT} characters, the reply has {len(text)}", reason="too long")
    serving = await client.serving(to.wall)
    chat = int(place.removeprefix(DIRECT_DIALOGUE)) if to.type is MessageType.DIRECT else serving.page.group
    parameters: Parameters = {
        "chat_id": chat,
        "text": text,
        # The answer to a question that has vanished would stand in the chat for nobody: rather refused.
        "reply_parameters": {"message_id": int(to.external_id), "allow_sending_without_reply": False},
    }
    try:
        answer = await client.write(serving.credential, WRITING, parameters)
    except ChatMigrated as error:  # a write that was refused may be made again, where the group went
        serving = await client.serving(to.wall, afresh=True)
        answer = await client.write(serving.credential, WRITING, {**parameters, "chat_id": error.chat_id})
    return published(serving.page, to, answer)


def published(page: BotPage, to: Message, answer: Answer) -> PublishedReply:
    """What Telegram shows of the reply. In a thread it stands under what it replies to, whether Telegram says so or not."""
    message = dict(mapping(answer.result))
    number = whole(message.get("message_id"))
    if number is None:
        raise OutcomeUnknown(f"{WRITING}: Telegram took the reply and gave no number for it")
    if to.type is not MessageType.DIRECT:
        message.setdefault("message_thread_id", int(to.post_id or to.external_id))
    event = event_of(page, {"message": message}, f"sent-{mapping(message.get('chat')).get('id')}-{number}")
    news = read_event(event.raw, received_at=to.published_at)
    if news is None:
        raise OutcomeUnknown(f"{WRITING}: Telegram took the reply and shows something else")
    beside, found, _ = to.url.partition("?comment=")
    url = f"{beside}?comment={number}" if found else news.message.url
    return PublishedReply(str(number), url, event)
