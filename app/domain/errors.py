"""What the rules refuse, with the data that a clear message needs."""

from datetime import datetime


class DomainError(Exception):
    """A request that the rules refuse; the message is fit for an operator's eyes."""


class NotFound(DomainError):
    """Nothing of that kind has that name or number."""

    def __init__(self, noun: str, key: object) -> None:
        super().__init__(f"There is no {noun} {key}.")
        self.noun = noun
        self.key = key


class StaleVersion(DomainError):
    """Somebody was faster: the row has moved on since the caller read it."""

    def __init__(self, noun: str, key: object, *, expected: int, found: int) -> None:
        super().__init__(f"The {noun} {key} has changed: you hold version {expected}, it is now at {found}. Read it again.")
        self.noun = noun
        self.key = key
        self.expected = expected
        self.found = found


class InvalidTransition(DomainError):
    """The noun is in a state from which this step does not go."""

    def __init__(self, noun: str, key: object, state: str, step: str) -> None:
        super().__init__(f"The {noun} {key} is {state}: it cannot be {step}.")
        self.noun = noun
        self.key = key
        self.state = state
        self.step = step


class NotPermitted(DomainError):
    """The operator's role does not reach that far."""

    def __init__(self, act: str, role: str) -> None:
        super().__init__(f"The role {role} may not {act}.")
        self.act = act
        self.role = role


class Refused(DomainError):
    """A pushed event that is not from whom it says: a wrong secret, or another page's."""


class InvalidInput(DomainError):
    """A value given from outside is wrong; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooBusy(DomainError):
    """As much of this is being done as may be at a time."""

    def __init__(self, noun: str) -> None:
        super().__init__(f"Enough {noun} are under way already: try again in a minute.")
        self.noun = noun


class AlreadyExists(DomainError):
    """The same thing is registered already; `key` is what it is known by."""

    def __init__(self, noun: str, key: object, *, existing_id: int | None = None) -> None:
        super().__init__(f"This {noun} is registered already: {key}.")
        self.noun = noun
        self.key = key
        self.existing_id = existing_id


class LeaseLost(DomainError):
    """Another worker has taken the source over; what we were about to store is theirs to store now."""

    def __init__(self, source_id: int, generation: int, at: datetime) -> None:
        super().__init__(f"The lease on source {source_id} (generation {generation}) was lost before {at.isoformat()}.")
        self.source_id = source_id


class NoModelBefore(DomainError):
    """There is nothing to go back to."""

    def __init__(self) -> None:
        super().__init__("No other model was at work before: there is nothing to go back to.")
