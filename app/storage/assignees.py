"""Those into whose hands incidents can be given."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.operator import MAY, Act, Operator, OperatorId, Role


async def listed(session: AsyncSession) -> Sequence[Operator]:
    """Everybody who works on incidents and has a login, by name: scripts with a token only are left out."""
    working = [role.value for role, acts in MAY.items() if Act.WORK in acts]
    rows = await session.execute(
        text(
            "SELECT id, name, role FROM operators WHERE role = ANY(:working) AND login IS NOT NULL AND disabled_at IS NULL"
            " ORDER BY name, id"
        ),
        {"working": working},
    )
    return [Operator(OperatorId(row.id), row.name, Role(row.role)) for row in rows]
