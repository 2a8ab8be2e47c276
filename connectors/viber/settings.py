"""Numbers and names that Viber's documentation fixes, and a few that we chose."""

from datetime import timedelta

NETWORK = "viber"
BASE_URL = "https://chatapi.viber.com/pa"
SITE = "https://chats.viber.com"
HOSTS = ("chats.viber.com", "viber.com", "www.viber.com", "invite.viber.com", "vb.me")

BOT = "viber_bot"
CREDENTIAL_KINDS = (BOT,)

TOKEN_HEADER = "X-Viber-Auth-Token"  # noqa: S105
SIGNATURE_HEADER = "x-viber-content-signature"
UNDELIVERED = "failed"
EVENTS = (UNDELIVERED,)
"""What a bot asks to be told beside messages, which always come: who reads, comes and goes is nobody's business here."""

PAGE_LASTS = timedelta(minutes=10)
"""How long a bot is believed to have the name and the address that it had."""
LONGEST_TEXT = 7000
LONGEST_SENDER = 28
LONGEST_DOCUMENT = 30_000
"""Bytes of JSON in one call."""
FLOOD_SECONDS = 10.0
"""Viber counts calls by ten seconds, and does not say how long to wait."""
