"""Finds the page behind a link and puts it under watch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId, OfficialAccount
from app.domain.errors import InvalidInput
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.storage import authorities, gazetteer, official_accounts, sources
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from connectors.sdk.contract import Connector, ConnectorPlugin, EventReader, ResolvedSource, SourceResolver, can_be_polled
from connectors.sdk.errors import AuthenticationFailed
from connectors.sdk.registry import plugin_for_link

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""From when a page's own account speaks for its authority: since there are networks."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The installed networks. `connector_for` raises `AuthenticationFailed` for one without a usable credential."""

    plugins: Mapping[str, ConnectorPlugin]
    connector_for: Callable[[str], Connector]

    def only_push(self) -> frozenset[str]:
        """The networks with a usable credential that cannot be polled."""
        return frozenset(network for network in self.plugins if self._only_pushes(network))

    def _only_pushes(self, network: str) -> bool:
        try:
            connector = self.connector_for(network)
        except AuthenticationFailed:
            return False
        return isinstance(connector, EventReader) and not can_be_polled(connector)


async def resolve_page(networks: Networks, link: str) -> ResolvedSource:
    """The page behind a link, asked of its network, so never inside a transaction; `InvalidLink` when no network knows it."""
    plugin = plugin_for_link(link, networks.plugins)
    connector = networks.connector_for(plugin.network)
    if not isinstance(connector, SourceResolver):
        raise InvalidInput("url", f"Pages of {plugin.title} cannot be looked up by their address.")
    return await connector.resolve(link)


def refuse_official_test(*, official: bool, test: bool) -> None:
    """A test page asks itself, and what speaks for an authority never asks."""
    if official and test:
        raise InvalidInput("test", "A page that speaks for an authority cannot be a test page: use one of your own for tests.")


async def add_source(
    session: AsyncSession,
    region_id: RegionId,
    page: ResolvedSource,
    *,
    official: bool,
    authority_id: AuthorityId | None,
    territory_id: EntryId | None = None,
    test: bool = False,
    now: datetime,
) -> SourceId:
    """Registers a page, watched from now on; an official one answers under its own account, a test page for nobody."""
    refuse_official_test(official=official, test=test)
    await authorities.must_exist(session, region_id, authority_id)
    await gazetteer.territory_must_exist(session, region_id, territory_id)
    wall = page.wall
    new = NewSource(wall.network, wall.external_id, page.name, page.url, official, authority_id, now, territory_id, test)
    source_id = await sources.add(session, region_id, new, now=now)
    if official:
        account = OfficialAccount(new.network, new.external_id, authority_id, valid_from=ALWAYS)
        await official_accounts.register(session, region_id, account, now=now)
    return source_id
