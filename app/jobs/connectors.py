"""The connectors in use: one per network, made anew when its credentials change."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.storage import credentials
from app.storage.call_budgets import SharedCallBudget
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.telemetry.metrics import NETWORK_CALLS
from connectors.sdk.contract import Connector, ConnectorContext, ConnectorPlugin, Credential
from connectors.sdk.errors import AuthenticationFailed


@dataclass(frozen=True, slots=True)
class Secret:
    """A usable credential of one kind."""

    kind: str
    name: str
    value: str = field(repr=False)

    @property
    def budget(self) -> str:
        """Under which name calls with it are counted: the same secret under two names shares one budget."""
        return f"{self.kind}:{hashlib.sha256(self.value.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Rates:
    """What one credential of a network may call: in a second, and of single methods in a day."""

    per_second: int
    per_day: Mapping[str, int] = field(default_factory=dict)


class ConnectorPool:
    """Hands out connectors. `refresh` looks for new and removed credentials; a connector that is replaced is closed."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        plugins: Mapping[str, ConnectorPlugin],
        given: Sequence[Secret],
        addresses: Mapping[str, str],
        rates: Mapping[str, Rates],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._box = box
        self._plugins = plugins
        self._given = tuple(given)
        self._addresses = addresses
        self._rates = rates
        self._now = now
        self._secrets: dict[str, tuple[Secret, ...]] = {}
        self._connectors: dict[str, Connector] = {}

    async def refresh(self) -> None:
        """Brings every network's connector up to the credentials that exist now."""
        async with self._database.read() as session:
            stored = await credentials.listed(session, self._box)
        usable = [Secret(one.kind, one.name, one.secret) for one in stored if one.secret is not None and one.disabled_at is None]
        for network, plugin in self._plugins.items():
            secrets = tuple(secret for secret in (*self._given, *usable) if secret.kind in plugin.credential_kinds)
            if self._secrets.get(network) != secrets or network not in self._connectors:
                await self._replace(network, plugin, secrets)

    def connector_for(self, network: str) -> Connector:
        """The network's connector; `AuthenticationFailed` when no credential of the network is known."""
        if network not in self._connectors:
            raise AuthenticationFailed(f"No connector for {network} is installed.")
        if not self._secrets[network]:
            kinds = ", ".join(self._plugins[network].credential_kinds)
            raise AuthenticationFailed(f"No credential for {network}: add one with `otklik credential add` ({kinds}).")
        return self._connectors[network]

    def reader_for(self, network: str) -> Connector | None:
        """The network's connector even without credentials, for what needs none; `None` when no such connector is installed."""
        return self._connectors.get(network)

    def daily_limits(self) -> dict[tuple[str, str], int]:
        """The calls a day that all credentials together have, by network and method."""
        limits: dict[tuple[str, str], int] = {}
        for network, secrets in self._secrets.items():
            for method, per_day in self._rates[network].per_day.items():
                limits[network, method] = per_day * len({secret.budget for secret in secrets})
        return limits

    async def close(self) -> None:
        """Closes every connector."""
        for connector in self._connectors.values():
            await connector.close()
        self._connectors.clear()

    async def _replace(self, network: str, plugin: ConnectorPlugin, secrets: tuple[Secret, ...]) -> None:
        ready = []
        for secret in secrets:
            rates = self._rates[network]
            budget = SharedCallBudget(self._database.engine, secret.budget, rates.per_second, per_day=rates.per_day, now=self._now)
            await budget.prepare()
            ready.append(Credential(secret.kind, secret.name, secret.value, budget))

        def observe(method: str, outcome: str, seconds: float) -> None:
            NETWORK_CALLS.labels(network, method, outcome).inc()

        before = self._connectors.get(network)
        self._connectors[network] = plugin.build(ConnectorContext(self._addresses[network], ready, self._now, observe))
        self._secrets[network] = secrets
        if before is not None:
            await before.close()
