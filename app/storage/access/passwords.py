"""Operators' logins and password hashes (Argon2id)."""

from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import AlreadyExists, NotFound
from app.domain.operator import Operator, OperatorId, Role


@dataclass(frozen=True, slots=True)
class Login:
    """An operator who may sign in, and the hash that the password must match."""

    operator: Operator
    password_hash: str = field(repr=False)


async def find(session: AsyncSession, login: str) -> Login | None:
    """Who has the login; `None` for nobody, a disabled operator and one without a password."""
    row = (
        await session.execute(
            text(
                "SELECT id, name, role, password_hash FROM operators"
                " WHERE login = :login AND password_hash IS NOT NULL AND disabled_at IS NULL"
            ),
            {"login": login},
        )
    ).one_or_none()
    return None if row is None else Login(Operator(OperatorId(row.id), row.name, Role(row.role)), row.password_hash)


async def save(session: AsyncSession, operator_id: OperatorId, *, login: str, password_hash: str) -> None:
    """Gives an operator a login and a password; `AlreadyExists` when somebody else has the login."""
    owner = await session.scalar(text("SELECT id FROM operators WHERE login = :login AND id <> :id"), {"login": login, "id": operator_id})
    if owner is not None:
        raise AlreadyExists("login", login, existing_id=owner)
    found = await session.scalar(
        text("UPDATE operators SET login = :login, password_hash = :hash WHERE id = :id RETURNING id"),
        {"login": login, "hash": password_hash, "id": operator_id},
    )
    if found is None:
        raise NotFound("operator", operator_id)
