"""A town played by a clock: what is settled, in which order, and what cannot be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.sdk.emulation.replay import Replay
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, is_present

START = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
PAGE = 7


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def message(key: str, minutes: float, **fields: Any) -> TownMessage:
    return TownMessage(key, fields.pop("page_id", PAGE), 1, at(minutes), "Текст", **fields)


class Seen:
    """Notes what is settled, as the world of an emulator would."""

    def __init__(self, *messages: TownMessage) -> None:
        self.settled: list[TownMessage] = []
        self.replay = Replay(Town((TownPage(PAGE, "Город", "gorod"),), (), messages), self.settled.append)

    def keys(self, minutes: float) -> list[str]:
        """What is settled on the way to the moment."""
        self.settled.clear()
        self.replay.advance(at(minutes))
        return [one.key for one in self.settled]


def test_messages_are_settled_when_they_appear_go_and_come_back() -> None:
    seen = Seen(message("post", 1), message("comment", 2, post_key="post", deleted_at=at(5), restored_at=at(9)))
    assert [seen.keys(minutes) for minutes in (0, 3, 5, 8, 20)] == [[], ["post", "comment"], ["comment"], [], ["comment"]]


def test_within_one_moment_what_stands_above_comes_first() -> None:
    seen = Seen(message("reply", 1, post_key="post", reply_to_key="root"), message("root", 1, post_key="post"), message("post", 1))
    assert seen.keys(1) == ["post", "root", "reply"]


def test_the_clock_never_goes_back() -> None:
    seen = Seen(message("post", 1))
    seen.keys(5)
    seen.replay.advance(at(0))
    assert seen.replay.now == at(5)


def test_an_added_message_waits_for_its_time_and_a_change_takes_effect_at_once() -> None:
    seen = Seen(message("post", 1))
    seen.keys(5)
    seen.replay.add(message("later", 9))
    seen.replay.add(message("now", 4))
    assert [one.key for one in seen.settled] == ["post", "now"]
    seen.replay.change("now", deleted_at=at(5))
    assert not is_present(seen.settled[-1], seen.replay.now)
    assert seen.keys(10) == ["later"]


def test_a_change_of_what_is_still_to_come_settles_nothing_yet() -> None:
    seen = Seen(message("post", 8))
    seen.keys(5)
    seen.replay.change("post", text="Другой")
    assert seen.settled == []
    seen.keys(9)
    assert {one.text for one in seen.settled} == {"Другой"}


def test_an_abandoned_screen_name_leads_nowhere() -> None:
    seen = Seen()
    seen.replay.change_page(PAGE, screen_name="novyj")
    assert seen.replay.page_named("gorod") is None
    found = seen.replay.page_named("novyj")
    assert found is not None
    assert found.id == PAGE


def test_a_replay_that_has_not_begun_has_no_moment() -> None:
    with pytest.raises(RuntimeError, match="not begun"):
        _ = Seen().replay.now


@pytest.mark.parametrize(
    "impossible",
    [
        message("x", 3, page_id=8),
        message("x", 3, post_key="nothing"),
        message("x", 0.5, post_key="post"),
        message("x", 3, post_key="other", reply_to_key="root"),
        message("post", 3),
    ],
    ids=["no page", "no post", "too early", "another thread", "known key"],
)
def test_a_message_that_cannot_stand_anywhere_is_refused(impossible: TownMessage) -> None:
    seen = Seen(message("post", 1), message("other", 1), message("root", 2, post_key="post"))
    seen.keys(5)
    with pytest.raises(ValueError, match="message"):
        seen.replay.add(impossible)


def test_each_step_is_settled_at_its_own_moment_and_edits_are_steps() -> None:
    moments: list[tuple[str, datetime]] = []
    town = Town((TownPage(PAGE, "Город", "gorod"),), (), (message("post", 1, edits=((at(4), "Иначе"),)), message("other", 2)))
    replay = Replay(town, lambda one: moments.append((one.key, replay.now)))
    replay.advance(at(0))
    replay.advance(at(9))

    assert moments == [("post", at(1)), ("other", at(2)), ("post", at(4))]
    assert replay.now == at(9)


def test_what_is_put_off_before_it_appears_appears_only_then() -> None:
    seen = Seen(message("post", 5))
    seen.replay.advance(at(0))
    seen.replay.change("post", at=at(8))

    assert [seen.keys(minutes) for minutes in (6, 9)] == [[], ["post"]]


def test_what_an_operator_has_answered_no_body_of_the_town_answers_again() -> None:
    asked, other = message("asked", 2, post_key="post"), message("other", 3, post_key="post")
    seen = Seen(
        message("post", 1),
        asked,
        other,
        body("already", 4, "asked"),
        body("to come", 20, "asked", deleted_at=at(25)),
        body("elsewhere", 21, "other"),
        message("neighbour", 22, post_key="post", reply_to_key="asked"),
        message("thanks", 23, post_key="post", reply_to_key="to come"),
    )
    seen.keys(10)
    seen.replay.write(body("by hand", 10, "asked"))
    assert seen.keys(60) == ["elsewhere", "neighbour", "thanks"]
    assert seen.replay.messages["thanks"].reply_to_key == "by hand"


def body(key: str, minutes: float, reply_to: str, **fields: Any) -> TownMessage:
    """A comment of the page itself."""
    return replace(message(key, minutes, post_key="post", reply_to_key=reply_to, **fields), author_id=-PAGE)
