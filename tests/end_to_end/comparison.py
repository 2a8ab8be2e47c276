"""What the network shows beside what is stored, and the first answers found beside the truth of a town."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.ok.emulator.world import VisibleMessage as OkMessage
from connectors.sdk.emulation.town_generator import GeneratedTown
from connectors.sdk.emulation.town_truth import QuestionTruth
from connectors.sdk.text import clean_text
from connectors.vk.emulator import VisibleMessage
from tests.end_to_end.networks import VK, Net
from tests.end_to_end.watch import Rows

Place = tuple[str, str, str]
"""Wall, post and comment as the network numbers them; the comment is empty for a post."""
Told = tuple[str, datetime]
"""Text and moment of publication."""

STANDING = (
    "SELECT s.external_id AS wall, m.post_id, m.comment_id, m.text, m.published_at"
    " FROM messages m JOIN sources s ON s.id = m.source_id WHERE m.deleted_at IS NULL"
)
QUESTIONS = (
    "SELECT s.external_id AS wall, m.post_id, m.comment_id, t.first_answered_at, t.number"
    " FROM turns t JOIN messages m ON m.id = t.question_id JOIN sources s ON s.id = m.source_id"
)


def shown(visible: Mapping[str, VisibleMessage | OkMessage]) -> list[tuple[Place, Told]]:
    """What can be read on the network, in order."""
    return sorted((place_of(one), (clean_text(one.text), one.published_at)) for one in visible.values())


def place_of(one: VisibleMessage | OkMessage) -> Place:
    if isinstance(one, OkMessage):
        return f"group:{one.group_id}", one.topic_id or one.id, one.id if one.topic_id else ""
    section = "topic" if one.on_board else "video" if one.is_video else ""
    if one.post_id is None:
        return str(one.owner_id), f"{section}{one.id}", ""
    return str(one.owner_id), f"{section}{one.post_id}", str(one.id)


async def stored(rows: Rows) -> list[tuple[Place, Told]]:
    """What is stored as standing, in order; a message stored twice is told twice."""
    return sorted(((row.wall, row.post_id, row.comment_id), (row.text, row.published_at)) for row in await rows(STANDING))


async def clocks(rows: Rows) -> dict[Place, tuple[int, datetime | None]]:
    """Every turn by its question: which one of its conversation it is, and when it was first answered."""
    return {(row.wall, row.post_id, row.comment_id): (row.number, row.first_answered_at) for row in await rows(QUESTIONS)}


@dataclass(frozen=True, slots=True)
class Quality:
    """First answers found beside the true ones; one is right when its moment is right."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def judge(town: GeneratedTown, ids: Mapping[str, Any], found: Mapping[Place, tuple[int, datetime | None]], net: Net = VK) -> Quality:
    """How the found first answers compare with the truth of the town, over all questions that begin a turn."""
    places = town_places(town, ids, net)
    pairs = [(answered(found, places[key]), truth.first_answer_at) for key, truth in first_questions(town).items()]
    return Quality(
        right=sum(ours == true for ours, true in pairs if true is not None),
        wrong=sum(ours != true for ours, true in pairs if ours is not None),
        missed=sum(ours != true for ours, true in pairs if true is not None),
    )


def first_questions(town: GeneratedTown) -> dict[str, QuestionTruth]:
    return {key: truth for key, truth in town.truth.items() if not truth.is_repeat}


def town_places(town: GeneratedTown, ids: Mapping[str, Any], net: Net = VK) -> dict[str, Place]:
    """Where the messages of the town stand on the network, by their keys."""
    return {
        message.key: (net.account(-message.page_id), str(ids[message.post_key]), str(ids[message.key]))
        if message.post_key
        else (net.account(-message.page_id), str(ids[message.key]), "")
        for message in town.town.messages
        if message.key in ids
    }


def answered(found: Mapping[Place, tuple[int, datetime | None]], place: Place) -> datetime | None:
    return found[place][1] if place in found else None
