"""The model that ships: made of the committed corpus to the byte, refused when altered, never thrown by a text."""

from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifier.contract import TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.errors import ModelRefused
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import SHIPPED, load_shipped_model, read_model, write_model
from app.classifier.training import train
from app.domain.canary import USUAL_TEXT, marked_text
from app.domain.verdict import Kind

CORPUS = Path(__file__).parents[2] / "corpus" / "threads"
ANY_TEXT = st.text(st.characters(), max_size=60)
FILE = resources.files("app.classifier").joinpath("model", SHIPPED)


@pytest.fixture(scope="module")
def model() -> LinearClassifier:
    """The classifier of this release."""
    return load_shipped_model()


@pytest.mark.timeout(400)
def test_retraining_on_the_corpus_gives_the_shipped_file_to_the_byte(tmp_path: Path) -> None:
    write_model(train(read_corpus(CORPUS)), tmp_path / "again")

    assert (tmp_path / "again").read_bytes() == FILE.read_bytes()


def test_the_model_is_small() -> None:
    assert len(FILE.read_bytes()) < 20 * 2**20


@pytest.mark.parametrize(
    ("text", "post", "kind"),
    [
        ("Третий день нет горячей воды, улица Лесная 12, никто трубку не берёт!", "График отключений на неделю", Kind.COMPLAINT),
        ("Подскажите, во сколько открывается приёмная в субботу?", "Приём граждан ведёт заместитель главы", Kind.QUESTION),
        ("Спасибо большое, яму заделали, теперь можно ездить спокойно", "Ямочный ремонт продолжается", Kind.THANKS),
        ("Предлагаю поставить лавочки вдоль аллеи, пожилым негде присесть", "Обсуждаем благоустройство парка", Kind.SUGGESTION),
        ("Спасибо, но фонарь так и не горит", None, Kind.COMPLAINT),
        ("Спасибо, третий день без воды сидим", None, Kind.COMPLAINT),
        ("Спасибо, яму заделали", None, Kind.THANKS),
        ("Когда дадут тепло?", None, Kind.QUESTION),
        ("Когда это уже кончится, третью неделю грязь", None, Kind.COMPLAINT),
        ("там контейнера уже полные", "Вывоз мусора идёт по графику", Kind.COMPLAINT),
        ("net vody tretiy den", None, Kind.COMPLAINT),
        ("ytn djls nhtnbq ltym", None, Kind.COMPLAINT),
        ("Марин, привет", None, Kind.OTHER),
        ("сам такой", "Ремонт моста", Kind.OTHER),
        ("Продам гараж, недорого, звоните", None, Kind.OTHER),
        ("🎉🎉🎉", "С днём города!", Kind.OTHER),
        ("", None, Kind.OTHER),
    ],
)
def test_telling_messages_are_told_apart(model: LinearClassifier, text: str, post: str | None, kind: Kind) -> None:
    (verdict,) = model.classify([TextInContext(text, post)])

    assert verdict.kind is kind


@pytest.mark.parametrize(
    "text", ["", "а" * 16_384, "дорога " * 2_000, "🙂" * 5_000, "\x00", "\ud83d", "привет hello مرحبا 你好", "!?" * 8_000]
)
def test_no_text_throws_the_classifier(model: LinearClassifier, text: str) -> None:
    (verdict,) = model.classify([TextInContext(text, text, text)])

    assert 0 <= verdict.confidence <= 1


@given(st.lists(st.builds(TextInContext, ANY_TEXT, st.none() | ANY_TEXT, st.none() | ANY_TEXT), max_size=4))
def test_every_text_gets_a_verdict_with_chances_between_zero_and_one(texts: list[TextInContext]) -> None:
    verdicts = load_shipped_model().classify(texts)

    assert len(verdicts) == len(texts)
    assert all(0 <= verdict.confidence <= 1 and (verdict.topic is None) == (verdict.topic_confidence is None) for verdict in verdicts)


