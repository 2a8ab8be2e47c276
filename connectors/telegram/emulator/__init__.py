"""An emulator of Telegram's Bot API that replays a recorded town by the caller's clock."""

from connectors.telegram.emulator.emulator import TelegramEmulator

__all__ = ["TelegramEmulator"]
