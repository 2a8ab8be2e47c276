"""Proposals of mass incidents: whose voices count, and what people's decisions leave of a group."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.incident import IncidentId
from app.domain.likeness import Reason, Spot, Telling, compare, stems_of
from app.domain.mass import LEAST_MASS, MassId, MassState, Proposal, masses, settle

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
LESNAYA = Telling("water.no_cold", NOON, frozenset({Spot("lesnaya", "12")}), stems_of("на Лесной 12 нет воды"))


def told(*authors: str, first: int = 1) -> dict[IncidentId, Telling]:
    """Incidents about one thing, an hour apart, each by its author."""
    return {
        IncidentId(number): replace(LESNAYA, author=author, published_at=NOON + timedelta(hours=number))
        for number, author in enumerate(authors, start=first)
    }


def ids(*numbers: int) -> frozenset[IncidentId]:
    return frozenset(map(IncidentId, numbers))


def settled(
    tellings: Mapping[IncidentId, Telling], *known: Proposal
) -> tuple[list[frozenset[IncidentId]], dict[MassId, frozenset[IncidentId]]]:
    found = settle(masses(tellings), known, tellings)
    return found.new, found.kept


def proposal(state: MassState, *numbers: int) -> Proposal:
    return Proposal(MassId(7), state, ids(*numbers))


FIVE = told("a", "b", "c", "d", "e")


def test_five_people_make_a_mass_and_one_who_writes_five_times_does_not() -> None:
    assert masses(FIVE) == [ids(1, 2, 3, 4, 5)]
    assert masses(told("a", "a", "b", "a", "b")) == []
    assert len({telling.author for telling in FIVE.values()}) == LEAST_MASS


def test_that_one_person_wrote_both_is_recognised() -> None:
    first, second = told("a", "a").values()

    assert next(compare(first, second).reasons()) is Reason.SAME_AUTHOR
    assert Reason.SAME_AUTHOR not in set(compare(first, replace(second, author="b")).reasons())
    assert compare(first, second).score == compare(first, replace(second, author="b")).score


def test_a_group_that_goes_on_keeps_its_proposal_and_grows() -> None:
    assert settled(FIVE) == ([ids(1, 2, 3, 4, 5)], {})
    assert settled(FIVE | told("f", first=6), proposal(MassState.OPEN, 1, 2, 3, 4, 5)) == ([], {MassId(7): ids(1, 2, 3, 4, 5, 6)})


def test_a_group_that_falls_apart_ends_its_proposal() -> None:
    assert settle([], [proposal(MassState.OPEN, 1, 2, 3, 4, 5)], FIVE).over == [MassId(7)]


def test_what_was_dismissed_is_not_proposed_again_until_as_many_new_ones_come() -> None:
    dismissed = proposal(MassState.DISMISSED, 1, 2, 3, 4, 5)

    assert settled(FIVE | told("f", "g", first=6), dismissed) == ([], {})
    assert settled(FIVE | told("f", "g", "h", "i", "j", first=6), dismissed) == ([ids(6, 7, 8, 9, 10)], {})


def test_who_writes_of_what_was_merged_already_is_proposed_at_once() -> None:
    merged = proposal(MassState.MERGED, 1, 2, 3, 4, 5)
    parent = {IncidentId(1): replace(FIVE[IncidentId(1)], merged=3)}
    left_out = {IncidentId(5): FIVE[IncidentId(5)]}

    assert settled(parent | left_out, merged) == ([], {})
    assert settled(parent | left_out | told("f", first=6), merged) == ([ids(1, 6)], {})
