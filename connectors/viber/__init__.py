"""The Viber connector: hears what residents write to a bot, and answers them there."""

from connectors.sdk.contract import ConnectorPlugin
from connectors.viber import settings
from connectors.viber.check import fault_of_secret
from connectors.viber.connector import ViberConnector
from connectors.viber.emulator import ViberEmulator
from connectors.viber.links import SHORT

plugin = ConnectorPlugin(
    network=settings.NETWORK,
    title="Вайбер",
    default_base_url=settings.BASE_URL,
    hosts=settings.HOSTS,
    credential_kinds=settings.CREDENTIAL_KINDS,
    build=ViberConnector,
    emulate=ViberEmulator,
    short_links=SHORT,
    fault_of_secret=fault_of_secret,
)
