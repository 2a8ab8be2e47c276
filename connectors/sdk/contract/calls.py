"""What a connector needs to make calls: keys, the right to use them, and the address."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credential:
    """A decrypted secret on its way to the network; its `repr` shows only its name."""

    kind: str
    name: str
    secret: str = field(repr=False)


class CallLedger(Protocol):
    """The right to make calls, kept for all workers of all hosts together: who may call what, how fast, how much is left today."""

    def call(self, method: str, credentials: Sequence[Credential]) -> AbstractAsyncContextManager[Credential]:
        """Waits for a free place among the calls per second of one of the credentials, and holds it until the call has ended.

        Gives, of the first kind in the sequence of which any may call the method, the credential with most calls left today.
        A `ConnectorError` that leaves the block is the network's word on that credential (`connectors.sdk.refusals`), and is
        remembered for everybody. When none may call now, what is remembered of the one that may soonest is raised.
        """


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What the core hands a connector at its making. `observe` counts each call: (method, outcome, seconds)."""

    base_url: str
    credentials: Sequence[Credential]
    ledger: CallLedger = field(repr=False)
    now: Callable[[], datetime]
    observe: Callable[[str, str, float], None] = field(default=lambda method, outcome, seconds: None)
