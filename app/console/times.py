"""Moments and lengths of time as an operator reads them: near ones in words, exact ones in the region's zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from app.domain.spoken import MONTHS, in_one_unit, length, offset, roughly


@dataclass(frozen=True, slots=True)
class Times:
    """Says moments relative to `now` and in `zone`."""

    now: datetime
    zone: tzinfo

    def due(self, moment: datetime) -> str:
        """How much time is left, or by how much it has run out."""
        left = moment - self.now
        return f"через {roughly(left)}" if left >= timedelta() else f"просрочено на {in_one_unit(-left)}"

    def ago(self, moment: datetime) -> str:
        """How long ago something was, or in how long it will be."""
        passed = self.now - moment
        if abs(passed) < timedelta(minutes=1):
            return "только что" if passed >= timedelta() else "сейчас"
        return f"{roughly(passed)} назад" if passed > timedelta() else f"через {roughly(-passed)}"

    def every(self, interval: timedelta) -> str:
        """How often something is done."""
        if interval < timedelta(minutes=1):
            return "чаще раза в минуту"
        return "раз в минуту" if interval < timedelta(minutes=2) else f"раз в {length(interval)}"

    def brief(self, moment: datetime) -> str:
        """«15:04» today, «10 марта, 15:04» this year, with the year otherwise."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local.day} {MONTHS[local.month - 1]}{year}, {local:%H:%M}"

    def exact(self, moment: datetime) -> str:
        """The whole moment with the zone's distance from UTC: «11 марта 2026, 15:04:05 (UTC+3)»."""
        local = moment.astimezone(self.zone)
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M:%S} ({offset(local)})"

    def machine(self, moment: datetime) -> str:
        """ISO 8601 in UTC."""
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
