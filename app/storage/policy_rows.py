"""Policies as rows: the working time of each is kept in full, so that what was once judged is judged the same for ever."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from app.domain.deadline import ClockStart, Policy, PolicyId, SubstantiveTerm
from app.domain.russian_days import OfficeHours
from app.domain.working_time import Calendar


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A policy that is to come into force. `substantive_days` are working days by its hours, whether its thresholds run in them or not."""

    name: str
    threshold: timedelta
    urgent_threshold: timedelta
    clock_start: ClockStart
    in_working_time: bool
    hours: OfficeHours
    zone: str
    substantive_days: int | None
    ack_stops: bool = False

    def policy(self) -> Policy:
        """The policy as the rules see it, before it has a number."""
        calendar = self.hours.calendar(ZoneInfo(self.zone))
        return Policy(
            PolicyId(0),
            self.name,
            0,
            self.threshold,
            self.urgent_threshold,
            self.clock_start,
            calendar=calendar if self.in_working_time else None,
            ack_stops=self.ack_stops,
            substantive=None if self.substantive_days is None else SubstantiveTerm(self.substantive_days, calendar),
        )


def written_hours(hours: OfficeHours, zone: str) -> str:
    """Working time as a row keeps it."""
    document = {
        "zone": zone,
        "weekly": {str(day): [moment.isoformat("minutes") for moment in between] for day, between in hours.weekly.items()},
        "holidays": hours.edition,
        "days_off": sorted(day.isoformat() for day in hours.days_off),
        "working_days": sorted(day.isoformat() for day in hours.working_days),
    }
    return orjson.dumps(document).decode()


def read_hours(written: str) -> tuple[OfficeHours, str]:
    """Working time of a row, and its zone."""
    document: Mapping[str, Any] = orjson.loads(written)
    weekly = {int(day): (time.fromisoformat(opens), time.fromisoformat(closes)) for day, (opens, closes) in document["weekly"].items()}
    days_off, working_days = (frozenset(map(date.fromisoformat, document[name])) for name in ("days_off", "working_days"))
    return OfficeHours(weekly, document["holidays"], days_off, working_days), document["zone"]


@cache
def calendar_of(written: str) -> Calendar:
    """Made once for every document: each look at a page reads all policies."""
    hours, zone = read_hours(written)
    return hours.calendar(ZoneInfo(zone))


POLICY_COLUMNS = (
    "id, name, version, threshold, urgent_threshold, clock_start, ack_stops, in_working_time, CAST(hours AS text),"
    " substantive_days, active_from, rejudges"
)


def policy_of(*row: Any) -> Policy:
    """A policy from a row of `POLICY_COLUMNS`."""
    key, name, version, threshold, urgent, start, ack_stops, in_working_time, hours, days, active_from, rejudges = row
    calendar = None if hours is None else calendar_of(hours)
    return Policy(
        PolicyId(key),
        name,
        version,
        threshold,
        urgent,
        ClockStart(start),
        calendar=calendar if in_working_time else None,
        ack_stops=ack_stops,
        substantive=None if days is None or calendar is None else SubstantiveTerm(days, calendar),
        active_from=active_from,
        rejudges=rejudges,
    )


def by_id(rows: Iterable[Any]) -> dict[PolicyId, Policy]:
    """Policies from rows of `POLICY_COLUMNS`, in their order."""
    found = (policy_of(*row) for row in rows)
    return {policy.id: policy for policy in found}
