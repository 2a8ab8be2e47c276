"""How long tests wait for what comes at once; that nobody answers is waited for much shorter, and by its own figure."""

PATIENCE_SECONDS = 60.0
"""Far longer than a machine with other work on it needs: who runs out of it hangs."""
STOPPED_WITHIN_SECONDS = 30
"""What the service manager grants a process of ours that it has told to stop (`TimeoutStopSec`, `stop_grace_period`)."""
