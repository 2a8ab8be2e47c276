"""Which tests begin first: the long ones, so that none of the processes is left alone with one when the others have done."""

from collections.abc import Sequence

import pytest

LONGEST = (
    "test_retraining_on_the_corpus_gives_the_shipped_file_to_the_byte",
    "test_two_workers_share_sources_and_a_limit_and_one_takes_over_from_the_other",
    "test_a_town_under_a_failing_network_is_stored_exactly_once_and_its_answers_are_found",
    "test_twenty_killed_workers_lose_nothing_and_double_nothing",
    "test_a_replay_of_a_town_differs_only_where_something_was_changed",
    "test_every_answer_is_declared_and_none_is_a_fault",
    "test_a_database_that_is_killed_is_missed_in_words_and_found_again",
    "test_a_full_disk_stops_storing_in_words_and_loses_nothing",
    "test_a_thread_of_ten_thousand_comments_is_read_whole_and_starves_nobody",
    "test_a_region_teaches_compares_uses_and_takes_back",
    "test_a_canary_is_sent_and_timed_step_by_step_and_stands_in_no_queue",
    "test_a_day_of_real_workers_over_http_meets_no_refusal_of_pace_or_quota",
    "test_what_is_in_the_way_is_told_and_what_dies_is_started_again",
    "test_the_town_of_the_demo_lives_and_leaves_no_process",
    "test_the_outage_is_found_as_a_surge_and_as_a_mass_with_its_place_and_its_body",
    "test_nothing_else_rises_in_the_town",
    "test_a_busy_worker_that_is_told_to_stop_gives_everything_back_and_loses_nothing",
    "test_what_is_as_stored_is_told_in_a_line_and_what_is_not_by_its_place",
    "test_push_is_opened_checked_and_relied_on_once_events_arrive",
    "test_topics_are_exported_edited_and_imported_once",
)
"""The longest first; `pytest --durations 30` tells them."""


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The long tests by length, then all others as they came."""
    places = {name: place for place, name in enumerate(LONGEST)}
    return sorted(items, key=lambda item: places.get(getattr(item, "originalname", item.name), len(places)))
