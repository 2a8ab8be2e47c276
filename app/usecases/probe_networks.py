"""Asks uncertain networks once a day what they let our keys do, so that it shows on their pages and nobody has to guess."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from app.storage import network_probes
from app.storage.engine import Database
from connectors.sdk.contract import CapabilityProber, Connector
from connectors.sdk.errors import ConnectorError

log = structlog.get_logger(__name__)

PROBE_EVERY = timedelta(days=1)


async def probe_networks(database: Database, connectors: Mapping[str, Connector], *, now: datetime) -> None:
    """Probes the networks that were not probed within a day; two workers that do so at once do no harm."""
    async with database.read() as session:
        known = await network_probes.fresh(session, since=now - PROBE_EVERY)
    for network, connector in connectors.items():
        if network in known or not isinstance(connector, CapabilityProber):
            continue
        try:
            found = await connector.probe()
        except ConnectorError as error:
            log.warning("network not probed", network=network, error=str(error))
            continue
        async with database.write() as session:
            await network_probes.save(session, network, found, now=now)
        log.info("network probed", network=network, capabilities=len(found))
