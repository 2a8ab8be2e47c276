"""By whose working hours figures are counted."""

from dataclasses import dataclass

from app.domain.deadline import PolicyId
from app.domain.russian_days import OfficeHours
from app.domain.spoken import week_in_words
from app.domain.working_time import Calendar


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The working time that the region's policy states; the usual one of a region whose policies state none."""

    office: OfficeHours
    calendar: Calendar
    policy_id: PolicyId | None = None
    policy_version: int | None = None

    def in_words(self) -> str:
        """«пн–пт 09:00–18:00, Europe/Moscow, без праздников России, по срокам версии 2»."""
        parts = [week_in_words(self.office.weekly), str(self.calendar.zone)]
        if self.office.edition is not None:
            parts.append("без праздников и перенесённых выходных России")
        if self.office.days_off or self.office.working_days:
            parts.append("со своими днями региона")
        if self.policy_version is not None:
            parts.append(f"по срокам версии {self.policy_version}")
        return ", ".join(parts)
