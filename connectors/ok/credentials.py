"""Which keys are used together: those of one application."""

from collections.abc import Sequence

import structlog

from connectors.ok.signature import read_key
from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed


def keys_of_one_application(credentials: Sequence[Credential]) -> tuple[tuple[Credential, ...], AuthenticationFailed | None]:
    """The keys of the first readable key's application, and what is wrong with the first key that cannot be read.

    OK may give one person another id in each application. Keys of other applications wait unused, or the same resident
    would come back as a stranger.
    """
    applications: dict[str, list[Credential]] = {}
    complaint: AuthenticationFailed | None = None
    for credential in credentials:
        try:
            applications.setdefault(read_key(credential).application_key, []).append(credential)
        except AuthenticationFailed as error:
            complaint = complaint or error
    by_application = list(applications.values())
    if unused := [credential.name for others in by_application[1:] for credential in others]:
        structlog.get_logger(__name__).warning("ok_keys_of_other_applications_unused", keys=unused)
    return tuple(by_application[0]) if by_application else (), complaint
