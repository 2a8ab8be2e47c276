"""The Telegram connector: the contract's capabilities, each handed to the module that knows it. Nothing can be read: all is told."""

from collections.abc import Mapping
from datetime import datetime

from connectors.sdk.contract import (
    ConnectorContext,
    Credential,
    Cursor,
    Message,
    PostRef,
    PublishedReply,
    PushedEvent,
    PushedNews,
    ResolvedSource,
    Updates,
    Wall,
)
from connectors.sdk.errors import InvalidLink, SourceGone
from connectors.sdk.fields import whole
from connectors.sdk.http import HttpLimits
from connectors.telegram import push, settings
from connectors.telegram.check import check_credential
from connectors.telegram.client import TelegramClient
from connectors.telegram.events import parse_update, read_event
from connectors.telegram.links import EXAMPLES, parse_link
from connectors.telegram.mapping import UNDISCUSSED, resolved_source
from connectors.telegram.replies import publish_reply
from connectors.telegram.schemas import read_chat
from connectors.telegram.updates import UpdateFetcher


class TelegramConnector:
    """Hears what bots are told, and answers by the bot that serves the page."""

    network = settings.NETWORK
    acknowledgement = "ok"

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._client = TelegramClient(context, limits)
        self._updates = UpdateFetcher(self._client)

    async def close(self) -> None:
        """Gives back the connections."""
        await self._client.close()

    async def resolve(self, link: str) -> ResolvedSource:
        """The channel behind a link, also behind one to its discussion group; a group that discusses no channel is a page of its own."""
        credential, answer = await self._client.ask_any("getChat", {"chat_id": parse_link(link).chat})
        chat = read_chat(answer)
        if not chat.is_channel and not chat.is_group:
            raise InvalidLink(f"{link.strip()[:80]!r} leads to a person or a bot, and only channels and groups are watched; {EXAMPLES}")
        if chat.is_group and chat.linked is not None:
            chat = await self._client.chat(credential, chat.linked)
            if not chat.is_channel:
                raise SourceGone(f"the channel {chat.id} that this group discusses is not to be seen")
        members = whole((await self._client.read(credential, "getChatMemberCount", {"chat_id": chat.id})).result)
        return resolved_source(chat, members)

    def takes_replies(self, post: PostRef) -> bool:
        """In discussion groups and dialogues; not in a channel that nobody can comment in."""
        return not post.external_id.startswith(UNDISCUSSED)

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        """A message of the bot under what it replies to. Telegram has no key against repeats, so `reply_id` stays here."""
        return await publish_reply(self._client, to, text)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
        """The update of a webhook, its secret compared in constant time."""
        return parse_update(headers, body, secret=secret)

    def read_event(self, raw: bytes, *, received_at: datetime) -> PushedNews | None:
        """What an update tells of a post, a comment or a private message."""
        return read_event(raw, received_at=received_at)

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        """Updates of the page's bot since the cursor."""
        return await self._updates.wait_for_updates(wall, since)

    async def confirmation_code(self, wall: Wall) -> str:
        """Telegram asks for no proof of an address."""
        return ""

    async def open_callback(self, wall: Wall, address: str, *, secret: str, direct_messages: bool) -> str:
        """Has Telegram send the bot's updates to the address. Private ones cannot be told apart there: the core forgets them unread."""
        return await push.open_webhook(self._client, wall, address, secret=secret)

    async def callback_state(self, wall: Wall, server: str) -> str:
        """Telegram's word for the webhook."""
        return await push.webhook_state(self._client, wall, server)

    async def close_callback(self, wall: Wall, server: str) -> None:
        """Takes the webhook away."""
        await push.close_webhook(self._client, server)

    async def open_long_poll(self, wall: Wall, *, direct_messages: bool) -> None:
        """Makes the bot's updates ready to be fetched."""
        await push.open_long_poll(self._client, wall)

    async def push_trouble(self, wall: Wall, server: str | None) -> str:
        """Why the bot would not be told now, "" when it is."""
        return await push.push_trouble(self._client, wall, server)

    async def check_credential(self, credential: Credential) -> Mapping[str, str]:
        """By capability what stands against the bot, "" where nothing does; `AuthenticationFailed` for a dead token."""
        return await check_credential(self._client, credential)
