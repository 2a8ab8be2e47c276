"""The connectors in use: one per network, made anew when its credentials change."""

import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from time import monotonic

from app.domain.quota import planned_limit
from app.storage import credentials
from app.storage.calls import paces, quotas
from app.storage.calls.ledger import Key, SharedLedger
from app.storage.calls.quotas import ANY_METHOD, CredentialUse, MethodQuota, MethodUse
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.telemetry.metrics import NETWORK_CALLS
from connectors.sdk.contract import CommentCounter, Connector, ConnectorContext, ConnectorPlugin, Credential, can_be_polled
from connectors.sdk.errors import AuthenticationFailed
from connectors.sdk.refusals import Reason

SECONDS_A_DAY = 86_400
SHARE_OF_WALLS = 0.25
"""Of a network's calls, where no daily limit is known: as many as the places that walls have among a worker's."""

SHARE_OF_COUNTERS = 0.125
"""Likewise of all calls: as many as counters have places among a worker's."""

LASTING = frozenset({Reason.DEAD, Reason.HUMAN, Reason.RIGHT})
"""Refusals that only somebody's help takes away: polls are not planned with what they shut."""

REPLACED_KEPT_FOR = 900.0
"""Real seconds after which a connector that was replaced is closed: longer than whatever was under way with it may take."""


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
    """What one credential of a kind may call: in a second, and of single methods in a day."""

    per_second: int
    per_day: Mapping[str, int] = field(default_factory=dict)


