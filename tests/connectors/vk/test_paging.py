"""A list read by offsets while it changes: what stands in it all the time is read."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.errors import SourceUnavailable
from connectors.vk.paging import Paging
from connectors.vk.settings import MOST_STEPS_BACK, PAGE_SIZE


def read_while_changing(entries: list[int], random: Random, *, most_deleted: int, most_added: int) -> tuple[set[int], set[int]]:
    """What was read, and what stood in the list from the first page to the last. Newest entries come first."""
    paging, read, lasting = Paging(), set[int](), set(entries)
    while not paging.is_over:
        page = entries[paging.offset : paging.offset + PAGE_SIZE]
        read |= paging.accept(page, len(entries)) or frozenset()
        newest = max(entries, default=0)
        entries = [newest + step for step in range(random.randint(0, most_added), 0, -1)] + entries
        for _ in range(min(len(entries), random.randint(0, most_deleted))):
            lasting.discard(entries.pop(random.randrange(len(entries))))
    return read, lasting


@given(st.integers(0, 900), st.randoms(use_true_random=False))
def test_what_stands_all_the_time_is_read_while_entries_come_and_go(length: int, random: Random) -> None:
    read, lasting = read_while_changing(list(range(length, 0, -1)), random, most_deleted=12, most_added=12)
    assert lasting <= read


@given(st.integers(300, 700), st.randoms(use_true_random=False))
def test_many_deletions_at_once_skip_nothing(length: int, random: Random) -> None:
    read, lasting = read_while_changing(list(range(length, 0, -1)), random, most_deleted=60, most_added=0)
    assert lasting <= read


def test_a_list_at_rest_is_read_once_with_a_small_overlap() -> None:
    paging, pages = Paging(), 0
    entries = list(range(1000, 0, -1))
    while not paging.is_over:
        assert paging.accept(entries[paging.offset : paging.offset + PAGE_SIZE], len(entries)) is not None
        pages += 1
    assert pages == 11


def test_a_page_that_shows_fewer_entries_than_it_spans_is_no_end() -> None:
    hidden = set(range(120, 205)) | set(range(40, 60)) | {297, 298, 299}
    entries = list(range(500))
    paging, read = Paging(), set[int]()
    while not paging.is_over:
        page = [entry for entry in entries[paging.offset : paging.offset + PAGE_SIZE] if entry not in hidden]
        read |= paging.accept(page, len(entries)) or frozenset()
    assert read == set(entries) - hidden


def test_a_list_that_never_joins_is_given_up() -> None:
    with pytest.raises(SourceUnavailable):
        read_strangers(Paging(), pages=5 * MOST_STEPS_BACK)


def read_strangers(paging: Paging, *, pages: int) -> None:
    """Reads pages none of which holds anything of another."""
    for number in range(pages):
        paging.accept(range(number * PAGE_SIZE, (number + 1) * PAGE_SIZE), 10_000)
