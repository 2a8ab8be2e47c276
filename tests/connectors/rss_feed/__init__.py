"""A toy network in one folder: blogs whose posts and comments are RSS feeds. It is what docs/add_a_connector.md builds."""

from connectors.sdk.contract import ConnectorPlugin

from .connector import RssConnector
from .emulator import RssEmulator

plugin = ConnectorPlugin(
    network="rss",
    title="Блоги",
    default_base_url="https://blogs.example",
    hosts=("blogs.example",),
    credential_kinds=("rss_key",),
    build=RssConnector,
    emulate=RssEmulator,
)
