"""By when an answer is due: the policy in force with what it means, its history, and the next version, which an administrator makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse

from app.console import texts
from app.console.access import Administrator, Console, Reader, Visitor
from app.console.page_route import PageRoute
from app.console.times import Times
from app.domain.deadline import ClockStart, Policy
from app.domain.errors import InvalidInput
from app.domain.policy_examples import examples, full_answer_example
from app.domain.ready_policies import READY
from app.domain.russian_days import NEWEST, OfficeHours
from app.domain.spoken import MONTHS
from app.domain.working_time import WEEKDAYS_9_TO_18, WeeklyHours
from app.storage import policies
from app.storage.policies import ShownPolicy
from app.storage.policy_rows import NewPolicy
from app.usecases.change_policy import change_policy, must_be_sensible, of_ready

HOUR = timedelta(hours=1)
ON_DAY = ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье")
BY_DAY = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")
LONGEST_LIST = 2500

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/policies")

Brief = Annotated[str, Form(max_length=20)]
Long = Annotated[str, Form(max_length=LONGEST_LIST)]
Tick = Annotated[str, Form(pattern="^1?$")]


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it is filled in."""

    name: str = ""
    hours: str = ""
    urgent_hours: str = ""
    clock_start: str = ClockStart.PUBLISHED.value
    working_time: bool = False
    opens: str = "09:00"
    closes: str = "18:00"
    last_day: str = "5"
    holidays: bool = True
    days_off: str = ""
    working_days: str = ""
    substantive_days: str = "7"
    ack_stops: bool = False


async def said(
    name: Annotated[str, Form(max_length=100)] = "",
    hours: Brief = "",
    urgent_hours: Brief = "",
    clock_start: Brief = "",
    working_time: Tick = "",
    opens: Brief = "",
    closes: Brief = "",
    last_day: Brief = "",
    holidays: Tick = "",
    days_off: Long = "",
    working_days: Long = "",
    substantive_days: Brief = "",
    ack_stops: Tick = "",
) -> Draft:
    """What was sent."""
    return Draft(
        name.strip(),
        hours,
        urgent_hours,
        clock_start,
        bool(working_time),
        opens,
        closes,
        last_day,
        bool(holidays),
        days_off,
        working_days,
        substantive_days,
        bool(ack_stops),
    )


Said = Annotated[Draft, Depends(said)]


