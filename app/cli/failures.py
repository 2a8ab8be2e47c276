"""What commands say of the failures that are expected; loaded when there is one, as it knows those of every layer."""

from app.bootstrap import CannotStart
from app.cli.running import fail
from app.domain.errors import DomainError
from app.settings import SettingsInvalid
from app.storage.engine import DATABASE_ERRORS, DatabaseUnfit, explain
from app.storage.server.embedded import EmbeddedDatabaseError
from connectors.sdk.errors import ConnectorError

EXPECTED = (CannotStart, SettingsInvalid, EmbeddedDatabaseError, DatabaseUnfit, DomainError, ConnectorError)


def tell(error: Exception) -> None:
    """Ends the process with a sentence if the failure was expected, and returns if not."""
    if isinstance(error, EXPECTED):
        fail(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        account = " Is this the account that Otklik runs under?" if isinstance(error, PermissionError) else ""
        fail(f"{error.filename} cannot be used ({error.strerror}).{account}")
    if isinstance(error, DATABASE_ERRORS):
        fail(f"The database cannot be used: {explain(error)}")
