"""Short phrases by which residents name each topic: examples of what no labelled message says yet."""

from functools import cache
from pathlib import Path

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.examples import Example
from app.classifier.topics import TAXONOMY

SHIPPED_PHRASES = TAXONOMY / "phrases.txt"


@cache
def shipped_phrases() -> tuple[Example, ...]:
    """The phrases that come with this release."""
    return read_phrases(SHIPPED_PHRASES)


def read_phrases(path: Path) -> tuple[Example, ...]:
    """An example for every phrase of a text file: topics in brackets, under each its phrases with `;` between them.

    Lines that begin with `#` are for people. `DataRefused` names the line that stands before the first topic.
    """
    bodies: dict[str, list[str]] = {}
    topic = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("["):
            topic = line.strip("[] ")
        elif line and not line.startswith("#"):
            if not topic:
                raise DataRefused(f"{path}:{number}", "phrases stand before the first topic")
            bodies.setdefault(topic, []).append(line)
    return tuple(
        Example(TextInContext(phrase.strip()), None, None, topic, f"phrases:{topic}")
        for topic, lines in bodies.items()
        for phrase in " ".join(lines).split(";")
        if phrase.strip()
    )
