"""The Telegram connector and its emulator."""
