"""The record of all calls that an emulator received, so that a test can say how a client behaved."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A call as it came in: seconds of the real monotonic clock, and the outcome: "ok", "error 6", "fault html" …"""

    method: str
    token: str
    received_at: float
    outcome: str


def fingerprint(secret: str) -> str:
    """A short name of a token that does not give it away."""
    return sha256(secret.encode()).hexdigest()[:12]


def peak_calls_per_second(calls: Iterable[ReceivedCall], token: str) -> int:
    """The most calls that came in with the token (its fingerprint) within any one second."""
    moments = sorted(call.received_at for call in calls if call.token == token)
    first = peak = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1.0:
            first += 1
        peak = max(peak, last - first + 1)
    return peak
