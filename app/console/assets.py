"""Styles, script and icon: each under an address that changes with its content, so that a browser may keep it for good."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

MEDIA_TYPES: Mapping[str, str] = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; `sum` is the beginning of the SHA-256 of its content."""

    name: str
    media_type: str
    sum: str
    content: bytes = field(repr=False)

    @property
    def address(self) -> str:
        return f"/static/{self.sum}/{self.name}"


def load_assets() -> dict[str, Asset]:
    """The files of the `static` folder by name."""
    folder = files("app.console") / "static"
    return {file.name: _asset(file.name, file.read_bytes()) for file in folder.iterdir() if _ending(file.name) in MEDIA_TYPES}


def _asset(name: str, content: bytes) -> Asset:
    return Asset(name, MEDIA_TYPES[_ending(name)], hashlib.sha256(content).hexdigest()[:16], content)


def _ending(name: str) -> str:
    return name.rpartition(".")[2]
