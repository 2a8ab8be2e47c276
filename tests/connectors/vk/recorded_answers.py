"""The recorded answers of VK's documented shapes, and the reading of any of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.sdk.contract import Credential
from connectors.sdk.http import Received
from connectors.vk.api import Answer, read_answer
from connectors.vk.schemas import read_comment_id, read_comments, read_communities, read_posts, read_screen_name

FOLDER = Path(__file__).parent / "recordings"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = Credential("vk_service", "the region's key", "vk1.a.never-a-real-key")
READERS: dict[str, Callable[[Answer], object]] = {
    "wall.get": lambda answer: read_posts(answer, owner_id=-217300001),
    "wall.getById": read_posts,
    "wall.getComments": read_comments,
    "wall.createComment": read_comment_id,
    "groups.getById": read_communities,
    "utils.resolveScreenName": read_screen_name,
}


def names(prefix: str) -> list[str]:
    """The recordings whose names begin so."""
    return sorted(file.stem for file in FOLDER.glob(f"{prefix}*.json"))


def document(name: str, folder: Path = FOLDER) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def answer_to(method: str, body: Any) -> Answer:
    """The answer as the client reads it; raises what its error object means."""
    raw = json.dumps(body).encode()
    return read_answer(Received(200, raw, body), method=method, credential=KEY, now=NOW)


def method_of(name: str) -> str:
    """The method that a recording is named after: "wall_getById_items" is of wall.getById."""
    return max((method for method in READERS if name.startswith(method.replace(".", "_"))), key=len)


def recorded(name: str) -> Answer:
    return answer_to(method_of(name), document(name))


def read_recording(name: str) -> object:
    """What the connector makes of the recording."""
    return READERS[method_of(name)](recorded(name))
