"""The parts of a wait: what lies between a question and its answer, and with whom."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.authority import AuthorityId
from app.domain.wait_parts import Custody, HandOver, PartKind, hand_overs, parts_of
from tests.domain.histories import moments
from tests.domain.story import at

CITY, WATER, ROADS = AuthorityId(1), AuthorityId(2), AuthorityId(3)
bodies = st.sampled_from([CITY, WATER, ROADS])
drawn_hand_overs = st.lists(st.builds(HandOver, bodies, moments), max_size=5)


def told(custody: Custody, *, ended: str = "15:00", seen: str = "10:05", asked: str = "10:00") -> list[str]:
    """The parts of a wait of one day, each with its end."""
    names = {CITY: "city", WATER: "water", ROADS: "roads"}
    parts = parts_of(at(asked), at(seen), at(ended), custody)
    return [f"{part.kind if part.authority_id is None else names[part.authority_id]} {part.until:%H:%M}" for part in parts]


@given(moments, moments, moments, st.none() | bodies, moments, drawn_hand_overs)
def test_the_parts_follow_each_other_and_add_up_to_the_whole(
    started: datetime, collected: datetime, ended: datetime, owner: AuthorityId | None, opened: datetime, handed: list[HandOver]
) -> None:
    """Also where the network's clock is ahead of ours, so that a question was last seen before it was put: then nothing has passed."""
    parts = parts_of(started, collected, ended, Custody(owner, opened, handed))

    assert (parts[0].since, parts[-1].until) == (started, max(started, ended))
    assert all(before.until == after.since for before, after in pairwise(parts))
    assert all(part.since <= part.until for part in parts)
    kinds = [part.kind for part in parts]
    assert kinds == [PartKind.DETECT, PartKind.ROUTE, *[PartKind.BODY] * len(kinds)][: len(kinds)]
    assert all((part.authority_id is not None) == (part.kind is PartKind.BODY) for part in parts)


@pytest.mark.parametrize(
    ("custody", "expected"),
    [
        (Custody(None, at("10:06")), ["detect 10:05", "route 15:00"]),
        (Custody(CITY, at("10:06")), ["detect 10:05", "route 10:06", "city 15:00"]),
        (Custody(CITY, at("10:06"), [HandOver(WATER, at("10:06"))]), ["detect 10:05", "route 10:06", "water 15:00"]),
        (Custody(CITY, at("10:06"), [HandOver(WATER, at("12:00"))]), ["detect 10:05", "route 12:00", "water 15:00"]),
        (Custody(CITY, at("10:06"), [HandOver(CITY, at("12:00"))]), ["detect 10:05", "route 10:06", "city 15:00"]),
        (Custody(CITY, at("10:06"), [HandOver(WATER, at("16:00"))]), ["detect 10:05", "route 10:06", "city 15:00"]),
        (Custody(None, at("10:06"), [HandOver(WATER, at("16:00"))]), ["detect 10:05", "route 15:00"]),
        (
            Custody(None, at("10:06"), [HandOver(WATER, at("11:00")), HandOver(ROADS, at("12:00")), HandOver(WATER, at("13:00"))]),
            ["detect 10:05", "route 11:00", "water 12:00", "roads 13:00", "water 15:00"],
        ),
    ],
    ids=["nobody", "owner", "rule", "owner passed over", "owner confirmed", "passed on after", "given after", "to and fro"],
)
def test_a_wait_is_with_whom_the_incident_was_given(custody: Custody, expected: list[str]) -> None:
    assert told(custody) == expected


def test_a_hand_over_that_was_taken_back_never_happened() -> None:
    log = [
        (False, WATER, at("11:00")),
        (False, None, at("12:00")),
        (True, None, at("12:01")),
        (False, ROADS, at("13:00")),
        (True, None, at("13:01")),
    ]

    assert hand_overs(log) == (HandOver(WATER, at("11:00")),)


def test_an_answer_before_we_saw_the_question_leaves_no_part_to_anybody() -> None:
    assert told(Custody(CITY, at("16:01")), seen="16:00") == ["detect 15:00"]


def test_a_resident_who_comes_back_finds_the_incident_with_its_body() -> None:
    custody = Custody(CITY, at("10:06"), [HandOver(WATER, at("11:00")), HandOver(ROADS, at("12:00"))])

    assert told(custody, asked="14:00", seen="14:05") == ["detect 14:05", "route 14:05", "roads 15:00"]


def test_a_complaint_taken_for_chatter_at_first_was_on_its_way_until_it_was_opened() -> None:
    assert told(Custody(CITY, at("13:00"))) == ["detect 10:05", "route 13:00", "city 15:00"]
