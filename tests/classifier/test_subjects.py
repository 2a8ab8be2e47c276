"""Topics and groups: a topic's chance is part of its group's, and a doubtful topic falls back on its group."""

from dataclasses import replace

import numpy as np
import pytest

from app.classifier.contract import TextInContext
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import load_shipped_model
from app.domain.topic import group_of

COLD = TextInContext("Батареи ледяные, отопления нет пятый день", "Отопительный сезон начался")
VAGUE = TextInContext("во дворе опять беда с этим, сделайте что-нибудь")


@pytest.fixture(scope="module")
def shipped() -> LinearClassifier:
    """The classifier of this release."""
    return load_shipped_model()


def test_topics_of_a_group_share_its_chance(shipped: LinearClassifier) -> None:
    subjects = shipped.predict([COLD, VAGUE]).subjects
    heating = [number for number, topic in enumerate(shipped.model.topics) if group_of(topic) == "heating"]

    assert subjects.topics.sum(axis=1) == pytest.approx(np.ones(2), abs=1e-4)
    assert subjects.topics[:, heating].sum(axis=1) == pytest.approx(subjects.groups[:, shipped.model.groups.index("heating")], abs=1e-4)


def test_a_clear_message_names_its_group_or_topic_and_three_guesses_in_order(shipped: LinearClassifier) -> None:
    (verdict,) = shipped.classify([COLD])
    chances = [guess.confidence for guess in verdict.topics]

    assert group_of(verdict.topic or "") == "heating"
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)


def test_a_topic_that_is_too_doubtful_falls_back_on_its_group_and_then_on_nothing(shipped: LinearClassifier) -> None:
    def said(**bounds: float) -> str | None:
        model = replace(shipped.model, calibration=shipped.model.calibration._replace(**bounds))
        return LinearClassifier(model, "bounded").classify([COLD])[0].topic

    assert "." in (said(topic_from=0.0) or "")
    assert said(topic_from=1.1, group_from=0.0) == "heating"
    assert said(topic_from=1.1, group_from=1.1) is None


def test_what_is_other_has_no_topic(shipped: LinearClassifier) -> None:
    (verdict,) = shipped.classify([TextInContext("Марин, привет", "Отопительный сезон начался")])

    assert (verdict.topic, verdict.topic_confidence, verdict.topics) == (None, None, ())


def test_unsure_is_what_lies_below_the_bound(shipped: LinearClassifier) -> None:
    verdicts = shipped.classify([COLD, VAGUE, TextInContext("ну такое", "Ремонт моста")])
    bound = shipped.model.calibration.sure_from

    assert [verdict.unsure for verdict in verdicts] == [verdict.confidence < bound for verdict in verdicts]
