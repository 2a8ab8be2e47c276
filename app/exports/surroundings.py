"""What a column needs beside the incident: names, the zone, and the moment at which the file is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.territory import Entry, EntryId, EntryKind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`titles` of topics and their groups by code; `entries` are the region's territories and settlements."""

    now: datetime
    zone_name: str
    region: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[EntryId, Entry] = field(default_factory=dict)

    def title(self, topic: str) -> str:
        """What the topic or group is called; one without a title goes by its code."""
        return self.titles.get(topic, topic)

    def around(self, territory_id: int | None, kind: EntryKind) -> str | None:
        """The territory itself or the nearest of the kind in which it lies."""
        seen: set[int] = set()
        while territory_id is not None and territory_id not in seen:
            seen.add(territory_id)
            entry = self.entries.get(EntryId(territory_id))
            if entry is None:
                return None
            if entry.kind is kind:
                return entry.title
            territory_id = entry.parent_id
        return None
