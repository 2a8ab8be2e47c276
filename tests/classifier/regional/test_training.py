"""Teaching a region's labels: the same texts give the same file, the region's words come back, the shipped model stays whole."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from app.classifier.commands import teach_files
from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused, ModelRefused
from app.classifier.model_file import load_shipped_model, shipped_bytes
from app.classifier.regional.model import RegionalClassifier, own_label
from app.classifier.regional.model_file import base_of, pack_regional, parse_any_model
from app.classifier.regional.ridge import fit_ridge, likeness
from app.classifier.regional.taught import Own, Taught
from app.classifier.regional.training import teach
from app.domain.verdict import Kind
from tests.classifier.regional.examples import export, write_table


def taught(examples: list[Taught]) -> bytes:
    """The file of a region that labelled these."""
    return pack_regional(teach(load_shipped_model(), shipped_bytes(), examples)[0])


pytestmark = pytest.mark.xdist_group("the model of a region")


@pytest.fixture(scope="module")
def file() -> bytes:
    """Learned from the small export."""
    return taught(export())


@pytest.fixture(scope="module")
def classifier(file: bytes) -> RegionalClassifier:
    """The same, read back."""
    found = parse_any_model(file, "region.model")
    assert isinstance(found, RegionalClassifier)
    return found


def test_the_order_of_the_examples_leaves_no_trace(file: bytes) -> None:
    assert taught(export()[::-1]) == file


def test_the_regions_own_words_come_with_a_verdict(classifier: RegionalClassifier) -> None:
    (verdict,) = classifier.classify([TextInContext("огромная яма на Полевой, машины бьются")])

    assert own_label(verdict, Own.THEME)[0].code == "Ямы на дороге"
    assert own_label(verdict, Own.AUTHORITY)[0].code == "Дорожный отдел"
    assert len(own_label(verdict, Own.AUTHORITY)) == 3
    assert verdict.model == classifier.name


def test_thanks_are_told_no_theme(classifier: RegionalClassifier) -> None:
    (verdict,) = classifier.classify([TextInContext("Спасибо большое, всё починили!")])

    assert (verdict.kind, verdict.own) == (Kind.THANKS, ())


def test_a_region_moves_the_shipped_verdict_towards_what_it_says() -> None:
    text = TextInContext("тарбаган опять курлычет у пристани")
    said = [Taught(TextInContext(f"тарбаган курлычет {n} раз у пристани"), Kind.COMPLAINT, "stray_animals") for n in range(40)]
    rest = [Taught(TextInContext(f"смешная картинка номер {n}, хорошего дня"), Kind.OTHER) for n in range(40)]
    before = load_shipped_model().predict([text]).needs_answer[0]
    after = parse_any_model(taught([*said, *rest]), "shifted").predict([text]).needs_answer[0]

    assert after > before + 0.1


def test_a_region_says_what_is_urgent_there() -> None:
    said = [Taught(TextInContext(f"{n} час сидим без тарбагана в подъезде"), urgent=True) for n in range(30)]
    rest = [Taught(TextInContext(f"когда покрасят лавочку номер {n}"), urgent=False) for n in range(30)]
    texts = [TextInContext("опять сидим без тарбагана"), TextInContext("когда покрасят лавочку у дома")]
    before, after = (model.predict(texts).urgent for model in (load_shipped_model(), parse_any_model(taught([*said, *rest]), "shifted")))

    assert after[0] > before[0] + 0.2
    assert after[1] < 0.1


def test_urgency_is_not_unlearnt_for_want_of_urgent_texts() -> None:
    calm = [Taught(TextInContext(f"в доме {n} пахнет газом"), Kind.COMPLAINT, urgent=False) for n in range(40)]
    model, _ = teach(load_shipped_model(), shipped_bytes(), [*calm, *export()])

    assert "urgent" not in model.origin.labels


def test_texts_that_nobody_like_them_labelled_keep_their_verdicts_nearly(classifier: RegionalClassifier) -> None:
    texts = [TextInContext("Когда откроют новую поликлинику?"), TextInContext("Какая красота, люблю наш город")]

    assert [one.kind for one in classifier.classify(texts)] == [one.kind for one in load_shipped_model().classify(texts)]


def test_chances_sum_to_one_and_nothing_raises_on_odd_texts(classifier: RegionalClassifier) -> None:
    odd = [TextInContext(text) for text in ("", "а" * 16_384, "нет " * 3000, "😀😀😀", "abc где вода 漢字", "\x00\ud800")]
    probabilities = classifier.predict(odd)

    assert len(classifier.classify(odd)) == len(odd)
    assert np.allclose(probabilities.kinds.sum(axis=1), 1, atol=1e-3)
    assert np.allclose(probabilities.subjects.groups.sum(axis=1), 1, atol=1e-3)


def test_too_few_texts_are_refused() -> None:
    with pytest.raises(DataRefused, match="teach nothing yet"):
        teach(load_shipped_model(), shipped_bytes(), export()[:5])


def test_a_regions_model_is_taught_anew_on_its_own_base(file: bytes) -> None:
    base, base_file = base_of(file, "region.model")

    assert (base.name, base_file) == (load_shipped_model().name, shipped_bytes())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data[:-100], "it is cut"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "its checksum does not match"),
        (lambda data: data.replace(b"OTKLIK-REGION 1 ", b"OTKLIK-REGION 9 ", 1), "it has format 9"),
        (lambda data: b"OTKLIK-REGION\n", "not a model"),
        (lambda data: b"", "not a model"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(file: bytes, spoil: object, said: str) -> None:
    assert callable(spoil)
    with pytest.raises(ModelRefused, match=said):
        parse_any_model(spoil(file), "region.model")


def test_the_command_names_wrong_rows_and_writes_the_same_file_twice(tmp_path: Path) -> None:
    errors = StringIO()
    path = write_table(tmp_path, [*export(), replace(export()[0], topic="roads.moon")])
    shares: list[float] = []
    report = teach_files([path], None, tmp_path / "one.model", errors, shares.append)
    teach_files([path], None, tmp_path / "two.model", errors)

    assert sum(shares) == pytest.approx(1)
    assert (tmp_path / "one.model").read_bytes() == (tmp_path / "two.model").read_bytes()
    assert "there is no topic 'roads.moon'" in errors.getvalue()
    assert {one.name for one in report.figures} >= {"topic", "theme", "authority"}
    assert next(one for one in report.figures if one.name == "theme").weighted_f1 > 0.9


def test_descending_finds_what_solving_at_once_finds() -> None:
    chance = np.random.default_rng(3)
    seen = sparse.csr_array(chance.normal(size=(60, 20)))
    targets, weights = chance.normal(size=(60, 3)), chance.uniform(0.5, 2, size=60)
    at_once = fit_ridge(seen, likeness(seen, np.zeros((60, 1))), targets, weights, 2.0)

    assert np.allclose(fit_ridge(seen, None, targets, weights, 2.0), at_once, atol=1e-2)
