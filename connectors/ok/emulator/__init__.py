"""An emulator of OK's HTTP API that replays a recorded town by the caller's clock."""

from connectors.ok.emulator.emulator import OkEmulator
from connectors.ok.emulator.quirks import Quirks
from connectors.ok.emulator.world import VisibleMessage

__all__ = ["OkEmulator", "Quirks", "VisibleMessage"]
