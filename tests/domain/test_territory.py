"""Which lines of a gazetteer fit, and what is said of the others."""

from collections.abc import Iterable

from app.domain.territory import EntryKind, NewEntry, check_entries


def lines(*written: str) -> list[NewEntry]:
    """Entries from `kind code parent type name`, numbered as in a file; «-» is nothing."""
    found = []
    for number, line in enumerate(written, start=2):
        kind, code, parent, type_, name = line.split(" ", 4)
        found.append(NewEntry(number, EntryKind(kind), code, None if parent == "-" else parent, name, "" if type_ == "-" else type_))
    return found


def faults(entries: Iterable[NewEntry], stored: Iterable[NewEntry] = ()) -> list[tuple[int, str]]:
    return [(fault.line, fault.reason) for fault in check_entries(entries, {one.code: one for one in stored}).faults]


TOWN = "settlement town - город Заречный"


def test_children_may_stand_before_their_parents() -> None:
    checked = check_entries(lines("street s1 town улица Лесная", TOWN), {})

    assert ([one.code for one in checked.entries], checked.faults) == (["town", "s1"], [])


def test_a_child_may_lie_in_what_the_region_holds_already() -> None:
    assert faults(lines("street s1 town улица Лесная"), lines(TOWN)) == []


def test_an_unknown_parent_leaves_out_the_line_and_what_lies_in_it() -> None:
    assert faults(lines("settlement a nowhere село Ивановка", "street s1 a улица Лесная", TOWN)) == [
        (2, "the parent nowhere is unknown"),
        (3, "the parent a in line 2 was left out itself"),
    ]


def test_a_code_stands_once() -> None:
    assert faults(lines(TOWN, "settlement town - село Ивановка")) == [(3, "the code town stands in line 2 already")]


def test_two_same_streets_of_a_settlement_are_one_too_many() -> None:
    same = lines(TOWN, "street s1 town улица Берёзовая", "street s2 town Улица берёзовая", "street s3 town переулок Берёзовая")

    assert faults(same) == [(4, "Улица берёзовая of town stands in line 3 as s1")]


def test_a_street_that_the_region_holds_under_another_code_is_refused() -> None:
    stored = lines(TOWN, "street s1 town улица Лесная")

    assert faults(lines("street s2 town улица Лесная"), stored) == [(2, "улица Лесная of town stands in the region as s1")]


def test_streets_lie_in_settlements_only() -> None:
    assert faults(lines("territory t - район Озёрный", "street s1 t улица Лесная", "street s2 - улица Речная")) == [
        (3, "a street lies in a settlement, not in the territory t"),
        (4, "a street lies in a settlement, not in nothing"),
    ]


def test_territories_cannot_lie_in_each_other() -> None:
    round_and_round = lines("territory a b район Первый", "territory b a район Второй")

    assert {reason for _, reason in faults(round_and_round)} == {"its parents go round in a circle"}


def test_names_and_codes_have_a_length() -> None:
    entries = [NewEntry(2, EntryKind.SETTLEMENT, "", None, "Ивановка", "село"), NewEntry(3, EntryKind.SETTLEMENT, "a", None, "я" * 121, "")]

    assert [line for line, _ in faults(entries)] == [2, 3]
