"""OK's irregularities, for clients that must bear them: old dates, missing fields and keys, pages the other way round."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

OLDER_FIELDS = ("date_ms", "author_ref")


@dataclass(frozen=True, slots=True)
class Quirks:
    """Which irregularities appear, at places drawn by the seed.

    `old_comments` have a date by Moscow's clock only and name a group by `author_type` only; `nameless_comments` lack their
    author's name; `entities` gives names beside the comments; `newest_first` turns pages round; `anchors_repeat` begins a page
    with the entry that the anchor stands at; `bare_empty` answers `{}` for a list without entries; `silent_ends` never says
    `has_more`; `unknown_parts` adds fields and media that no documentation knows.
    """

    seed: int = 0
    old_comments: bool = False
    nameless_comments: bool = False
    entities: bool = False
    newest_first: bool = False
    anchors_repeat: bool = False
    bare_empty: bool = False
    silent_ends: bool = False
    unknown_parts: bool = False


def distorted(answer: Any, quirks: Quirks, random: Random) -> Any:
    """The answer made irregular."""
    if not isinstance(answer, dict):
        return answer
    comments = answer.get("comments", [])
    for comment in comments:
        for name in (*(OLDER_FIELDS if quirks.old_comments else ()), *(("author_name",) if quirks.nameless_comments else ())):
            comment.pop(name, None)
    if quirks.newest_first:
        comments.reverse()
    if quirks.silent_ends:
        answer.pop("has_more", None)
    if quirks.unknown_parts:
        add_unknown_parts(answer, random)
    is_empty_list = "anchor" in answer and not any(isinstance(value, list) for value in answer.values())
    return {} if quirks.bare_empty and is_empty_list else answer


def add_unknown_parts(answer: dict[str, Any], random: Random) -> None:
    for shape in list(objects(answer)):
        if random.random() < 0.3:
            shape["reaction_summary_v2"] = {"self": None, "kinds": []}
        if isinstance(shape.get("media"), list) and random.random() < 0.3:
            shape["media"].append({"type": "moment_card", "moment_card_refs": None})


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object inside the value, the outer ones first."""
    match value:
        case dict():
            yield value
            yield from objects(list(value.values()))
        case list():
            for part in value:
                yield from objects(part)