@router.get("")
async def show(console: Console, visitor: Reader, ready: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The policy in force; with `ready` the form holds those terms."""
    chosen = READY.get(ready)
    if chosen is None:
        return await _shown(console, visitor)
    new = of_ready(chosen, OfficeHours(), str(console.zone))
    return await _shown(console, visitor, draft=_draft_of(new), preview=new)


@router.post("/preview")
async def preview(console: Console, visitor: Administrator, draft: Said) -> Response:
    """What the terms of the form would mean; nothing changes."""
    try:
        new = _new(draft, str(console.zone))
        must_be_sensible(new, now=console.now())
    except InvalidInput as error:
        return await _shown(console, visitor, draft=draft, refused=error)
    return await _shown(console, visitor, draft=draft, preview=new)


@router.post("")
async def put_in_force(console: Console, visitor: Administrator, draft: Said) -> Response:
    """Makes the next version; what stands in the way is said beside the form."""
    try:
        new = _new(draft, str(console.zone))
        async with console.database.write() as session:
            await change_policy(session, console.region_id, new, made_by=visitor.operator.id, now=console.now())
    except InvalidInput as error:
        return await _shown(console, visitor, draft=draft, refused=error)
    return RedirectResponse("/policies", 303)


async def _shown(
    console: Console,
    visitor: Visitor,
    *,
    draft: Draft | None = None,
    preview: NewPolicy | None = None,
    refused: InvalidInput | None = None,
) -> Response:
    async with console.database.read() as session:
        versions = await policies.listed(session, console.region_id)
    times = console.times
    return console.pages.page(
        "policies.html",
        status=200 if refused is None else 422,
        section="policies",
        visitor=visitor,
        times=times,
        current=versions[0],
        versions=versions,
        terms=terms,
        written=_written,
        meaning=lambda policy: meaning(policy, times),
        ready=READY.values(),
        draft=draft or _draft_of_shown(versions[0]),
        preview=None if preview is None else preview.policy(),
        is_open=draft is not None,
        problem=None if refused is None else str(refused),
    )


def terms(policy: Policy) -> str:
    """A policy in a line: «9 рабочих ч, срочные 4 ч, с обнаружения»."""
    kind = "рабочих " if policy.calendar else ""
    parts = [f"{_number(policy.threshold)} {kind}ч", f"срочные {_number(policy.urgent_threshold)} ч"]
    parts.append(texts.CLOCK_STARTS[policy.clock_start])
    if policy.substantive is not None:
        parts.append(f"полный ответ за {policy.substantive.days} раб. дн. после промежуточного")
    if policy.ack_stops:
        parts.append("срок останавливает и «уточним»")
    return ", ".join(parts)


def meaning(policy: Policy, times: Times) -> Sequence[str]:
    """What a policy means for a few questions, in sentences."""
    found = []
    for one in examples(policy, now=times.now, zone=times.zone):
        noun = "срочный вопрос" if one.urgent else "вопрос"
        handed = ", найденный и переданный сразу," if policy.clock_start is not ClockStart.PUBLISHED else ","
        found.append(f"На {noun}, заданный {_on(one.asked_at)}{handed} надо ответить до {_by(one.due_at, one.asked_at, times)}.")
    full = full_answer_example(policy, now=times.now)
    if full is not None:
        last = full.due_at - timedelta(seconds=1)
        local = last.astimezone(times.zone)
        found.append(
            f"За промежуточным ответом {_on(full.answered_at)} полный должен последовать не позднее {BY_DAY[local.weekday()]},"
            f" {local.day} {MONTHS[local.month - 1]}, или обещанного дня, если он раньше."
        )
    return found


def _on(moment: datetime) -> str:
    return f"{ON_DAY[moment.weekday()]} в {moment:%H:%M}"


def _by(moment: datetime, asked_at: datetime, times: Times) -> str:
    local = moment.astimezone(times.zone)
    far = "" if local - asked_at < timedelta(days=6) else f", {local.day} {MONTHS[local.month - 1]},"
    return f"{BY_DAY[local.weekday()]}{far} {local:%H:%M}"


def _number(length: timedelta) -> str:
    return f"{length / HOUR:g}".replace(".", ",")


def _draft_of_shown(shown: ShownPolicy) -> Draft:
    policy = shown.policy
    office = shown.office or OfficeHours()
    days = None if policy.substantive is None else policy.substantive.days
    new = NewPolicy(
        policy.name if policy.name != "default" else texts.FIRST_POLICY,
        policy.threshold,
        policy.urgent_threshold,
        policy.clock_start,
        shown.in_working_time,
        office,
        shown.zone or "",
        days,
        policy.ack_stops,
    )
    return _draft_of(new)


def _draft_of(new: NewPolicy) -> Draft:
    opens, closes = next(iter(new.hours.weekly.values()), WEEKDAYS_9_TO_18[0])
    return Draft(
        new.name,
        _number(new.threshold),
        _number(new.urgent_threshold),
        new.clock_start.value,
        new.in_working_time,
        f"{opens:%H:%M}",
        f"{closes:%H:%M}",
        str(1 + max(new.hours.weekly, default=4)),
        new.hours.edition is not None,
        _written(new.hours.days_off),
        _written(new.hours.working_days),
        "" if new.substantive_days is None else str(new.substantive_days),
        new.ack_stops,
    )


def _written(days: frozenset[date]) -> str:
    return ", ".join(f"{day:%d.%m.%Y}" for day in sorted(days))


def _new(draft: Draft, zone: str) -> NewPolicy:
    """The form as terms; `InvalidInput` says in Russian what cannot be read."""
    if not draft.name:
        raise InvalidInput("name", "Назовите срок: так он будет подписан в истории.")
    if draft.clock_start not in set(ClockStart):
        raise InvalidInput("clock_start", "Выберите, с чего считать срок.")
    return NewPolicy(
        draft.name,
        _hours(draft.hours),
        _hours(draft.urgent_hours),
        ClockStart(draft.clock_start),
        draft.working_time,
        OfficeHours(_weekly(draft), NEWEST if draft.holidays else None, _days(draft.days_off), _days(draft.working_days)),
        zone,
        _count(draft.substantive_days),
        draft.ack_stops,
    )


def _hours(written: str) -> timedelta:
    plain = written.strip().replace(",", ".")
    if not plain.replace(".", "", 1).isdecimal() or not plain.isascii() or not 0.1 <= float(plain) <= 720:
        raise InvalidInput("hours", "Срок — число часов от 0,1 до 720.")
    return float(plain) * HOUR


def _count(written: str) -> int | None:
    if not written.strip():
        return None
    if not written.strip().isdecimal() or not written.strip().isascii() or not 1 <= int(written) <= 60:
        raise InvalidInput("substantive_days", "Полный ответ — от 1 до 60 рабочих дней, или пусто, если срока нет.")
    return int(written)


def _weekly(draft: Draft) -> WeeklyHours:
    try:
        opens, closes = time.fromisoformat(draft.opens), time.fromisoformat(draft.closes)
    except ValueError:
        raise InvalidInput("office_hours", "Часы работы пишут так: 09:00.") from None
    if opens >= closes or opens.tzinfo or closes.tzinfo:
        raise InvalidInput("office_hours", "Рабочий день начинается раньше, чем кончается.")
    return dict.fromkeys(range(int(draft.last_day) if draft.last_day in set("567") else 5), (opens, closes))


def _days(written: str) -> frozenset[date]:
    try:
        return frozenset(
            datetime.strptime(one, "%d.%m.%Y").replace(tzinfo=UTC).date() for one in written.replace(",", " ").replace(";", " ").split()
        )
    except ValueError:
        raise InvalidInput("days_off", "Дни пишут через запятую так: 31.12.2026.") from None
