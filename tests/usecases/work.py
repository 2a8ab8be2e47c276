"""An incident in work: who works, and what the log says of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import IncidentId
from app.domain.operator import Operator, Role
from app.storage import events, incident_details
from app.storage.access import operators
from app.storage.engine import Database
from app.storage.incident_details import IncidentDetails
from app.storage.regions import RegionId
from tests.usecases.reading import Reader


@dataclass(frozen=True, slots=True)
class Desk:
    """A database with one incident and people of two roles."""

    database: Database
    region_id: RegionId
    incident_id: IncidentId
    anna: Operator
    boris: Operator
    chief: Operator

    async def details(self) -> IncidentDetails:
        async with self.database.read() as session:
            return await incident_details.get(session, self.region_id, self.incident_id)

    async def log(self) -> list[str]:
        """The types of the incident's events in order."""
        async with self.database.read() as session:
            found = await events.of_incidents(session, self.region_id, [self.incident_id])
        return [event.type.value for event in found[self.incident_id]]


async def open_desk(reader: Reader, now: datetime) -> Desk:
    """A desk over the reader's only incident."""
    database, region_id = reader.intake.database, reader.intake.region_id
    (row,) = await reader.rows("SELECT id FROM incidents")
    async with database.write() as session:
        people = [await _hire(session, name, role, now) for name, role in PEOPLE]
    return Desk(database, region_id, IncidentId(row.id), *people)


PEOPLE = (("Анна", Role.OPERATOR), ("Борис", Role.OPERATOR), ("Начальник", Role.COORDINATOR))


async def _hire(session: AsyncSession, name: str, role: Role, now: datetime) -> Operator:
    return (await operators.ensure(session, name, role, now=now)).operator
