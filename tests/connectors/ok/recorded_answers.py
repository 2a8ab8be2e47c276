"""The recorded answers of OK's documented shapes, and the reading of any of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.ok.api import Answer, read_answer
from connectors.ok.schemas import read_address, read_comments, read_groups, read_names, read_new_comment, read_topics
from connectors.sdk.contract import Credential
from connectors.sdk.http import Received
from tests.connectors.ok.ok_world import FIRST

FOLDER = Path(__file__).parent / "recordings"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = Credential("ok_app", "the region's key", FIRST)
READERS: dict[str, Callable[[Answer], object]] = {
    "mediatopic.getTopics": read_topics,
    "mediatopic.getByIds": read_topics,
    "discussions.getComments": read_comments,
    "discussions.getDiscussionComments": read_comments,
    "discussions.addDiscussionComment": read_new_comment,
    "group.getInfo": read_groups,
    "url.getInfo": read_address,
    "users.getInfo": read_names,
}


def names(prefix: str) -> list[str]:
    """The recordings whose names begin so."""
    return sorted(file.stem for file in FOLDER.glob(f"{prefix}*.json"))


def document(name: str, folder: Path = FOLDER) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def answer_to(method: str, body: Any, *, is_write: bool = False) -> Answer:
    """The answer as the client reads it; raises what its error object means."""
    received = Received(200, json.dumps(body).encode(), body)
    return read_answer(received, method=method, credential=KEY, now=NOW, is_write=is_write)


def method_of(name: str) -> str:
    """The method that a recording is named after: "mediatopic_getTopics_null" is of mediatopic.getTopics."""
    return max((method for method in READERS if name.startswith(method.replace(".", "_"))), key=len)


def recorded(name: str) -> Answer:
    return answer_to(method_of(name), document(name))


def read_recording(name: str) -> object:
    """What the connector makes of the recording."""
    return READERS[method_of(name)](recorded(name))
