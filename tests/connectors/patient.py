"""The bounds of connectors' calls in tests: quick to try again, slow to give up, as a busy machine is no fault of a network."""

from connectors.sdk.http import HttpLimits
from tests.patience import PATIENCE_SECONDS

QUICK = HttpLimits(
    connect_seconds=PATIENCE_SECONDS,
    read_seconds=PATIENCE_SECONDS,
    call_seconds=PATIENCE_SECONDS,
    attempts=3,
    first_pause_seconds=0.01,
    longest_pause_seconds=0.05,
)
