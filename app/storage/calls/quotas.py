"""How much of the networks' quotas is used and left: for the planner, the metrics and the administrator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.quota import planned_limit, window_before

ANY_METHOD = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What a network has refused a credential. `method` is empty for all of them, `until` is `None` for good."""

    method: str
    reason: str
    since: datetime
    until: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class MethodUse:
    """Calls of one method by one credential: in the last 24 hours, since the day began, and what a refusal taught of its limit."""

    window: int = 0
    today: int = 0
    learnt: int | None = None
    learnt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CredentialUse:
    """One credential's standing. `rate` is how many calls a second it makes now, `per_second` how many it may."""

    budget: str
    network: str
    kind: str
    name: str
    per_second: int
    rate: float
    blocks: tuple[Block, ...]
    methods: Mapping[str, MethodUse] = field(default_factory=dict)

    def block(self, method: str, now: datetime) -> Block | None:
        """What stands against calling the method now; without a method, what stands against all of them."""
        standing = [one for one in self.blocks if one.method in (ANY_METHOD, method) and (one.until is None or one.until > now)]
        return min(standing, key=lambda one: one.until is not None, default=None)

    def refused_methods(self, now: datetime) -> list[Block]:
        """Single methods that are refused now."""
        return [one for one in self.blocks if one.method != ANY_METHOD and (one.until is None or one.until > now)]


@dataclass(frozen=True, slots=True)
class MethodQuota:
    """What all usable credentials of a network may still call of one method.

    `per_day` and `remaining` are `None` where neither a setting nor a refusal has said what a day's limit is. `remaining`
    counts the last 24 hours, as the ledger does, so that a network's day may begin whenever it likes; `spent_today` counts
    since midnight. `per_second` is the rate now, lowered by refusals.
    """

    network: str
    method: str
    credentials: int
    per_day: int | None
    spent_window: int
    spent_today: int
    remaining: int | None
    per_second: float


async def known_budgets(session: AsyncSession) -> list[str]:
    """The budgets of credentials that are stored, or that settings gave to some process within the last day."""
    rows = await session.scalars(
        text(
            "SELECT DISTINCT ON (kind, name) budget FROM call_budgets b WHERE b.seen_at > clock_timestamp() - interval '1 day'"
            " OR EXISTS (SELECT FROM credentials c WHERE c.kind = b.kind AND c.name = b.name) ORDER BY kind, name, seen_at DESC"
        )
    )
    return list(rows)


async def credentials_in_use(session: AsyncSession, budgets: Sequence[str], *, now: datetime, zone: tzinfo) -> list[CredentialUse]:
    """The standing of the credentials behind the budgets, in the order of their names; `zone` says when the day began."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"budgets": list(budgets), "now": now, "day": midnight, "window": window_before(now)}
    rows = await session.execute(
        text(
            "SELECT budget, network, kind, name, per_second, slots / rest_seconds AS rate FROM call_budgets"
            " WHERE budget = ANY(:budgets) ORDER BY network, kind, name"
        ),
        values,
    )
    uses = await _method_uses(session, values)
    blocks = await session.execute(
        text(
            "SELECT b.budget, k.method, k.reason, k.since, k.until, k.error FROM call_budgets b"
            " JOIN call_blocks k ON k.budget IN (b.budget, b.network) WHERE b.budget = ANY(:budgets) ORDER BY k.method"
        ),
        values,
    )
    standing: dict[str, list[Block]] = {}
    for one in blocks:
        standing.setdefault(one.budget, []).append(Block(one.method, one.reason, one.since, one.until, one.error))
    return [
        CredentialUse(
            row.budget, row.network, row.kind, row.name, row.per_second, row.rate,
            tuple(standing.get(row.budget, ())), uses.get(row.budget, {}),
        )
        for row in rows
    ]  # fmt: skip


async def _method_uses(session: AsyncSession, values: Mapping[str, object]) -> dict[str, dict[str, MethodUse]]:
    rows = await session.execute(
        text(
            "SELECT budget, method, coalesce(c.window_calls, 0) AS window_calls, coalesce(c.day_calls, 0) AS day_calls,"
            " l.calls, l.learnt_at"
            " FROM (SELECT budget, method, sum(calls) FILTER (WHERE began_at > :window) AS window_calls,"
            " sum(calls) FILTER (WHERE began_at >= :day) AS day_calls FROM call_counts"
            " WHERE budget = ANY(:budgets) AND began_at > least(:window, :day) GROUP BY budget, method) c"
            " FULL JOIN (SELECT * FROM call_limits WHERE budget = ANY(:budgets)) l USING (budget, method)"
        ),
        values,
    )
    uses: dict[str, dict[str, MethodUse]] = {}
    for row in rows:
        uses.setdefault(row.budget, {})[row.method] = MethodUse(int(row.window_calls), int(row.day_calls), row.calls, row.learnt_at)
    return uses


def add_up(uses: Sequence[CredentialUse], limits: Mapping[str, Mapping[str, int]], *, now: datetime) -> list[MethodQuota]:
    """The quota of every method that has been called or is limited, over the credentials that may call it now.

    `limits` are the settings, by kind of credential and method. A method is planned with the kinds that a setting limits, or
    else with those that have called it.
    """
    found = []
    for network in sorted({use.network for use in uses}):
        of_network = [use for use in uses if use.network == network]
        limited = {use.kind: limits.get(use.kind, {}) for use in of_network}
        methods = {method for use in of_network for method in (*use.methods, *limited[use.kind])}
        for method in sorted(methods):
            kinds = {kind for kind, per_day in limited.items() if method in per_day} or {
                use.kind for use in of_network if method in use.methods
            }
            usable = [use for use in of_network if use.kind in kinds and use.block(method, now) is None]
            found.append(_quota(network, method, [(use, _limit(use, method, limited, now)) for use in usable]))
    return found


def _limit(use: CredentialUse, method: str, limited: Mapping[str, Mapping[str, int]], now: datetime) -> int | None:
    known = use.methods.get(method, MethodUse())
    return planned_limit(limited[use.kind].get(method), known.learnt, known.learnt_at, now=now)


def _quota(network: str, method: str, usable: Sequence[tuple[CredentialUse, int | None]]) -> MethodQuota:
    known = [(use.methods.get(method, MethodUse()), limit) for use, limit in usable]
    is_limited = any(limit is not None for _, limit in known)
    return MethodQuota(
        network=network,
        method=method,
        credentials=len(usable),
        per_day=sum(limit or 0 for _, limit in known) if is_limited else None,
        spent_window=sum(use.window for use, _ in known),
        spent_today=sum(use.today for use, _ in known),
        remaining=sum(max((limit or 0) - use.window, 0) for use, limit in known) if is_limited else None,
        per_second=sum(use.rate for use, _ in usable),
    )


async def purge(session: AsyncSession, *, before: datetime) -> None:
    """Forgets counts that no window reaches any more."""
    await session.execute(text("DELETE FROM call_counts WHERE began_at < :before"), {"before": before})
