"""Measures, checked by hand."""

import numpy as np
import pytest

from app.classifier.calibration import choose_threshold, fit_temperature, highest_for_recall, lowest_for_precision
from app.classifier.metrics import area_under_curve, calibration_error, confusion, quality

TRUTH = np.array([True, True, False, False])


def test_precision_recall_and_f1_of_three_said_and_two_true() -> None:
    one = quality(np.array([True, True, True, False]), TRUTH)

    assert one.precision == pytest.approx(2 / 3)
    assert one.recall == 1
    assert one.f1 == pytest.approx(0.8)
    assert one.count == 2


def test_nothing_said_and_nothing_true_is_zero_and_no_error() -> None:
    nothing = np.zeros(3, dtype=bool)

    assert quality(nothing, nothing).f1 == 0


@pytest.mark.parametrize(("chances", "area"), [([0.9, 0.8, 0.2, 0.1], 1.0), ([0.1, 0.2, 0.8, 0.9], 0.0), ([0.5, 0.5, 0.5, 0.5], 0.5)])
def test_the_area_under_the_curve_counts_ties_as_half(chances: list[float], area: float) -> None:
    assert area_under_curve(np.array(chances), TRUTH) == area


def test_there_is_no_area_without_both_classes() -> None:
    assert area_under_curve(np.array([0.5]), np.array([True])) is None


def test_confusion_has_a_row_per_true_class() -> None:
    assert confusion(np.array([1, 1, 0]), np.array([0, 1, 0]), 2) == [[1, 1], [0, 1]]


def test_chances_that_come_true_as_often_as_they_say_have_no_calibration_error() -> None:
    assert calibration_error(np.full(4, 0.5), TRUTH) == 0
    assert calibration_error(np.full(4, 0.9), TRUTH) == pytest.approx(0.4)


def test_thresholds_keep_the_recall_and_the_precision_asked_for() -> None:
    chances = np.array([0.9, 0.6, 0.5, 0.2])

    assert highest_for_recall(chances, TRUTH, recall=1.0) == 0.6
    assert lowest_for_precision(chances, TRUTH, precision=1.0) == 0.51
    assert lowest_for_precision(chances, ~TRUTH, precision=1.0) == 1.0
    assert 0.5 < choose_threshold(chances, TRUTH, beta=1) <= 0.6


def test_scores_that_boast_are_cooled_down() -> None:
    scores = np.array([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [0.0, 4.0]])

    assert fit_temperature(scores, np.array([0, 0, 1, 1])) > 1.5
