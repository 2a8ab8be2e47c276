"""What OK lets our keys do, asked by calls that change nothing: they name objects that cannot exist, or leave out what is required."""

from collections.abc import Mapping

from connectors.ok import settings
from connectors.ok.api import NoSuchMethod, Parameters, WrongParameter
from connectors.ok.client import OkClient
from connectors.sdk.contract import Credential
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited, SourceGone
from connectors.sdk.fields import line, records, whole

AVAILABLE = "available"
GONE = "gone"
REFUSED = "refused"
UNKNOWN = "unknown"

WRITING = "discussions.addDiscussionComment"
NOTHING = "0"
PROBES: Mapping[str, tuple[str, Parameters]] = {
    "resolve": ("group.getInfo", {"uids": NOTHING, "fields": settings.GROUP_FIELDS}),
    "resolve_names": ("url.getInfo", {"url": f"{settings.SITE}/group/{NOTHING}"}),
    "read_posts": ("mediatopic.getTopics", {"gid": NOTHING, "count": 1}),
    "read_comments": ("discussions.getComments", {"discussionId": NOTHING, "discussionType": settings.TOPIC, "count": 1}),
    "count_comments": ("mediatopic.getByIds", {"topic_ids": NOTHING, "media_limit": 1}),
    "author_names": ("users.getInfo", {"uids": NOTHING, "fields": settings.NAME_FIELDS}),
    "publish_reply": (WRITING, {"entityId": NOTHING, "entityType": settings.TOPIC}),
}
"""By capability, the call that tells of it. The last one has no `comment`, so that nothing could be published by it."""

LIMITS = "calls_left"


async def probe_all(client: OkClient) -> dict[str, str]:
    """By capability "available", "gone", "refused: …" or "unknown: …" with OK's words; "calls_left" as OK counts them."""
    found = {capability: await probe(client, *call) for capability, call in PROBES.items()}
    return found | {LIMITS: await calls_left(client)}


async def probe(client: OkClient, method: str, parameters: Parameters) -> str:
    """How OK takes one call. A complaint about the object or a parameter shows that the method itself is there and open."""
    try:
        await client.read(method, parameters)
    except (SourceGone, WrongParameter):
        return AVAILABLE
    except NoSuchMethod as error:
        return f"{GONE}: {error}"
    except (AccessDenied, AuthenticationFailed) as error:
        return f"{REFUSED}: {error}"
    except ConnectorError as error:
        return f"{UNKNOWN}: {error}"
    return AVAILABLE


async def check_credential(client: OkClient, credential: Credential) -> dict[str, str]:
    """By capability what OK says against this key, "" where nothing does; `AuthenticationFailed` for a dead one."""
    return {capability: await refusal_of(client, credential, *call) for capability, call in PROBES.items()}


async def refusal_of(client: OkClient, credential: Credential, method: str, parameters: Parameters) -> str:
    """What OK says against one call of the key. A complaint about the object shows that the key was let in."""
    try:
        await client.read_by(credential, method, parameters)
    except (SourceGone, WrongParameter):
        return ""
    except (NoSuchMethod, AccessDenied, QuotaExhausted, RateLimited) as error:
        return str(error)
    return ""


async def calls_left(client: OkClient) -> str:
    """What OK says is left of each method's limit, as "method 4990, …"."""
    methods = [method for method, _ in PROBES.values()]
    try:
        answer = await client.read("users.getCallsLeft", {"methods": methods})
    except ConnectorError as error:
        return f"{UNKNOWN}: {error}"
    left = [(line(entry.get("name")), whole(entry.get("callsLeft"))) for entry in records(answer.document)]
    return ", ".join(f"{name} {number}" for name, number in left if name and number is not None) or UNKNOWN
