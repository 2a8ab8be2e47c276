"""Asks a network what a credential may do, by real calls that change nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.sdk.contract import Connector, Credential, CredentialChecker
from connectors.sdk.errors import AuthenticationFailed, ConnectorError


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check. `against` says by capability what the network has against it, "" where nothing.

    `trouble` says why nothing could be learnt: `is_dead` when the network refuses the credential as such.
    """

    network: str
    kind: str
    name: str
    against: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    is_dead: bool = False

    @property
    def may(self) -> list[str]:
        return sorted(capability for capability, refusal in self.against.items() if not refusal)

    @property
    def may_not(self) -> list[tuple[str, str]]:
        return sorted((capability, refusal) for capability, refusal in self.against.items() if refusal)


async def check_credential(network: str, credential: Credential, connector: Connector) -> Checked:
    """The network's word on a credential, now."""
    if not isinstance(connector, CredentialChecker):
        return Checked(network, credential.kind, credential.name, trouble=f"the connector of {network} cannot check its credentials")
    try:
        against = await connector.check_credential(credential)
    except AuthenticationFailed as error:
        return Checked(network, credential.kind, credential.name, trouble=str(error), is_dead=True)
    except ConnectorError as error:
        return Checked(network, credential.kind, credential.name, trouble=str(error))
    return Checked(network, credential.kind, credential.name, against)
