"""The model that ships: made of the committed corpus to the byte, refused when altered, never thrown by a text."""

from importlib import resources
from pathlib import Path

import pytest

from app.classifier.contract import TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.errors import ModelRefused
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import SHIPPED, load_shipped_model, read_model, write_model
from app.classifier.training import train
from app.domain.verdict import Kind

CORPUS = Path(__file__).parents[2] / "corpus" / "threads"
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
    assert len(FILE.read_bytes()) < 3 * 2**20


@pytest.mark.parametrize(
    ("text", "post", "kind"),
    [
        ("Третий день нет горячей воды, улица Лесная 12, когда дадут?!", "График отключений на неделю", Kind.COMPLAINT),
        ("Подскажите, во сколько открывается приёмная в субботу?", "Приём граждан ведёт заместитель главы", Kind.QUESTION),
        ("Спасибо большое, яму заделали, теперь можно ездить спокойно", "Ямочный ремонт продолжается", Kind.THANKS),
        ("Предлагаю поставить лавочки вдоль аллеи, пожилым негде присесть", "Обсуждаем благоустройство парка", Kind.SUGGESTION),
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
    path.write_bytes(head.replace(b" 1", b" 99", 1) + b"\n" + rest)

    with pytest.raises(ModelRefused):
        read_model(path)
