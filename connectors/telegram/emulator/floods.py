"""How fast bots may call and write, counted in real seconds."""

from collections import defaultdict, deque
from collections.abc import Callable

from connectors.telegram.emulator.refusals import too_many

SECOND, MINUTE = 1.0, 60.0


class Floods:
    """So many calls a second of each bot, and so many messages a minute into each group."""

    def __init__(self, calls_per_second: int, sends_per_minute: int, monotonic: Callable[[], float]) -> None:
        self._calls_per_second = calls_per_second
        self._sends_per_minute = sends_per_minute
        self._monotonic = monotonic
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._sends: dict[int, deque[float]] = defaultdict(deque)

    def call(self, token: str) -> None:
        """Refuses a call that comes too soon after others."""
        if early := self._note(self._calls[token], self._calls_per_second, SECOND):
            raise too_many(early)

    def send(self, chat: int) -> int:
        """How many seconds too early it is to write there; 0 when it may be written, which counts."""
        return self._note(self._sends[chat], self._sends_per_minute, MINUTE) if chat < 0 else 0

    def _note(self, moments: deque[float], most: int, within: float) -> int:
        now = self._monotonic()
        while moments and moments[0] <= now - within:
            moments.popleft()
        if len(moments) >= most:
            return int(within - (now - moments[0])) + 1
        moments.append(now)
        return 0
