"""Which body must answer: a region's rules, and what people have handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.errors import AlreadyExists, NotFound, StaleVersion
from app.domain.incident import IncidentId
from app.domain.routing import Handed, Rule, RuleId
from app.domain.territory import EntryId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class NewRule:
    """A case and the body that answers in it; `None` stands for any."""

    topic: str | None
    territory_id: EntryId | None
    owner_id: AuthorityId | None
    authority_id: AuthorityId


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule with the names of what it speaks of; `version` counts its changes."""

    rule: Rule
    version: int
    territory_name: str | None
    owner_name: str | None
    authority_name: str


def _case(region_id: RegionId, new: NewRule) -> dict[str, object]:
    return {"region": region_id, "topic": new.topic, "territory": new.territory_id, "owner": new.owner_id, "authority": new.authority_id}


async def _refuse_second(session: AsyncSession, region_id: RegionId, new: NewRule, *, but: RuleId | None = None) -> None:
    """`AlreadyExists` when another rule speaks of the very same case; until the transaction ends no other rule is written."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('routing rules', :region))"), {"region": region_id})
    existing = await session.scalar(
        text(
            "SELECT id FROM routing_rules WHERE region_id = :region AND topic IS NOT DISTINCT FROM CAST(:topic AS text)"
            " AND territory_id IS NOT DISTINCT FROM CAST(:territory AS bigint) AND owner_id IS NOT DISTINCT FROM CAST(:owner AS bigint)"
            " AND id IS DISTINCT FROM CAST(:but AS bigint)"
        ),
        {**_case(region_id, new), "but": but},
    )
    if existing is not None:
        raise AlreadyExists("routing rule", "for this case", existing_id=existing)


async def add(session: AsyncSession, region_id: RegionId, new: NewRule, *, now: datetime) -> RuleId:
    """Adds a rule; `AlreadyExists` when there is one for the very same case."""
    await _refuse_second(session, region_id, new)
    found = await session.scalar(
        text(
            "INSERT INTO routing_rules (region_id, topic, territory_id, owner_id, authority_id, created_at)"
            " VALUES (:region, CAST(:topic AS text), CAST(:territory AS bigint), CAST(:owner AS bigint), :authority, :now) RETURNING id"
        ),
        {**_case(region_id, new), "now": now},
    )
    return RuleId(int(found or 0))


async def hold(session: AsyncSession, region_id: RegionId, rule_id: RuleId, *, version: int) -> NewRule:
    """What a rule says, held until the transaction ends; `StaleVersion` when somebody was faster than `version`."""
    row = (
        await session.execute(
            text(f"SELECT {RULE_COLUMNS}, version FROM routing_rules WHERE region_id = :region AND id = :id FOR UPDATE"),
            {"region": region_id, "id": rule_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("routing rule", rule_id)
    if row.version != version:
        raise StaleVersion("routing rule", rule_id, expected=version, found=row.version)
    held = rule_of(*row[:5])
    return NewRule(held.topic, held.territory_id, held.owner_id, held.authority_id)


async def change(session: AsyncSession, region_id: RegionId, rule_id: RuleId, new: NewRule) -> None:
    """Puts a rule that is held in other words; `AlreadyExists` when another speaks of that case."""
    await _refuse_second(session, region_id, new, but=rule_id)
    await session.execute(
        text(
            "UPDATE routing_rules SET topic = CAST(:topic AS text), territory_id = CAST(:territory AS bigint),"
            " owner_id = CAST(:owner AS bigint), authority_id = :authority, version = version + 1 WHERE region_id = :region AND id = :id"
        ),
        {**_case(region_id, new), "id": rule_id},
    )


async def remove(session: AsyncSession, region_id: RegionId, rule_id: RuleId) -> None:
    """Takes a rule away; `NotFound` when there is none."""
    found = await session.scalar(
        text("DELETE FROM routing_rules WHERE region_id = :region AND id = :id RETURNING id"), {"region": region_id, "id": rule_id}
    )
    if found is None:
        raise NotFound("routing rule", rule_id)


async def listed(session: AsyncSession, region_id: RegionId) -> Sequence[ShownRule]:
    """Every rule in the order of its making."""
    rows = await session.execute(
        text(
            "SELECT r.id, r.topic, r.territory_id, r.owner_id, r.authority_id, r.version,"
            " trim(concat(g.type, ' ', g.name)) AS territory_name, o.name AS owner_name, a.name AS authority_name"
            " FROM routing_rules r JOIN authorities a ON a.id = r.authority_id"
            " LEFT JOIN authorities o ON o.id = r.owner_id"
            " LEFT JOIN gazetteer_entries g ON g.region_id = r.region_id AND g.id = r.territory_id"
            " WHERE r.region_id = :region ORDER BY r.id"
        ),
        {"region": region_id},
    )
    return [
        ShownRule(
            rule_of(row.id, row.topic, row.territory_id, row.owner_id, row.authority_id),
            row.version,
            row.territory_name or None,
            row.owner_name,
            row.authority_name,
        )
        for row in rows
    ]


async def get(session: AsyncSession, region_id: RegionId, rule_id: RuleId) -> ShownRule:
    """One rule; `NotFound` when there is none."""
    found = next((one for one in await listed(session, region_id) if one.rule.id == rule_id), None)
    if found is None:
        raise NotFound("routing rule", rule_id)
    return found


RULE_COLUMNS = "id, topic, territory_id, owner_id, authority_id"


def rule_of(key: int, topic: str | None, territory_id: int | None, owner_id: int | None, authority_id: int) -> Rule:
    """A rule from a row of `RULE_COLUMNS`."""
    territory = None if territory_id is None else EntryId(territory_id)
    return Rule(RuleId(key), topic, territory, None if owner_id is None else AuthorityId(owner_id), AuthorityId(authority_id))


@dataclass(frozen=True, slots=True)
class LastHandover:
    """How an incident came to the body that has it: by a rule when it was opened (`rule` tells the case), or by a person later."""

    authority_id: AuthorityId
    at: datetime
    by: str | None
    rule: Rule | None


async def last_handover(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> LastHandover | None:
    """The last time that an incident was given to a body; `None` for one that is with the owner of its page."""
    row = (
        await session.execute(
            text(
                "SELECT e.type, e.at, e.data, o.name FROM incident_events e LEFT JOIN operators o ON o.id = e.actor_id"
                " WHERE e.region_id = :region AND e.incident_id = :incident AND e.type IN ('routed', 'assigned')"
                " AND e.data->>'authority_id' IS NOT NULL ORDER BY e.id DESC LIMIT 1"
            ),
            {"region": region_id, "incident": incident_id},
        )
    ).one_or_none()
    if row is None:
        return None
    given = row.data
    rule = None
    if row.type == "routed":
        rule = rule_of(given["rule_id"], given["topic"], given["territory_id"], given["owner_id"], given["authority_id"])
    return LastHandover(AuthorityId(given["authority_id"]), row.at, row.name, rule)


async def handed_over(session: AsyncSession, region_id: RegionId, group: str, *, since: datetime) -> list[Handed]:
    """To whom people have handed matters of a group of topics since a moment; of an incident handed on, the last body counts."""
    rows = await session.execute(
        text(
            "SELECT topic, territory_id, authority_id, count(*) AS times FROM ("
            "SELECT DISTINCT ON (e.incident_id) i.topic, coalesce(i.territory_id, s.territory_id) AS territory_id,"
            " CAST(e.data->>'authority_id' AS bigint) AS authority_id"
            " FROM incident_events e JOIN incidents i ON i.region_id = e.region_id AND i.id = e.incident_id"
            " JOIN sources s ON s.id = i.source_id WHERE e.region_id = :region AND e.type = 'assigned' AND e.actor_id IS NOT NULL"
            " AND NOT s.test AND e.at >= :since AND e.data->>'authority_id' IS NOT NULL AND split_part(i.topic, '.', 1) = :group"
            " ORDER BY e.incident_id, e.id DESC) AS last GROUP BY topic, territory_id, authority_id"
        ),
        {"region": region_id, "group": group, "since": since},
    )
    return [
        Handed(row.topic, None if row.territory_id is None else EntryId(row.territory_id), AuthorityId(row.authority_id), float(row.times))
        for row in rows
    ]
