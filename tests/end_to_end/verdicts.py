"""A classifier that knows the labels of a town, for tests that judge reading and clocks and not the model."""

import re
from collections.abc import Sequence

from app.classifier.contract import TextInContext
from app.domain.verdict import Kind, Verdict
from connectors.sdk.emulation.town_generator import GeneratedTown

MENTION = re.compile(r"^\[[^\]]*\],? ?")


class ByLabel:
    """Gives each text of the town the kind that its script says; a text that no script labels is `other`."""

    name = "by-label"

    def __init__(self, town: GeneratedTown) -> None:
        self._kinds = {message.text: town.labels.kinds.get(message.key) for message in town.town.messages}

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        return [Verdict(Kind(self._kind(one.text)), 0.9, None, None, False, self.name) for one in texts]

    def _kind(self, text: str) -> str:
        return self._kinds.get(text) or self._kinds.get(MENTION.sub("", text)) or "other"
