"""Why a model file or labelled data were refused; each message is fit for an operator's eyes."""

from pathlib import Path

from app.domain.errors import DomainError


class ModelRefused(DomainError):
    """The file is not a whole, unaltered model of a format that this release reads."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"The model {path} cannot be used: {reason}.")
        self.path = path
        self.reason = reason


class DataRefused(DomainError):
    """Labelled data are wrong; `where` names the file and the line."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}.")
        self.where = where
        self.reason = reason
