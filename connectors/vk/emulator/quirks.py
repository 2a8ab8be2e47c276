"""VK's irregularities, for clients that must bear them: mixed booleans, unknown attachments, unknown fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

BOOLEANS = frozenset(
    {
        "can_post",
        "can_view",
        "groups_can_post",
        "show_reply_button",
        "author_replied",
        "is_from_post_author",
        "deleted",
        "is_pinned",
        "user_likes",
        "can_like",
        "can_publish",
        "user_reposted",
        "verified",
        "can_access_closed",
        "is_allowed",
    }
)
"""Fields that VK sends as true/false and as 1/0; `is_closed` is none of them: a community has three states."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """Which irregularities appear, at places drawn by the seed."""

    seed: int = 0
    mixed_booleans: bool = True
    unknown_attachments: bool = True
    unknown_fields: bool = True


def distort(answer: Any, quirks: Quirks, random: Random) -> None:
    """Makes a well-formed answer irregular, in place."""
    for shape in list(objects(answer)):
        is_message = "parents_stack" in shape or "post_source" in shape
        if quirks.mixed_booleans:
            mix_booleans(shape, random)
        if is_message and quirks.unknown_attachments and not shape.get("deleted") and random.random() < 0.3:
            shape.setdefault("attachments", []).append({"type": "mini_app_card", "mini_app_card": None})
        if is_message and quirks.unknown_fields and random.random() < 0.5:
            shape["reaction_summary"] = {"count": random.randrange(5), "kinds": []}


def mix_booleans(shape: dict[str, Any], random: Random) -> None:
    for name in BOOLEANS & shape.keys():
        shape[name] = bool(shape[name]) if random.random() < 0.5 else int(shape[name])


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object inside the value, the outer ones first."""
    match value:
        case dict():
            yield value
            yield from objects(list(value.values()))
        case list():
            for part in value:
                yield from objects(part)
