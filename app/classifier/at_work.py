"""The classifier that judges just now, which may be exchanged while others hold it."""

from collections.abc import Sequence

from app.classifier.contract import TextInContext
from app.classifier.model_file import load_shipped_model
from app.classifier.regional.model import AnyClassifier
from app.domain.verdict import Verdict


class ClassifierAtWork:
    """Hands everything to the current model; `use` exchanges it between two batches."""

    def __init__(self, current: AnyClassifier | None = None) -> None:
        self._current = load_shipped_model() if current is None else current
        self.use_id: int | None = None
        """Which exchange this is, None before the first."""

    @property
    def current(self) -> AnyClassifier:
        """The model at work."""
        return self._current

    @property
    def name(self) -> str:
        """The model's name, as every verdict carries it."""
        return self._current.name

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        """One verdict a text, in order, all by the same model."""
        return self._current.classify(texts)

    def use(self, model: AnyClassifier, use_id: int) -> None:
        """Puts another model to work."""
        self._current, self.use_id = model, use_id
