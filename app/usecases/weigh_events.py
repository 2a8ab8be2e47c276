"""What pushed events are worth beside what is stored: which are believed, which leave a doubt, and what their messages lack."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.domain.conversation import POST
from app.domain.push_channel import PROMPT
from app.storage.pushed_events import Target, WaitingEvent
from app.usecases.judge_page import comment_id, post_id
from connectors.sdk.contract import Message, PushedChange, PushedNews


def is_believed(waiting: WaitingEvent, news: PushedNews, target: Target | None) -> bool:
    """Whether the event's message is taken in as it stands. An unknown message always is: as a tombstone when it is gone.

    What is known is changed only by an event that was delivered at the first attempt; it does not come back by an edit.
    """
    if target is None:
        return True
    if waiting.retries or news.change is PushedChange.APPEARED:
        return False
    return not (news.change is PushedChange.EDITED and target.is_deleted)


def is_doubtful(waiting: WaitingEvent, news: PushedNews, target: Target | None) -> bool:
    """Whether the thread must be read again: for every change, and for an appearance that may be over or contradicts what we hold."""
    if news.change is not PushedChange.APPEARED or waiting.retries:
        return True
    if target is not None:
        return target.is_deleted or target.is_stub
    return waiting.received_at - news.message.published_at > PROMPT


def place_of(message: Message) -> tuple[str, str]:
    """Where a message stands: its thread and its place there."""
    return post_id(message), comment_id(message)


def places_of(told: Iterable[PushedNews]) -> set[tuple[str, str]]:
    """The messages told of, those that they reply to, and the posts whose addresses they want."""
    listed = list(told)
    messages = [news.message for news in listed]
    above = {(post_id(message), message.reply_to_id) for message in messages if message.reply_to_id is not None}
    posts = {(post_id(news.message), POST) for news in listed if news.under_post}
    return {place_of(message) for message in messages} | above | posts


def rooted(message: Message, stored: Mapping[tuple[str, str], Target]) -> Message:
    """A reply with the root of its branch, where the event names only what it replies to."""
    if message.reply_to_id is None or message.root_id is not None:
        return message
    above = stored.get((post_id(message), message.reply_to_id))
    return replace(message, root_id=(above and above.root_id) or message.reply_to_id)


def addressed(news: PushedNews, message: Message, stored: Mapping[tuple[str, str], Target], told: Mapping[tuple[str, str], str]) -> Message:
    """A message under the address of its post, where the event does not know it and we do."""
    if not news.under_post:
        return message
    place = (post_id(message), POST)
    post = stored.get(place)
    address = told.get(place) or (post and post.url)
    return replace(message, url=address + news.under_post) if address else message
