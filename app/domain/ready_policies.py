"""Terms that regions really have, ready to choose; each says whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.domain.deadline import ClockStart

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReadyPolicy:
    """Terms of a first answer, and within how many working days after an interim one the full answer is due."""

    code: str
    name: str
    source: str
    threshold: timedelta
    urgent_threshold: timedelta
    clock_start: ClockStart
    in_working_time: bool = False
    substantive_days: int = 7
    ack_stops: bool = False


READY: Mapping[str, ReadyPolicy] = {
    ready.code: ready
    for ready in (
        ReadyPolicy("day", "24 часа", "Пилот 2018 года, Сахалин: сутки; 4 часа срочным.", 24 * HOUR, 4 * HOUR, ClockStart.PUBLISHED),
        ReadyPolicy(
            "nine_working_hours",
            "9 рабочих часов",
            "Крым, 21.02.2020: 9 рабочих часов с обнаружения.",
            9 * HOUR,
            4 * HOUR,
            ClockStart.DETECTED,
            in_working_time=True,
        ),
        ReadyPolicy(
            "nine_working_hours_from_handover",
            "9 рабочих часов с передачи",
            "Севастополь, 24.02.2020: 9 рабочих часов, повышенной важности 4 часа, с передачи исполнителю; полный ответ за 7 рабочих дней.",
            9 * HOUR,
            4 * HOUR,
            ClockStart.HANDED_OVER,
            in_working_time=True,
        ),
        ReadyPolicy("eight_hours", "8 часов", "Якутия, Ульяновск, Рязань: 8 часов.", 8 * HOUR, 4 * HOUR, ClockStart.PUBLISHED),
        ReadyPolicy(
            "eight_working_hours",
            "8 рабочих часов с передачи",
            "Башкортостан, декабрь 2025: проект ответа за 8 рабочих часов с получения исполнителем.",
            8 * HOUR,
            4 * HOUR,
            ClockStart.HANDED_OVER,
            in_working_time=True,
        ),
        ReadyPolicy(
            "three_hours",
            "Реакция за 3 часа",
            "Башкортостан, декабрь 2025: отклик на площадке за 1–3 часа; его останавливает и подтверждение.",
            3 * HOUR,
            1 * HOUR,
            ClockStart.PUBLISHED,
            ack_stops=True,
        ),
    )
}
"""By code."""
