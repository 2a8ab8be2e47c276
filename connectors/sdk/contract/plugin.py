"""How a network presents itself to the core, and what it is seen to be capable of."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.sdk.contract.calls import ConnectorContext
from connectors.sdk.contract.push import AuthorNamer, EventSigner, PushChecker, PushSetter, UpdateReceiver, WebhookReceiver
from connectors.sdk.contract.reading import (
    CommentCounter,
    CommentReader,
    Connector,
    CredentialChecker,
    PageMapper,
    PostReader,
    ReplyPublisher,
    SourceResolver,
)


class EmulatorWorld(Protocol):
    """What the demo and the tests may do with an emulated network beyond its HTTP API: its clock is the caller's."""

    def app(self) -> Any:
        """The ASGI application that speaks the network's documented API."""


@dataclass(frozen=True, slots=True)
class ConnectorPlugin:
    """How a connector package presents itself (entry point group `otklik.connectors`).

    `hosts` are the host names of its links, so that a pasted link finds its network; `short_links` matches the whole of an
    address that this network's people write without a host. `wall_methods` are those that every poll of a wall calls: polls are planned by
    what a day holds of them, once that is set or was learnt of a refusal. `emulate` makes an emulator of the network from a recorded town
    (see `connectors.sdk.emulation.town`) and the caller's clock. `fault_of_secret(kind, secret)` says what is wrong with the form of a
    secret, without repeating any of it, and "" where it could be one. `person_behind(link)` is the author id of the person to whose
    page a link leads; `without_person(text, author_id)` the text with «…» where the network's own marking names that person.
    """

    network: str
    title: str
    default_base_url: str
    hosts: tuple[str, ...]
    credential_kinds: tuple[str, ...]
    build: Callable[[ConnectorContext], Connector]
    emulate: Callable[..., EmulatorWorld]
    short_links: re.Pattern[str] | None = None
    wall_methods: tuple[str, ...] = ()
    fault_of_secret: Callable[[str, str], str] = field(default=lambda kind, secret: "")
    person_behind: Callable[[str], str | None] = field(default=lambda link: None)
    without_person: Callable[[str, str], str] = field(default=lambda text, author_id: text)


CAPABILITIES: Mapping[str, type[Any]] = {
    "resolve": SourceResolver,
    "read_posts": PostReader,
    "read_comments": CommentReader,
    "map_page": PageMapper,
    "count_comments": CommentCounter,
    "publish_reply": ReplyPublisher,
    "webhook": WebhookReceiver,
    "updates": UpdateReceiver,
    "set_up_push": PushSetter,
    "sign_events": EventSigner,
    "check_push": PushChecker,
    "check_credential": CredentialChecker,
    "name_authors": AuthorNamer,
}


def can_be_polled(connector: Connector) -> bool:
    """Whether pages of the network can be read at all; where not, nothing but push tells of them."""
    return isinstance(connector, PostReader | CommentReader)


def capabilities(connector: Connector) -> frozenset[str]:
    """The names of the Protocols that the connector's class satisfies."""
    return frozenset(name for name, protocol in CAPABILITIES.items() if isinstance(connector, protocol))
