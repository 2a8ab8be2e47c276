"""Puts another version of the region's policy in force."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import PolicyId
from app.domain.errors import InvalidInput
from app.domain.operator import OperatorId
from app.domain.policy_examples import examples, full_answer_example
from app.domain.ready_policies import ReadyPolicy
from app.domain.russian_days import OfficeHours
from app.storage import policies
from app.storage.policy_rows import NewPolicy
from app.storage.regions import RegionId

LONGEST = timedelta(days=30)


async def change_policy(session: AsyncSession, region_id: RegionId, new: NewPolicy, *, made_by: OperatorId, now: datetime) -> PolicyId:
    """The number of the new version; `InvalidInput` says what makes no sense in it.

    It is in force at once. A duty of the worker recomputes the questions that are open by then (`rejudge_incidents`).
    """
    must_be_sensible(new, now=now)
    return await policies.add(session, region_id, new, made_by=made_by, now=now)


def must_be_sensible(new: NewPolicy, *, now: datetime) -> None:
    """Refuses terms that nobody can keep or that never end."""
    for field, threshold in (("hours", new.threshold), ("urgent_hours", new.urgent_threshold)):
        if not timedelta(minutes=1) <= threshold <= LONGEST:
            raise InvalidInput(field, f"A term is a minute at least and {LONGEST.days * 24} hours at most.")
    if new.urgent_threshold > new.threshold and not new.in_working_time:
        raise InvalidInput("urgent_hours", "What is urgent must be answered no later than the rest.")
    if not new.hours.weekly:
        raise InvalidInput(
            "office_hours", "Name a working day at least: full answers are due on working days, whatever the first ones are."
        )
    try:
        policy = new.policy()
        list(examples(policy, now=now))
        full_answer_example(policy, now=now)
    except ValueError as error:
        raise InvalidInput("office_hours", str(error)) from error


def of_ready(ready: ReadyPolicy, office: OfficeHours, zone: str) -> NewPolicy:
    """Ready terms with the region's own hours."""
    return NewPolicy(
        ready.name,
        ready.threshold,
        ready.urgent_threshold,
        ready.clock_start,
        ready.in_working_time,
        office,
        zone,
        ready.substantive_days,
        ready.ack_stops,
    )
