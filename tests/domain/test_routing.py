"""Who must answer: which rule wins, what transfers teach, and how both are ranked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.authority import AuthorityId
from app.domain.routing import Ground, Handed, Matter, Rule, RuleId, habits, rule_for, suggest
from app.domain.territory import EntryId

REGION, TOWN, VILLAGE = EntryId(1), EntryId(2), EntryId(3)
CITY, WATER, ROADS, SCHOOLS = AuthorityId(10), AuthorityId(11), AuthorityId(12), AuthorityId(13)
IN_VILLAGE = (VILLAGE, TOWN, REGION)


def rule(
    number: int, authority: AuthorityId, topic: str | None = None, territory: EntryId | None = None, owner: AuthorityId | None = None
) -> Rule:
    return Rule(RuleId(number), topic, territory, owner, authority)


def matter(*topics: tuple[str, float], owner: AuthorityId | None = None) -> Matter:
    return Matter(dict(topics), IN_VILLAGE, owner)


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        ([rule(1, CITY), rule(2, WATER, "water")], WATER),
        ([rule(1, CITY, "water"), rule(2, WATER, "water.no_cold")], WATER),
        ([rule(1, CITY, "water.no_cold"), rule(2, WATER, "water", VILLAGE)], WATER),
        ([rule(1, CITY, "water", REGION), rule(2, WATER, "water", TOWN)], WATER),
        ([rule(1, CITY, "water"), rule(2, WATER, "water", owner=CITY)], WATER),
        ([rule(1, WATER, "water"), rule(2, CITY, "water")], WATER),
        ([rule(1, CITY, "roads"), rule(2, SCHOOLS, "water", EntryId(99))], None),
    ],
    ids=["group", "topic", "place before topic", "nearer place", "page", "the older of two alike", "none fits"],
)
def test_the_narrowest_rule_that_fits_wins(rules: list[Rule], winner: AuthorityId | None) -> None:
    found = rule_for(rules, "water.no_cold", IN_VILLAGE, CITY)

    assert (found and found.authority_id) == winner


def test_a_rule_stands_before_the_page_s_owner_and_its_number_is_told() -> None:
    best, second = suggest([rule(7, WATER, "water")], [], matter(("water.no_cold", 0.9), owner=CITY))

    assert (best.authority_id, best.ground, best.rule_id, best.topic) == (WATER, Ground.RULE, 7, "water.no_cold")
    assert (second.authority_id, second.ground) == (CITY, Ground.OWNER)


def test_the_owner_counts_as_far_as_no_rule_speaks() -> None:
    rules = [rule(1, WATER, "water"), rule(2, CITY, "heating")]
    best, second = suggest(rules, [], matter(("water.no_cold", 0.43), ("heating.cold", 0.21), owner=CITY))

    assert (best.authority_id, second.authority_id) == (WATER, CITY)


def test_what_the_region_s_model_reads_in_the_words_stands_beside_rules_and_owner() -> None:
    guessed = Matter({"water.no_cold": 0.5}, IN_VILLAGE, CITY, {ROADS: 0.8, SCHOOLS: 0.1, WATER: 0.1})
    found = suggest([rule(7, WATER, "water")], [], guessed)

    assert [(one.authority_id, one.ground) for one in found] == [(ROADS, Ground.MODEL), (WATER, Ground.RULE), (CITY, Ground.OWNER)]


def test_an_unsure_topic_keeps_the_body_of_the_second_likeliest_in_sight() -> None:
    rules = [rule(1, WATER, "water"), rule(2, ROADS, "roads")]
    found = suggest(rules, [], matter(("water.main_break", 0.5), ("roads.drainage", 0.4)))

    assert [one.authority_id for one in found] == [WATER, ROADS]
    assert found[0].chance == pytest.approx(5 / 9)


def test_a_transfer_teaches_and_many_outweigh_a_rule() -> None:
    rules = [rule(1, CITY, "roads")]
    once = suggest(rules, [Handed("roads.potholes", TOWN, ROADS, 1)], matter(("roads.potholes", 0.9)))
    often = suggest(
        rules, [Handed("roads.potholes", TOWN, ROADS, 60), Handed("roads.potholes", TOWN, CITY, 1)], matter(("roads.potholes", 0.9))
    )

    assert [one.authority_id for one in once] == [CITY, ROADS]
    assert once[1].ground is Ground.HABIT
    assert {one.authority_id for one in often} == {CITY, ROADS}
    assert often[1].chance > 0.45


def test_habits_of_the_place_outweigh_those_of_the_region() -> None:
    handed = [Handed("roads.potholes", None, ROADS, 100), Handed("roads.potholes", VILLAGE, CITY, 10)]
    shares, trust = habits(handed, "roads.potholes", IN_VILLAGE)
    elsewhere, _ = habits(handed, "roads.potholes", (TOWN, REGION))

    assert shares[CITY] > shares[ROADS]
    assert elsewhere[ROADS] > elsewhere[CITY]
    assert trust < 1


def test_a_topic_never_handed_over_leans_on_its_group() -> None:
    shares, _ = habits([Handed("roads.signs", TOWN, ROADS, 5)], "roads.potholes", IN_VILLAGE)

    assert shares == {ROADS: 1.0}
    assert habits([], "roads.potholes", IN_VILLAGE) == ({}, 0.0)


def test_nothing_known_suggests_nobody() -> None:
    assert suggest([], [], matter(("water.no_cold", 0.9))) == []


@given(
    st.lists(
        st.tuples(st.sampled_from([CITY, WATER, ROADS, SCHOOLS]), st.sampled_from(["water.no_cold", "roads.potholes"]), st.floats(0.1, 50))
    ),
    st.floats(0.01, 1),
)
def test_chances_are_shares_in_order(handed: list[tuple[AuthorityId, str, float]], chance: float) -> None:
    told = [Handed(topic, TOWN, body, times) for body, topic, times in handed]
    found = suggest([rule(1, CITY, "water")], told, matter(("water.no_cold", chance), ("roads.potholes", chance / 2)))

    assert len(found) <= 3
    assert [one.chance for one in found] == sorted((one.chance for one in found), reverse=True)
    assert sum(one.chance for one in found) <= 1 + 1e-9
