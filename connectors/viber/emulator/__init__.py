"""An emulator of Viber's bot API; residents of a recorded town write to its bots by the caller's clock."""

from connectors.viber.emulator.emulator import ViberEmulator

__all__ = ["ViberEmulator"]