def test_stickers_and_marks_are_other_beyond_doubt(model: LinearClassifier) -> None:
    verdicts = model.classify([TextInContext(text) for text in ("", " \n", "😡😡😡", "...", "???", "👍")])

    assert {verdict.kind for verdict in verdicts} == {Kind.OTHER}
    assert min(verdict.confidence for verdict in verdicts) > 0.95


def test_a_me_too_under_a_complaint_is_a_complaint_and_danger_is_urgent(model: LinearClassifier) -> None:
    same, danger = model.classify(
        [TextInContext("у нас тоже", "График отключений", "Воды нет с утра"), TextInContext("открытый люк у школы, ребёнок чуть не упал")]
    )

    assert same.kind is Kind.COMPLAINT
    assert danger.urgent


@pytest.mark.parametrize("post", [None, "С праздником!", "График отключений", "Приём граждан по пятницам"])
@pytest.mark.parametrize("mark", ["otk-eb31d678", "otk-0123456789ab", "otk-ffffffffffff"])
def test_the_canary_asks_whatever_its_mark_and_its_post(model: LinearClassifier, mark: str, post: str | None) -> None:
    (verdict,) = model.classify([TextInContext(marked_text(USUAL_TEXT, mark), post)])

    assert verdict.needs_answer


def test_kinds_are_asked_for_from_the_documented_threshold(model: LinearClassifier) -> None:
    texts = [example.text for example in read_corpus(CORPUS)[:200]]

    asked = [verdict.needs_answer for verdict in model.classify(texts)]

    assert asked == (model.predict(texts).needs_answer >= model.model.calibration.needs_answer_from).tolist()


def test_an_empty_batch_gives_no_verdicts(model: LinearClassifier) -> None:
    assert model.classify([]) == []


def test_a_verdict_does_not_depend_on_its_neighbours(model: LinearClassifier) -> None:
    texts = [TextInContext("нет света"), TextInContext("спасибо!"), TextInContext("а у вас?", "Ремонт дороги", "яма у дома 5")]

    together = model.classify(texts)

    assert [one.kind for one in together] == [model.classify([text])[0].kind for text in texts]


def test_a_cut_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.model"
    path.write_bytes(FILE.read_bytes()[:-100])

    with pytest.raises(ModelRefused, match="cut"):
        read_model(path)


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    data = bytearray(FILE.read_bytes())
    data[-50] ^= 1
    path = tmp_path / "altered.model"
    path.write_bytes(bytes(data))

    with pytest.raises(ModelRefused):
        read_model(path)


def test_a_model_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    head, _, rest = FILE.read_bytes().partition(b"\n")
    path = tmp_path / "newer.model"
    path.write_bytes(head.replace(b" 2 ", b" 99 ", 1) + b"\n" + rest)

    with pytest.raises(ModelRefused):
        read_model(path)


def test_something_else_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Уважаемая редакция!", encoding="utf-8")

    with pytest.raises(ModelRefused, match="not a model"):
        read_model(path)


def test_a_missing_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match=r"absent\.model"):
        read_model(tmp_path / "absent.model")


def test_a_model_of_other_features_is_refused(model: LinearClassifier, tmp_path: Path) -> None:
    smaller = replace(model.model, spaces=(replace(model.model.spaces[0], idf=model.model.spaces[0].idf[:8]), *model.model.spaces[1:]))
    write_model(smaller, tmp_path / "other.model")

    with pytest.raises(ModelRefused, match="features"):
        read_model(tmp_path / "other.model")


def test_a_model_written_again_is_the_same_file(model: LinearClassifier, tmp_path: Path) -> None:
    name = write_model(model.model, tmp_path / "copy.model")

    assert name == model.name
    assert (tmp_path / "copy.model").read_bytes() == FILE.read_bytes()


def test_the_model_card_speaks_of_the_shipped_model(model: LinearClassifier) -> None:
    card = (Path(__file__).parents[2] / "docs" / "model_card.md").read_text(encoding="utf-8")

    assert model.name in card
    assert f"{model.model.calibration.needs_answer_from}" in card
