"""An emulator of VK's HTTP API 5.199 that replays a recorded town by the caller's clock."""

from connectors.vk.emulator.emulator import VkEmulator
from connectors.vk.emulator.push import PushQuirks
from connectors.vk.emulator.quirks import Quirks
from connectors.vk.emulator.world import VisibleMessage

__all__ = ["PushQuirks", "Quirks", "VisibleMessage", "VkEmulator"]
