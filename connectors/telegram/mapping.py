"""Telegram's messages as the core's, by the page that the bot serves.

A post is known by its copy in the discussion group, whose number all comments under it name (`message_thread_id`): of a
reply to a comment nothing else tells which post it stands under. So its id is the copy's, its address the channel's.
"""

from typing import Any

from connectors.sdk.contract import DIRECT_DIALOGUE, Author, Message, MessageType, PushedChange, PushedNews, ResolvedSource, Wall
from connectors.sdk.fields import mapping
from connectors.telegram import settings
from connectors.telegram.bot_page import BotPage
from connectors.telegram.links import SUPERGROUP
from connectors.telegram.schemas import Chat, Malformed, Sender, TelegramMessage, origin_of

UNDISCUSSED = "channel"
"""Begins the id of a post that has no copy in a group: a channel without discussion."""
FORWARD, BY_BOT = "forward", "bot"
"""Kinds beside Telegram's own: words that somebody else wrote, words that a program wrote."""


def news_of(page: BotPage, message: TelegramMessage, change: PushedChange) -> PushedNews | None:
    """What a message tells; `None` where it is none of the page's, no message of anybody, or an album's part without words."""
    if not message.text and (message.album or not message.kinds):
        return None
    if message.chat.kind == "private":
        return None if message.is_command else PushedNews(change, direct(page, message))
    if message.chat.id == page.page and page.is_channel:
        return None if page.group else PushedNews(change, undiscussed(page, message))
    if message.chat.id != page.group:
        return None
    if message.origin is not None and message.origin[0].id == page.page:
        return PushedNews(change, post(page, message))
    if message.thread is None:
        return PushedNews(change, talk(page, message))
    return comment(page, message, message.thread, change)


def post(page: BotPage, message: TelegramMessage) -> Message:
    """The copy of a channel's post."""
    if message.origin is None:
        raise Malformed("no origin")
    _, number, at = message.origin
    return _written(page, message, MessageType.POST, str(message.id), page.address(number), published_at=at)


def undiscussed(page: BotPage, message: TelegramMessage) -> Message:
    """A post that nobody can comment on."""
    return _written(page, message, MessageType.POST, f"{UNDISCUSSED}{message.id}", page.address(message.id))


def talk(page: BotPage, message: TelegramMessage) -> Message:
    """What somebody writes in the group under no post: a thread of its own for all that reply."""
    return _written(page, message, MessageType.POST, str(message.id), page.address_in_group(message.id, None))


def comment(page: BotPage, message: TelegramMessage, thread: int, change: PushedChange) -> PushedNews:
    """A comment. Only one directly under a post shows which post it is; the address of others is completed by the core."""
    origin = origin_of(mapping(message.replied.get("forward_origin"))) if message.replied.get("is_automatic_forward") is True else None
    below = f"?comment={message.id}" if page.is_channel else ""
    address = f"{page.address(origin[1])}{below}" if origin and below else page.address_in_group(message.id, thread)
    replied = message.replied.get("message_id")
    told = _written(
        page,
        message,
        MessageType.COMMENT,
        str(message.id),
        address,
        post_id=str(thread),
        reply_to_id=str(replied) if replied and replied != thread else None,
    )
    return PushedNews(change, told, under_post="" if origin else below)


def direct(page: BotPage, message: TelegramMessage) -> Message:
    """A private message between a person and the bot. What the page writes is addressed to the person."""
    person = message.chat.id
    addressed = {"mentions": (str(person),)} if _is_own(page, message.sender) else {}
    address = page.private_address(person, message.id)
    return _written(page, message, MessageType.DIRECT, str(message.id), address, post_id=f"{DIRECT_DIALOGUE}{person}", **addressed)


def author_of(page: BotPage, sender: Sender | None) -> Author | None:
    """Who wrote. The channel, its anonymous administrators and the bot speak for the page: they have the id of its wall and its name."""
    if sender is None:
        return None
    if _is_own(page, sender):
        return Author(str(page.page), is_community=True)
    return Author(str(sender.id), sender.name or None, is_community=sender.is_chat)


def _is_own(page: BotPage, sender: Sender | None) -> bool:
    return sender is not None and sender.id in ({page.page, page.group} if sender.is_chat else {page.bot})


def _written(page: BotPage, message: TelegramMessage, kind: MessageType, external_id: str, url: str, **placed: Any) -> Message:
    """What all kinds of messages have in common; `placed` says the rest."""
    marks = [FORWARD] * message.is_forwarded + [BY_BOT] * bool(message.sender and message.sender.is_bot)
    return Message(
        kind,
        external_id,
        page.wall,
        url,
        author=author_of(page, message.sender),
        text=message.text,
        attachments=(*marks, *message.kinds),
        edited_at=message.edited_at,
        **{"published_at": message.at, "mentions": tuple(map(str, message.mentions)), **placed},
    )


def resolved_source(chat: Chat, members: int | None) -> ResolvedSource:
    """A channel or group as the registry shows it; without a public name its address opens for members only."""
    url = f"{settings.SITE}/{chat.username}" if chat.username else f"{settings.SITE}/c/{SUPERGROUP - chat.id}"
    wall = Wall(settings.NETWORK, str(chat.id))
    return ResolvedSource(wall, chat.title or url, url, chat.username or None, closed=not chat.username, members=members)
