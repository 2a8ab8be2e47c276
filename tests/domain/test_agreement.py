"""How far what the model says has moved."""

import pytest

from app.domain.agreement import Agreement, drifts


def test_the_same_shares_are_no_drift_and_others_are() -> None:
    same, moved = drifts([("a", "x", 10, 40), ("a", "y", 30, 120), ("b", "x", 90, 40), ("b", "y", 10, 60)])

    assert same.index == pytest.approx(0)
    assert moved.index is not None
    assert moved.index > 0.25


def test_a_class_that_is_new_tells_much_and_silence_tells_nothing() -> None:
    new, silent = drifts([("a", "x", 50, 100), ("a", "y", 50, 0), ("b", "x", 0, 7)])

    assert new.index is not None
    assert new.index > 1
    assert silent.index is None


def test_the_share_confirmed_of_nothing_is_nothing() -> None:
    assert Agreement("m", "kind", "other", 0, 0).share == 0
    assert Agreement("m", "kind", "other", 4, 3).share == 0.75
