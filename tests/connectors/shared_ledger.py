"""The ledger that workers share, over a test's database, for credentials of a test's own."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from app.storage.calls.ledger import Key, SharedLedger
from app.storage.engine import Database
from connectors.sdk.contract import Credential


async def shared_ledger(
    database: Database,
    network: str,
    credentials: Sequence[Credential],
    now: Callable[[], datetime],
    *,
    per_second: int = 50,
    per_day: Mapping[str, int] | None = None,
) -> SharedLedger:
    """One worker's ledger; another for the same credentials is another worker's."""
    keys = [Key(f"{one.kind}:{one.name}", one.kind, one.name, per_second, per_day or {}) for one in credentials]
    ledger = SharedLedger(database.engine, network, keys, now=now)
    await ledger.prepare()
    return ledger
