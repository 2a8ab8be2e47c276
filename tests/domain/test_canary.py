"""A canary's way, step by step."""

from datetime import datetime, timedelta

from app.domain.canary import MARK, Sighting, marked_text, stages
from app.domain.detection import Timing


def sighting(noon: datetime, timing: Timing | None) -> Sighting:
    return Sighting("https://vk.com/wall-7_1?reply=2", "1", "-7", "question", True, noon, noon + timedelta(seconds=40), timing)


def test_the_steps_of_a_polled_canary_add_up_to_its_lag(noon: datetime) -> None:
    due, asked, received, judged, stored, visible = (noon + timedelta(seconds=seconds) for seconds in (30, 33, 34, 36, 40, 41))

    way = stages(sighting(noon, Timing(due, asked, received, judged, stored)), visible)

    assert [(one.name, one.seconds) for one in way] == [
        ("published", 0),
        ("poll due", 30),
        ("asked", 3),
        ("read", 1),
        ("classified", 2),
        ("stored", 4),
        ("in the queue", 1),
    ]
    assert sum(one.seconds for one in way) == (visible - noon).total_seconds()


def test_a_poll_that_was_due_before_the_publication_took_no_wait(noon: datetime) -> None:
    early, late = noon - timedelta(minutes=1), noon + timedelta(seconds=5)

    way = stages(sighting(noon, Timing(early, late, late, late, late)), late)

    assert [one.seconds for one in way] == [0, 0, 5, 0, 0, 0, 0]
    assert all(one.at >= noon for one in way)


def test_without_the_moments_of_its_reading_a_canary_is_known_by_its_storing(noon: datetime) -> None:
    way = stages(sighting(noon, None), noon + timedelta(seconds=41))

    assert [(one.name, one.seconds) for one in way] == [("published", 0), ("stored", 40), ("in the queue", 1)]


def test_the_mark_is_found_again_in_the_text_that_is_sent() -> None:
    found = MARK.search(marked_text(" Когда включат воду? ", "otk-1a2b3c4d"))

    assert found is not None
    assert found[0] == "otk-1a2b3c4d"
