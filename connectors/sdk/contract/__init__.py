"""The contract between the core and a network: values, and one small Protocol per capability.

What a connector can do is derived from the Protocols that its class satisfies (`capabilities`), so no flag can lie.
"""

from connectors.sdk.contract.calls import (
    CallLedger,
    ConnectorContext,
    Credential,
)
from connectors.sdk.contract.plugin import (
    CAPABILITIES,
    ConnectorPlugin,
    EmulatorWorld,
    capabilities,
)
from connectors.sdk.contract.push import (
    AuthorNamer,
    EventReader,
    PushChecker,
    PushedChange,
    PushedNews,
    PushSetter,
    UpdateReceiver,
    Updates,
    WebhookReceiver,
)
from connectors.sdk.contract.reading import (
    CapabilityProber,
    CommentCounter,
    CommentReader,
    Connector,
    CredentialChecker,
    PageMapper,
    PostReader,
    ReplyPublisher,
    SourceResolver,
)
from connectors.sdk.contract.values import (
    DIRECT_DIALOGUE,
    Author,
    Coverage,
    Cursor,
    Message,
    MessageType,
    Page,
    PostCount,
    PostRef,
    PublishedReply,
    PushedEvent,
    ResolvedSource,
    Wall,
)

__all__ = [
    "CAPABILITIES",
    "DIRECT_DIALOGUE",
    "Author",
    "AuthorNamer",
    "CallLedger",
    "CapabilityProber",
    "CommentCounter",
    "CommentReader",
    "Connector",
    "ConnectorContext",
    "ConnectorPlugin",
    "Coverage",
    "Credential",
    "CredentialChecker",
    "Cursor",
    "EmulatorWorld",
    "EventReader",
    "Message",
    "MessageType",
    "Page",
    "PageMapper",
    "PostCount",
    "PostReader",
    "PostRef",
    "PublishedReply",
    "PushChecker",
    "PushSetter",
    "PushedChange",
    "PushedEvent",
    "PushedNews",
    "ReplyPublisher",
    "ResolvedSource",
    "SourceResolver",
    "UpdateReceiver",
    "Updates",
    "Wall",
    "WebhookReceiver",
    "capabilities",
]
