"""Numbers and names that Telegram's documentation fixes, and a few that we chose."""

from datetime import timedelta

NETWORK = "telegram"
BASE_URL = "https://api.telegram.org"
SITE = "https://t.me"
HOSTS = ("t.me", "www.t.me", "telegram.me", "www.telegram.me", "telegram.dog")

BOT = "telegram_bot"
CREDENTIAL_KINDS = (BOT,)

UPDATES = ("message", "edited_message", "channel_post", "edited_channel_post")
"""What a bot asks to be told. Whether it still stands in its chats is asked, not told: an update about it may be lost."""
UPDATES_PER_CALL = 100
LONG_POLL_SECONDS = 25
LONG_POLLS = 500
"""Connections that may stand open at a time, one a bot."""
UPDATES_KEPT = timedelta(hours=24)
"""How long Telegram keeps updates that nobody has fetched."""
NUMBERS_RUN_ON = timedelta(days=6)
"""After a week without updates Telegram numbers the next one at random, below our offset maybe: by then no offset is given."""
WEBHOOK_CONNECTIONS = 1
"""One at a time, so that edits come in their order."""
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105

PAGE_LASTS = timedelta(minutes=10)
"""How long a bot's page is believed to have the discussion group and the name that it had."""
LONGEST_TEXT = 4096
FLOOD_SECONDS = 30.0
"""Of a refusal that does not say how long to wait."""
