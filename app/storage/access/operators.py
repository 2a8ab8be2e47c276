"""People and scripts that act under a role."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class ListedOperator:
    """An operator as an administrator sees them: the login where they have a password, and how many tokens are theirs."""

    registered: RegisteredOperator
    login: str | None
    token_count: int


async def listed(session: AsyncSession) -> Sequence[ListedOperator]:
    """All operators by name, those who may come in no more too."""
    rows = await session.execute(
        text(
            "SELECT o.id, o.name, o.role, o.disabled_at, o.login, count(t.id) AS tokens FROM operators o"
            " LEFT JOIN tokens t ON t.operator_id = o.id AND t.revoked_at IS NULL GROUP BY o.id ORDER BY o.name, o.id"
        )
    )
    return [
        ListedOperator(RegisteredOperator(Operator(OperatorId(row.id), row.name, Role(row.role)), row.disabled_at), row.login, row.tokens)
        for row in rows
    ]


async def disable(session: AsyncSession, name: str, *, now: datetime) -> OperatorId:
    """Lets the operator of that name or login come in no more, by password or token; `NotFound` when there is none."""
    found = await session.scalar(
        text(
            "UPDATE operators SET disabled_at = coalesce(disabled_at, :now)"
            " WHERE id = (SELECT id FROM operators WHERE name = :name OR login = lower(:name) ORDER BY name <> :name LIMIT 1) RETURNING id"
        ),
        {"name": name, "now": now},
    )
    if found is None:
        raise NotFound("operator", name)
    return OperatorId(found)


async def admit(session: AsyncSession, operator_id: OperatorId, role: Role) -> None:
    """Lets an operator in under a role, also one who was shut out."""
    await session.execute(
        text("UPDATE operators SET disabled_at = NULL, role = :role WHERE id = :id"), {"id": operator_id, "role": role.value}
    )
