"""What is said of the rules' trustworthiness is what the corpus shows."""

import pytest

from app.domain.answer_confidence import ACCURACY, BY_RULE, confidence_of
from bench.answer_classes import accuracy, calibration_error, confidences, read_part


def test_confidences_are_those_of_the_part_that_the_rules_were_not_written_from() -> None:
    judged = list(read_part("test"))
    assert confidences(judged) == BY_RULE, "the corpus or the rules have changed: python -m bench.answer_classes prints the new ones"
    assert accuracy(judged) == pytest.approx(ACCURACY, abs=0.005)


def test_confidences_hold_on_texts_that_they_were_not_counted_on() -> None:
    assert calibration_error(list(read_part("development"))) < 0.03


def test_a_rule_that_decided_nothing_there_has_the_overall_share() -> None:
    assert confidence_of("no words") == ACCURACY
