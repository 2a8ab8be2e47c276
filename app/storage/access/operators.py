"""People and scripts that act under a role."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.operator import Operator, OperatorId, Role


@dataclass(frozen=True, slots=True)
class RegisteredOperator:
    """An operator, and since when they may come in no more."""

    operator: Operator
    disabled_at: datetime | None


async def ensure(session: AsyncSession, name: str, role: Role, *, now: datetime) -> RegisteredOperator:
    """The operator of that name; a new one gets the role."""
    await session.execute(
        text("INSERT INTO operators (name, role, created_at) VALUES (:name, :role, :now) ON CONFLICT (name) DO NOTHING"),
        {"name": name, "role": role.value, "now": now},
    )
    row = (await session.execute(text("SELECT id, name, role, disabled_at FROM operators WHERE name = :name"), {"name": name})).one()
    return RegisteredOperator(Operator(OperatorId(row.id), row.name, Role(row.role)), row.disabled_at)


async def get(session: AsyncSession, operator_id: OperatorId) -> RegisteredOperator:
    """An operator; `NotFound` when there is none."""
    row = (
        await session.execute(text("SELECT id, name, role, disabled_at FROM operators WHERE id = :id"), {"id": operator_id})
    ).one_or_none()
    if row is None:
        raise NotFound("operator", operator_id)
    return RegisteredOperator(Operator(OperatorId(row.id), row.name, Role(row.role)), row.disabled_at)
