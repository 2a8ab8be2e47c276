"""The Viber connector: the contract's capabilities, each handed to the module that knows it. Nothing can be read: all is told."""

from collections.abc import Mapping
from datetime import datetime

from connectors.sdk.contract import (
    DIRECT_DIALOGUE,
    ConnectorContext,
    Credential,
    Message,
    PostRef,
    PublishedReply,
    PushedEvent,
    PushedNews,
    ResolvedSource,
    Wall,
)
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceGone
from connectors.sdk.http import HttpLimits
from connectors.viber import push, settings
from connectors.viber.account import resolved_source
from connectors.viber.check import check_credential
from connectors.viber.client import ViberClient
from connectors.viber.events import parse_event, read_event
from connectors.viber.links import parse_link
from connectors.viber.replies import publish_reply


class ViberConnector:
    """Hears what bots are told, and answers by them."""

    network = settings.NETWORK
    acknowledgement = ""
    """A body would be a greeting to whoever opens the chat."""

    def __init__(self, context: ConnectorContext, limits: HttpLimits | None = None) -> None:
        self._client = ViberClient(context, limits)

    async def close(self) -> None:
        """Gives back the connections."""
        await self._client.close()

    async def resolve(self, link: str) -> ResolvedSource:
        """The bot behind a link, if its token is stored: strangers' bots cannot be looked up."""
        name = parse_link(link)
        refused: ConnectorError | None = None
        for credential in self._client.bots:
            try:
                account = await self._client.account(credential)
            except (AccessDenied, AuthenticationFailed, SourceGone) as error:
                refused = error
                continue
            if account.page.uri.lower() == name:
                return resolved_source(account)
        if refused is not None:
            raise refused
        raise SourceGone(f"no stored token is that of the Viber bot {name!r}: add it by `otklik credential add viber_bot` first")

    def takes_replies(self, post: PostRef) -> bool:
        """In dialogues, which are all that there is."""
        return post.external_id.startswith(DIRECT_DIALOGUE)

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        """A message of the bot in the dialogue. Viber has no key against repeats, so `reply_id` stays here."""
        return await publish_reply(self._client, to, text)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
        """The event of a webhook, its signature compared in constant time."""
        return parse_event(headers, body, secret=secret)

    def read_event(self, raw: bytes, *, received_at: datetime) -> PushedNews | None:
        """What an event tells of a message to the bot or from it."""
        return read_event(raw, received_at=received_at)

    async def confirmation_code(self, wall: Wall) -> str:
        """Viber asks for no proof of an address but that it answers."""
        return ""

    async def signing_secret(self, wall: Wall, *, direct_messages: bool) -> str:
        """Viber signs by the bot's own token."""
        return await push.signing_secret(self._client, wall, direct_messages=direct_messages)

    async def open_callback(self, wall: Wall, address: str, *, secret: str, direct_messages: bool) -> str:
        """Has Viber send the bot's events to the address, which it calls at once."""
        del secret  # the bot's own, which Viber has: no frame of a call that fails shall hold it
        return await push.open_webhook(self._client, wall, address, direct_messages=direct_messages)

    async def callback_state(self, wall: Wall, server: str) -> str:
        """Whether the webhook is ours."""
        return await push.webhook_state(self._client, wall, server)

    async def close_callback(self, wall: Wall, server: str) -> None:
        """Takes the webhook away."""
        await push.close_webhook(self._client, server)

    async def open_long_poll(self, wall: Wall, *, direct_messages: bool) -> None:
        """Refused: Viber keeps nothing to be fetched."""
        raise AccessDenied(push.ONLY_CALLS, permanent=True)

    async def push_trouble(self, wall: Wall, server: str | None) -> str:
        """Why the bot would not be told now, "" when it is."""
        return await push.push_trouble(self._client, wall, server)

    async def check_credential(self, credential: Credential) -> Mapping[str, str]:
        """By capability what stands against the bot, "" where nothing does; `AuthenticationFailed` for a dead token."""
        return await check_credential(self._client, credential)
