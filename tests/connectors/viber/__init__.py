"""The Viber connector and its emulator."""
