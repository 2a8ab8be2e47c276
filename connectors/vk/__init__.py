"""The VK connector: reads community walls and comments, publishes replies, and emulates the network for the demo and the tests."""

from connectors.sdk.contract import ConnectorPlugin
from connectors.vk import settings
from connectors.vk.check import fault_of_secret
from connectors.vk.connector import VkConnector
from connectors.vk.emulator import VkEmulator
from connectors.vk.links import SHORT
from connectors.vk.people import person_behind, without_person
from connectors.vk.wall import METHOD as WALL

plugin = ConnectorPlugin(
    network=settings.NETWORK,
    title="ВКонтакте",
    default_base_url=settings.BASE_URL,
    hosts=settings.HOSTS,
    credential_kinds=settings.CREDENTIAL_KINDS,
    wall_methods=(WALL,),
    build=VkConnector,
    emulate=VkEmulator,
    short_links=SHORT,
    person_behind=person_behind,
    without_person=without_person,
    fault_of_secret=fault_of_secret,
)
