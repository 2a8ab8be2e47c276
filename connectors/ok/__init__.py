"""The OK (Odnoklassniki) connector: reads topics and comments of groups, and emulates the network for the demo and the tests."""

from connectors.ok import settings
from connectors.ok.connector import OkConnector
from connectors.ok.emulator import OkEmulator
from connectors.ok.people import person_behind, without_person
from connectors.ok.signature import fault_of
from connectors.ok.wall import METHOD as WALL
from connectors.sdk.contract import ConnectorPlugin

plugin = ConnectorPlugin(
    network=settings.NETWORK,
    title="Одноклассники",
    default_base_url=settings.BASE_URL,
    hosts=settings.HOSTS,
    credential_kinds=settings.CREDENTIAL_KINDS,
    wall_methods=(WALL,),
    build=OkConnector,
    emulate=OkEmulator,
    person_behind=person_behind,
    without_person=without_person,
    fault_of_secret=lambda kind, secret: fault_of(secret),
)
