"""A small network of its own, so that pages can be looked up without anybody's API."""

from connectors.sdk.contract import Connector, ConnectorContext, ConnectorPlugin, EmulatorWorld, ResolvedSource, Wall
from connectors.sdk.errors import AuthenticationFailed, InvalidLink, SourceGone, SourceUnavailable


class Village:
    """Knows its pages by name; «gone» is not there, «dark» does not answer."""

    network = "village"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(self, link: str) -> ResolvedSource:
        self.asked.append(link)
        name = link.rsplit("/", 1)[-1]
        match name:
            case "":
                raise InvalidLink("a page of the village looks like https://village.test/name")
            case "gone":
                raise SourceGone("the village has no page of that name")
            case "dark":
                raise SourceUnavailable("the village does not answer")
            case _:
                return ResolvedSource(Wall("village", f"-{name}"), name.title(), f"https://village.test/{name}")

    async def close(self) -> None:
        """Holds nothing."""


def build_village(context: ConnectorContext) -> Connector:
    return Village()


def emulate_village(*_: object) -> EmulatorWorld:
    raise NotImplementedError("the village is its own emulator")


PLUGIN = ConnectorPlugin("village", "Village", "https://village.test", ("village.test",), (), build_village, emulate_village)
SILENT = ConnectorPlugin("silent", "Silent", "https://silent.test", ("silent.test",), ("silent_key",), build_village, emulate_village)


class Hamlet:
    """Hands out the connector of the village, and has no credential for the silent network."""

    def __init__(self) -> None:
        self.village = Village()

    def connector_for(self, network: str) -> Connector:
        if network != "village":
            raise AuthenticationFailed(f"No credential for {network}.")
        return self.village
