"""Learning: the same data give the same model, and little or odd data give a clear word or a modest model."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.linear import LinearClassifier
from app.classifier.model import Model
from app.classifier.model_file import write_model
from app.classifier.training import train
from app.domain.verdict import Kind
from tests.classifier.examples import small_set

pytestmark = pytest.mark.xdist_group("the small model")


@pytest.fixture(scope="module")
def model() -> Model:
    """Learned from the small set, told of to the end."""
    shares: list[float] = []
    learned = train(small_set(), on_share=shares.append)
    assert sum(shares) == pytest.approx(1)
    return learned


def test_the_order_of_the_examples_leaves_no_trace(model: Model, tmp_path: Path) -> None:
    write_model(model, tmp_path / "straight")
    write_model(train(small_set()[::-1]), tmp_path / "reversed")

    assert (tmp_path / "straight").read_bytes() == (tmp_path / "reversed").read_bytes()


def test_other_labels_give_another_digest(model: Model) -> None:
    first, *rest = small_set()

    assert train([replace(first, kind=Kind.OTHER), *rest]).origin.digest != model.origin.digest


def test_what_was_learned_is_recognised_with_kind_topic_and_urgency(model: Model) -> None:
    said = LinearClassifier(model, "small").classify([TextInContext("третий день нет воды на Полевой, никто не чинит", "Новости района")])

    assert (said[0].kind, said[0].topic, said[0].urgent, said[0].model) == (Kind.COMPLAINT, "water", True, "small")


def test_kinds_that_nobody_showed_are_never_said() -> None:
    two_kinds = [example for example in small_set() if example.kind in {Kind.COMPLAINT, Kind.OTHER}]
    said = LinearClassifier(train(two_kinds), "two").classify([example.text for example in small_set()])

    assert {verdict.kind for verdict in said} <= {Kind.COMPLAINT, Kind.OTHER}


def test_without_urgent_and_topics_nothing_is_said_of_them() -> None:
    bare = [replace(example, urgent=None, topic=None) for example in small_set()]
    said = LinearClassifier(train(bare), "bare").classify([example.text for example in small_set()])

    assert not any(verdict.urgent or verdict.topic for verdict in said)


def test_two_texts_are_enough_to_go_on() -> None:
    complaint, other = small_set()[0], small_set()[-1]

    assert len(LinearClassifier(train([complaint, other]), "tiny").classify([complaint.text])) == 1


@pytest.mark.parametrize("count", [0, 8])
def test_one_kind_alone_cannot_be_learned(count: int) -> None:
    with pytest.raises(DataRefused, match="fewer than two kinds"):
        train(small_set()[:count])
