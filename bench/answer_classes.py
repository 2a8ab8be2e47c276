"""How well the named rules class official comments, on the part of the corpus that they were not written from.

    python -m bench.answer_classes [--part test] [--errors]

The corpus is split by thread: about 80 % for development, from which the rules were written, and 20 % for the test.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.classifier.examples import is_held_out
from app.domain.answer import STOPS_FIRST, STOPS_SUBSTANTIVE, AnswerClass
from app.domain.answer_confidence import confidence_of
from app.domain.answer_rules import classify_answer

CORPUS = Path(__file__).parent.parent / "corpus" / "threads"
PARTS = ("development", "test")
DRAWN_BY = 10
"""Texts judged with the overall share that are added to each rule's own."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An official comment with the class a person gave it and the class the rules give it."""

    where: str
    text: str
    labelled: AnswerClass
    found: AnswerClass
    rule: str


@dataclass(frozen=True, slots=True)
class Quality:
    """`precision` and `recall` of one question put to every comment; a share of nothing is `None`."""

    precision: float | None
    recall: float | None
    support: int

    @property
    def f1(self) -> float:
        """The harmonic mean, zero where either is missing."""
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def read_part(part: str) -> Iterator[Judged]:
    """Every official comment of a part of the corpus, judged by the rules."""
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            thread = json.loads(line)
            if is_held_out(thread["id"]) == (part == "test"):
                for comment in thread["comments"]:
                    if "answer" in comment:
                        found, rule = classify_answer(comment["text"])
                        yield Judged(f"{thread['id']}/{comment['id']}", comment["text"], AnswerClass(comment["answer"]), found, rule)


def quality(judged: Sequence[Judged], classes: frozenset[AnswerClass]) -> Quality:
    """How well the rules tell the classes from all others."""
    labelled = sum(one.labelled in classes for one in judged)
    found = sum(one.found in classes for one in judged)
    both = sum(one.labelled in classes and one.found in classes for one in judged)
    return Quality(both / found if found else None, both / labelled if labelled else None, labelled)


def accuracy(judged: Sequence[Judged]) -> float:
    """The share of comments whose class is the labelled one."""
    return sum(one.found is one.labelled for one in judged) / len(judged)


def confidences(judged: Sequence[Judged]) -> dict[str, float]:
    """How often each rule is right, drawn towards the overall share where it decided seldom: what `app.domain.answer_confidence` holds."""
    overall = accuracy(judged)
    counts = Counter(one.rule for one in judged)
    right = Counter(one.rule for one in judged if one.found is one.labelled)
    return {rule: round((right[rule] + DRAWN_BY * overall) / (count + DRAWN_BY), 2) for rule, count in counts.items()}


def calibration_error(judged: Sequence[Judged]) -> float:
    """By how much the confidences are off in steps of a tenth, weighted by how often each is said."""
    gaps: dict[float, float] = defaultdict(float)
    for one in judged:
        confidence = confidence_of(one.rule)
        gaps[round(confidence, 1)] += confidence - (one.found is one.labelled)
    return sum(map(abs, gaps.values())) / len(judged)


def show_confidences(console: Console, judged: Sequence[Judged]) -> None:
    """How often each rule is right."""
    table = Table("rule", "right", title="confidence by rule")
    for rule, confidence in sorted(confidences(judged).items(), key=lambda pair: -pair[1]):
        table.add_row(rule, f"{confidence:.2f}")
    console.print(table)
    console.print(f"calibration error of what ships {calibration_error(judged):.3f}\n")


def show(console: Console, part: str, judged: Sequence[Judged]) -> None:
    """The table of one part: every class, and what decides when a clock stops."""
    by_class = {answer_class: quality(judged, frozenset({answer_class})) for answer_class in AnswerClass}
    macro = sum(one.f1 for one in by_class.values()) / len(by_class)
    table = Table("class", "precision", "recall", "F1", "n", title=f"{part}: {len(judged)} comments")
    for answer_class, one in by_class.items():
        table.add_row(answer_class.value, *_figures(one))
    table.add_section()
    table.add_row("stops the first clock", *_figures(quality(judged, STOPS_FIRST)))
    table.add_row("stops the second clock", *_figures(quality(judged, STOPS_SUBSTANTIVE)))
    console.print(table)
    console.print(f"accuracy {accuracy(judged):.3f}, macro-F1 {macro:.3f}\n")


def show_confusion(console: Console, judged: Sequence[Judged]) -> None:
    """Which labelled class (row) the rules took for which (column)."""
    pairs = Counter((one.labelled, one.found) for one in judged)
    table = Table("labelled as", *(found.value for found in AnswerClass), title="taken for")
    for labelled in AnswerClass:
        table.add_row(labelled.value, *(str(pairs[labelled, found] or "·") for found in AnswerClass))
    console.print(table)


def _figures(one: Quality) -> tuple[str, str, str, str]:
    precision, recall = ("–" if share is None else f"{share:.3f}" for share in (one.precision, one.recall))
    return precision, recall, f"{one.f1:.3f}", str(one.support)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, help="one part of the corpus only")
    parser.add_argument("--errors", action="store_true", help="print every comment that is classed otherwise than labelled")
    wanted = parser.parse_args()
    console = Console(width=140)
    for part in [wanted.part] if wanted.part else PARTS:
        judged = list(read_part(part))
        show(console, part, judged)
        show_confusion(console, judged)
        show_confidences(console, judged)
        for one in judged:
            if wanted.errors and one.found is not one.labelled:
                console.print(f"{one.where} {one.labelled.value} → {one.found.value} «{one.rule}»: {one.text}", markup=False)


if __name__ == "__main__":
    main()
