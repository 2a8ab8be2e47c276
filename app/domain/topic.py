"""What residents write about: topics in groups, and what a whole taxonomy must be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, TypeVar

from app.domain.errors import DomainError

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_TITLE = 80
LONGEST_RULE = 600
MOST_TOPICS = 1000
FAULTS_SHOWN = 10
Value = TypeVar("Value")


class TaxonomyRefused(DomainError):
    """The topics are not fit for use; each fault names its place."""

    def __init__(self, faults: list[str]) -> None:
        more = f"; and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        super().__init__(f"The topics cannot be used: {'; '.join(faults[:FAULTS_SHOWN])}{more}.")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject as an operator sees it; `confused_with` says by which words another topic is told from it, `urgent_when` may be empty."""

    code: str
    title: str
    includes: str
    confused_with: Mapping[str, str]
    urgent_when: str


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """Topics of one field; each one's code begins with the group's and a dot."""

    code: str
    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Taxonomy:
    """All topics in one version; made by `taxonomy_of`, which lets nothing faulty through."""

    version: int
    groups: tuple[TopicGroup, ...]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The titles of all groups and topics by code."""
        return {group.code: group.title for group in self.groups} | {topic.code: topic.title for topic in self.topics}

    @property
    def topics(self) -> Iterator[Topic]:
        """All topics, group by group."""
        return (topic for group in self.groups for topic in group.topics)


def group_of(code: str) -> str:
    """The code of the group that a topic belongs to; a group's own code as it is."""
    return code.partition(".")[0]


def is_code(written: str) -> bool:
    """Whether this can be the code of a group or of a topic."""
    parts = written.split(".")
    return len(parts) <= 2 and all(CODE.fullmatch(part) for part in parts)


def document_of(taxonomy: Taxonomy) -> dict[str, Any]:
    """The taxonomy as plain values, as files and the database hold it."""
    groups = [asdict(group) | {"topics": [asdict(topic) for topic in group.topics]} for group in taxonomy.groups]
    return {"version": taxonomy.version, "groups": groups}


def taxonomy_of(document: object) -> Taxonomy:
    """The taxonomy that a document of plain values describes; `TaxonomyRefused` lists every fault with its place."""
    faults: list[str] = []
    version = _field(document, "version", int, "the document", faults)
    taxonomy = Taxonomy(version, tuple(_groups(_field(document, "groups", list, "the document", faults), faults)))
    faults += _whole_faults(taxonomy)
    if faults:
        raise TaxonomyRefused(faults)
    return taxonomy


def _groups(entries: list[object], faults: list[str]) -> Iterator[TopicGroup]:
    for number, entry in enumerate(entries, start=1):
        where = f"group {number}"
        code = _field(entry, "code", str, where, faults)
        if not CODE.fullmatch(code):
            faults.append(f"{where}: the code {code!r} is not small Latin letters, digits and _")
        topics = _field(entry, "topics", list, where, faults)
        yield TopicGroup(code, _text(entry, "title", LONGEST_TITLE, where, faults), tuple(_topics(topics, code, faults)))


def _topics(entries: list[object], group: str, faults: list[str]) -> Iterator[Topic]:
    for number, entry in enumerate(entries, start=1):
        where = f"{group}, topic {number}"
        code = _field(entry, "code", str, where, faults)
        if group_of(code) != group or not CODE.fullmatch(code.removeprefix(f"{group}.")):
            faults.append(f"{where}: the code {code!r} is not the group's, a dot, and small Latin letters, digits and _")
        yield Topic(
            code,
            _text(entry, "title", LONGEST_TITLE, where, faults),
            _text(entry, "includes", LONGEST_RULE, where, faults),
            _field(entry, "confused_with", dict, where, faults),
            _text(entry, "urgent_when", LONGEST_RULE, where, faults, may_be_empty=True),
        )


def _whole_faults(taxonomy: Taxonomy) -> Iterator[str]:
    codes = [topic.code for topic in taxonomy.topics]
    if not 1 <= len(codes) <= MOST_TOPICS:
        yield f"there are {len(codes)} topics: 1 to {MOST_TOPICS} are possible"
    for several in (codes, [group.code for group in taxonomy.groups]):
        yield from (f"the code {code} stands twice" for code in sorted({one for one in several if several.count(one) > 1}))
    known = set(codes)
    for topic in taxonomy.topics:
        for other, why in topic.confused_with.items():
            if other not in known or other == topic.code or not isinstance(why, str):
                yield f"{topic.code}: confused_with needs codes of other topics with a text each, not {other!r}"


def _text(entry: object, name: str, longest: int, where: str, faults: list[str], *, may_be_empty: bool = False) -> str:
    text = _field(entry, name, str, where, faults)
    if len(text) > longest or not (may_be_empty or text.strip()):
        faults.append(f"{where}: {name} must have {0 if may_be_empty else 1} to {longest} characters")
    return text


def _field(entry: object, name: str, kind: type[Value], where: str, faults: list[str]) -> Value:
    value = entry.get(name) if isinstance(entry, dict) else None
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    faults.append(f"{where}: {name} is missing or not of the type {kind.__name__}")
    return kind()