class ConnectorPool:
    """Hands out connectors. `refresh` looks for new and removed credentials; a connector that is replaced is closed in a while.

    Credentials of a kind without `rates` are kept, and used for nothing."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        plugins: Mapping[str, ConnectorPlugin],
        given: Sequence[Secret],
        addresses: Mapping[str, str],
        rates: Mapping[str, Rates],
        now: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._box = box
        self._plugins = plugins
        self._given = tuple(given)
        self._addresses = addresses
        self._rates = rates
        self._now = now
        self._zone = zone
        self._secrets: dict[str, tuple[Secret, ...]] = {}
        self._connectors: dict[str, Connector] = {}
        self._replaced: list[tuple[float, Connector]] = []
        self._uses: dict[str, CredentialUse] = {}

    async def refresh(self) -> None:
        """Brings every network's connector up to the credentials that exist now, and paces up to the time that has passed."""
        async with self._database.engine.begin() as connection:
            await paces.recover(connection)
        async with self._database.read() as session:
            stored = await credentials.listed(session, self._box)
        usable = [Secret(one.kind, one.name, one.secret) for one in stored if one.secret is not None and one.disabled_at is None]
        for network, plugin in self._plugins.items():
            kinds = [kind for kind in plugin.credential_kinds if kind in self._rates]
            secrets = tuple(secret for secret in (*self._given, *usable) if secret.kind in kinds)
            if self._secrets.get(network) != secrets or network not in self._connectors:
                await self._replace(network, secrets)
        async with self._database.engine.begin() as connection:
            await paces.see(connection, self._budgets())
        await self._close_replaced(before=monotonic() - REPLACED_KEPT_FOR)

    def connector_for(self, network: str) -> Connector:
        """The network's connector; `AuthenticationFailed` when no credential of the network is known."""
        if network not in self._connectors:
            raise AuthenticationFailed(f"No connector for {network} is installed.")
        if not self._secrets[network]:
            kinds = ", ".join(self._plugins[network].credential_kinds)
            raise AuthenticationFailed(f"No credential for {network}: add one with `otklik credential add` ({kinds}).")
        return self._connectors[network]

    def usable(self) -> dict[str, Connector]:
        """The connectors that have credentials, by network."""
        return {network: connector for network, connector in self._connectors.items() if self._secrets[network]}

    def polled(self) -> tuple[str, ...]:
        """The networks whose pages can be read; of all others nothing is known but what they push."""
        return tuple(network for network, connector in self._connectors.items() if can_be_polled(connector))

    def unpolled(self) -> dict[str, Connector]:
        """The connectors of networks that only push, with or without credentials."""
        return {network: connector for network, connector in self._connectors.items() if not can_be_polled(connector)}

    def reader_for(self, network: str) -> Connector | None:
        """The network's connector even without credentials, for what needs none; `None` when no such connector is installed."""
        return self._connectors.get(network)

    async def credentials_in_use(self) -> list[CredentialUse]:
        """How every credential stands: its pace, what it was refused, what it has called."""
        now = self._now()
        async with self._database.read() as session:
            found = await quotas.credentials_in_use(session, self._budgets(), now=now, zone=self._zone)
        self._uses = {use.budget: use for use in found}
        return found

    def _budgets(self) -> list[str]:
        return sorted({secret.budget for secrets in self._secrets.values() for secret in secrets})

    async def method_quotas(self) -> list[MethodQuota]:
        """By network and method: calls a day over all usable credentials, spent and left, and the rate now."""
        limits = {kind: rates.per_day for kind, rates in self._rates.items()}
        return quotas.add_up(await self.credentials_in_use(), limits, now=self._now())

    def kinds(self) -> list[str]:
        """Every kind of credential that an installed connector knows."""
        return sorted(kind for plugin in self._plugins.values() for kind in plugin.credential_kinds)

    def fault_of(self, kind: str, secret: str) -> str:
        """What is wrong with the form of a secret, "" where it could be one."""
        return next((plugin.fault_of_secret(kind, secret) for plugin in self._plugins.values() if kind in plugin.credential_kinds), "")

    async def checkers(self) -> AsyncIterator[tuple[str, Credential, Connector]]:
        """Every credential with its network and a connector that has no other and calls whatever was refused before."""
        for network, secrets in self._secrets.items():
            for secret in secrets:
                connector, (credential,) = await self._build(network, (secret,), checking=True)
                try:
                    yield network, credential, connector
                finally:
                    await connector.close()

    def polls_per_day(self) -> dict[str, float]:
        """How many polls of walls a day the plan may spend, by network with usable credentials: their daily limits of what such a

        poll calls, set or taught by a refusal; else a share of the calls that their seconds allow.
        """
        budgets: dict[str, float] = {}
        for network in self.polled():
            plugin = self._plugins[network]
            keys = self._usable_keys(network, *plugin.wall_methods)
            limits = [self._day_of(secret, plugin.wall_methods) for secret in keys]
            paced = [self._rates[secret.kind].per_second * SECONDS_A_DAY * SHARE_OF_WALLS for secret in keys]
            if keys:
                budgets[network] = float(sum(_filled(keys, limits) or paced))
        return budgets

    def looks_per_day(self) -> dict[str, float]:
        """How many threads a day may have their counters looked at, by network with usable credentials, a full batch being one call."""
        looks: dict[str, float] = {}
        for network, connector in self.usable().items():
            reads = self._plugins[network].credential_kinds[0]
            keys = [secret for secret in self._usable_keys(network) if secret.kind == reads]
            in_a_call = connector.count_batch_size if isinstance(connector, CommentCounter) else 1
            if keys and can_be_polled(connector):
                per_second = sum(self._rates[secret.kind].per_second for secret in keys)
                looks[network] = per_second * SECONDS_A_DAY * SHARE_OF_COUNTERS * in_a_call
        return looks

    def _usable_keys(self, network: str, *methods: str) -> list[Secret]:
        """The network's credentials, each once, that no lasting refusal keeps from all calls or from these methods."""
        now, keys = self._now(), {secret.budget: secret for secret in self._secrets.get(network, ())}
        shut = {
            budget
            for budget in keys.keys() & self._uses.keys()
            for method in (ANY_METHOD, *methods)
            if (block := self._uses[budget].block(method, now)) is not None and block.reason in LASTING
        }
        return [secret for budget, secret in keys.items() if budget not in shut]

    def _day_of(self, secret: Secret, methods: Collection[str]) -> float | None:
        """How often a credential may call the tightest of these methods in a day, where that is known; of all limited ones without any.

        What a refusal taught is corrected by what was let through since.
        """
        rates, use, now = self._rates[secret.kind], self._uses.get(secret.budget), self._now()
        limits = []
        for method in methods or rates.per_day:
            known = MethodUse() if use is None else use.methods.get(method, MethodUse())
            learnt = None if known.learnt is None else max(known.learnt, known.window)
            limits.append(planned_limit(rates.per_day.get(method), learnt, known.learnt_at, now=now))
        return min((float(limit) for limit in limits if limit is not None), default=None)

    def limited_by_day(self, found: Sequence[MethodQuota]) -> list[MethodQuota]:
        """Of these quotas, those that the plan of polls spends and whose days the settings limit."""
        limited = {method for rates in self._rates.values() for method in rates.per_day}
        return [one for one in found if one.method in limited and one.method in (self._plugins[one.network].wall_methods or limited)]

    async def close(self) -> None:
        """Closes every connector."""
        await self._close_replaced(before=monotonic())
        for connector in self._connectors.values():
            await connector.close()
        self._connectors.clear()

    async def _replace(self, network: str, secrets: tuple[Secret, ...]) -> None:
        before = self._connectors.get(network)
        self._connectors[network], _ = await self._build(network, secrets)
        self._secrets[network] = secrets
        if before is not None:
            self._replaced.append((monotonic(), before))

    async def _close_replaced(self, *, before: float) -> None:
        """Closes connectors that were replaced until then: what is under way with one is not broken off for a new key's sake."""
        while self._replaced and self._replaced[0][0] <= before:
            await self._replaced.pop(0)[1].close()

    async def _build(self, network: str, secrets: Sequence[Secret], *, checking: bool = False) -> tuple[Connector, Sequence[Credential]]:
        keys = [self._key(secret) for secret in secrets]
        ledger = SharedLedger(self._database.engine, network, keys, now=self._now, checking=checking)
        await ledger.prepare()
        credentials = [Credential(secret.kind, secret.name, secret.value) for secret in secrets]

        def observe(method: str, outcome: str, seconds: float) -> None:
            NETWORK_CALLS.labels(network, method, outcome).inc()

        context = ConnectorContext(self._addresses[network], credentials, ledger, self._now, observe)
        return self._plugins[network].build(context), credentials

    def _key(self, secret: Secret) -> Key:
        rates = self._rates[secret.kind]
        return Key(secret.budget, secret.kind, secret.name, rates.per_second, rates.per_day)


def _filled(keys: Sequence[Secret], limits: Sequence[float | None]) -> list[float]:
    """The limits of every kind of which one is known: the others of the kind are taken to have the lowest known."""
    lowest: dict[str, float] = {}
    for secret, limit in zip(keys, limits, strict=True):
        if limit is not None:
            lowest[secret.kind] = min(limit, lowest.get(secret.kind, limit))
    return [lowest[secret.kind] if limit is None else limit for secret, limit in zip(keys, limits, strict=True) if secret.kind in lowest]
