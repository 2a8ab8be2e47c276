"""What can go wrong between us and a network, in terms that the core can act on."""

from datetime import datetime


class ConnectorError(Exception):
    """A network refused, failed or answered nonsense; the message is safe to log and to show."""

    is_remembered = False
    """Whether it was raised without a call, from what the ledger remembers of an earlier one."""


class RateLimited(ConnectorError):
    """Not now; `retry_after` is in seconds.

    `too_fast` says that the calls came faster than the credential may make them, so that its pace must fall; `address` that
    the network has blocked our address, so that no credential helps and every further call makes it worse.
    """

    def __init__(self, message: str, *, retry_after: float, too_fast: bool = False, address: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.too_fast = too_fast
        self.address = address


class QuotaExhausted(ConnectorError):
    """The credential may not call `method` again before `until` (aware UTC; `None` when the network does not say)."""

    def __init__(self, message: str, *, method: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.method = method
        self.until = until


class SourceUnavailable(ConnectorError):
    """The network is away or broken just now (time-out, 5xx, HTML, cut-off JSON): try again later."""


class AuthenticationFailed(ConnectorError):
    """The credential is dead: an administrator must act. With `retry_after` (seconds) it may come back, after a captcha for instance."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AccessDenied(ConnectorError):
    """This credential may not call this method on this object; `permanent` tells a wrong kind of key or right from a closed page."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class SourceGone(ConnectorError):
    """The page, post or comment is deleted, blocked, private or was never there."""


class UnexpectedResponse(ConnectorError):
    """The network answered in a shape that we do not know: a changed schema or a bug of ours, not to be retried blindly."""


class ReplyRejected(ConnectorError):
    """The network will not publish this reply; `reason` is its own word for it."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class OutcomeUnknown(ConnectorError):
    """A write left us and no answer came: look for its effect before sending it again."""


class InvalidLink(ConnectorError):
    """The text given is no link to a page of this network; the message says what a right one looks like."""
