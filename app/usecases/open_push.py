"""Has a network push a page's news: by calling us, or by a long poll that we hold open; and takes that back."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import InvalidInput, NotFound
from app.domain.push_channel import PushMode
from app.domain.source import Source, SourceId
from app.storage import push_channels, sources
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.storage.push_channels import NewChannel
from app.storage.regions import RegionId
from app.usecases.add_source import Networks
from connectors.sdk.contract import Connector, EventSigner, PushSetter, Wall, can_be_polled
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError

SECRET_BYTES = 32
NO_MORE = (AuthenticationFailed, AccessDenied)
"""What a network says to a key that was revoked or lost its right."""


@dataclass(frozen=True, slots=True)
class PushDesk:
    """What setting push up works with."""

    database: Database
    region_id: RegionId
    box: SecretBox
    networks: Networks
    now: Callable[[], datetime]

    def connector_of(self, network: str) -> Connector | None:
        """The network's connector, `None` while there is no credential to ask with."""
        try:
            return self.networks.connector_for(network)
        except AuthenticationFailed:
            return None


@dataclass(frozen=True, slots=True)
class OpenedCallback:
    """Where the network calls, and its own word for the state of that: VK's is "ok" once it has confirmed the address."""

    address: str
    state: str


async def open_callback(desk: PushDesk, source_id: SourceId, base_address: str, *, direct_messages: bool) -> OpenedCallback:
    """Has the network call `base_address`/hooks/…; the secret is stored, encrypted, before the network learns it or uses its own."""
    source, setter, wall = await _find(desk, source_id)
    address = f"{_checked(base_address)}/hooks/{source.network}/{source.id}"
    secret = await _secret_for(setter, wall, direct_messages=direct_messages)
    code = await setter.confirmation_code(wall)
    async with desk.database.write() as session:
        before = (await push_channels.health_of(session, [source.id])).get(source.id)
        new = NewChannel(source.id, PushMode.CALLBACK, desk.box.lock(secret), code, direct_messages)
        await push_channels.open_channel(session, new, now=desk.now())
    try:
        server = await setter.open_callback(wall, address, secret=secret, direct_messages=direct_messages)
        code = await setter.confirmation_code(wall)  # it changes with every server that is added or edited
    except ConnectorError:
        async with desk.database.write() as session:
            if before is None:
                await push_channels.close_channel(session, source.id)
            elif before.mode is PushMode.LONG_POLL:  # it goes on, else nobody would hear the page any more
                again = NewChannel(source.id, PushMode.LONG_POLL, None, None, before.direct_messages)
                await push_channels.open_channel(session, again, now=desk.now())
        raise
    async with desk.database.write() as session:
        await push_channels.note_server(session, source.id, server=server, confirmation=code)
    return OpenedCallback(address, await setter.callback_state(wall, server))


async def open_long_poll(desk: PushDesk, source_id: SourceId, *, direct_messages: bool) -> None:
    """Has the network keep the page's events; workers fetch them from now on."""
    source, setter, wall = await _find(desk, source_id)
    await setter.open_long_poll(wall, direct_messages=direct_messages)
    async with desk.database.write() as session:
        await push_channels.open_channel(session, NewChannel(source.id, PushMode.LONG_POLL, None, None, direct_messages), now=desk.now())


@dataclass(frozen=True, slots=True)
class ClosedPush:
    """Whether the page is polled from now on, and why the network could not be told, "" where it was."""

    is_polled: bool
    untold: str = ""


async def close_push(desk: PushDesk, source_id: SourceId) -> ClosedPush:
    """Has the page polled only, if it can be. `NotFound` when it was not pushed.

    A network that lets us in no more goes on calling, and is refused.
    """
    untold = ""
    async with desk.database.read() as session:
        source = (await sources.get(session, desk.region_id, source_id)).source
        server = await push_channels.server_of(session, source_id)
    if server is not None:
        try:
            _, setter, wall = await _find(desk, source_id)
            await setter.close_callback(wall, server)
        except NO_MORE as error:
            untold = str(error)
    async with desk.database.write() as session:
        if not await push_channels.close_channel(session, source.id):
            raise NotFound("push of source", source_id)
    connector = desk.connector_of(source.network)
    return ClosedPush(connector is None or can_be_polled(connector), untold)


async def callback_state(desk: PushDesk, source_id: SourceId) -> str:
    """The network's word for the state of the callback, or why it does not tell us; "" for a page without one."""
    try:
        source, setter, wall = await _find(desk, source_id)
        async with desk.database.read() as session:
            server = await push_channels.server_of(session, source.id)
        return "" if server is None else await setter.callback_state(wall, server)
    except NO_MORE as error:
        return f"nothing to us, {error}"


async def _find(desk: PushDesk, source_id: SourceId) -> tuple[Source, PushSetter, Wall]:
    async with desk.database.read() as session:
        source = (await sources.get(session, desk.region_id, source_id)).source
    connector = desk.networks.connector_for(source.network)
    if not isinstance(connector, PushSetter):
        raise InvalidInput("source", f"{source.network} pushes no news that we could receive: this page can only be polled.")
    return source, connector, Wall(source.network, source.external_id)


async def _secret_for(setter: PushSetter, wall: Wall, *, direct_messages: bool) -> str:
    """A new secret for the network to show with its events, or what it signs them by itself."""
    if isinstance(setter, EventSigner):
        return await setter.signing_secret(wall, direct_messages=direct_messages)
    return secrets.token_urlsafe(SECRET_BYTES)


def _checked(base_address: str) -> str:
    address = base_address.rstrip("/")
    if not address.startswith(("https://", "http://")) or "?" in address:
        raise InvalidInput("callback", f"{base_address!r} is no address that a network could call: give one like https://otklik.example.ru")
    return address
