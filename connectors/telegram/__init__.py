"""The Telegram connector: hears channels, their discussion groups and private messages through bots, and answers in them."""

from connectors.sdk.contract import ConnectorPlugin
from connectors.telegram import settings
from connectors.telegram.check import fault_of_secret
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.emulator import TelegramEmulator
from connectors.telegram.links import SHORT

plugin = ConnectorPlugin(
    network=settings.NETWORK,
    title="Телеграм",
    default_base_url=settings.BASE_URL,
    hosts=settings.HOSTS,
    credential_kinds=settings.CREDENTIAL_KINDS,
    build=TelegramConnector,
    emulate=TelegramEmulator,
    short_links=SHORT,
    fault_of_secret=fault_of_secret,
)
