"""One file holds a region's model: the base's file as it was, and what the region added."""

from functools import partial
from pathlib import Path

import numpy as np

from app.classifier.errors import ModelRefused
from app.classifier.linear import LinearClassifier
from app.classifier.model import Weights
from app.classifier.model_file import MAGIC as SHIPPED_MAGIC
from app.classifier.model_file import parse_model
from app.classifier.plain_arrays import Contents, pack_arrays, parse_arrays
from app.classifier.regional.model import SHIFTED, AnyClassifier, Kept, RegionalClassifier, RegionalHead, RegionalModel, RegionalOrigin

MAGIC = "OTKLIK-REGION"
FORMAT = 1


def pack_regional(model: RegionalModel) -> bytes:
    """The bytes of the file; the same model gives the same ones."""
    header = {
        "base": model.base.name,
        "heads": [{"name": head.name, "labels": head.labels, "scale": head.scale} for head in model.heads],
        "origin": model.origin._asdict(),
    }
    weights = [array for head in model.heads for one in (head.words, head.letters, head.measures) for array in (one.steps, one.values)]
    base = np.frombuffer(model.base_file, dtype=np.uint8)
    return pack_arrays(MAGIC, FORMAT, header, [base, model.learned, *model.kept, *weights])[1]


def read_any_model(path: Path) -> AnyClassifier:
    """The classifier of a file, a shipped model's or a region's; `ModelRefused` when it is cut, altered, newer or none at all."""
    return parse_any_model(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """What the file holds; `ModelRefused` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelRefused(path, f"it cannot be read ({error.strerror})") from error


def parse_any_model(data: bytes, path: Path | str) -> AnyClassifier:
    """The same from the file's bytes; `path` is what errors call it."""
    if not data.startswith(MAGIC.encode()):
        return parse_model(data, path)
    contents = parse_arrays(data, path, MAGIC, FORMAT)
    try:
        return RegionalClassifier(_model(contents, path), name_of(contents.checksum))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise partial(ModelRefused, path)(f"its header does not describe a region's model ({error})") from error


def base_of(data: bytes, path: Path | str) -> tuple[LinearClassifier, bytes]:
    """The model that a region builds on, with its file; of a region's model the one that it was built on itself."""
    found = parse_any_model(data, path)
    return (found, data) if isinstance(found, LinearClassifier) else (found.base, found.taught.base_file)


def name_of(checksum: str) -> str:
    """What verdicts call a region's model."""
    return f"region-{checksum[:10]}"


def _model(contents: Contents, path: Path | str) -> RegionalModel:
    base_file, learned, words, telling_words, letters, telling_letters, *weights = contents.arrays
    header, kept = contents.header, Kept(words, telling_words, letters, telling_letters)
    pairs = [Weights(steps, values) for steps, values in zip(weights[::2], weights[1::2], strict=True)]
    heads = []
    for described, of_words, of_letters, of_measures in zip(header["heads"], pairs[::3], pairs[1::3], pairs[2::3], strict=True):
        head = RegionalHead(described["name"], tuple(described["labels"]), of_words, of_letters, of_measures, described["scale"])
        _check(head, kept)
        heads.append(head)
    data = base_file.tobytes()
    base = parse_model(data, f"{path}, the part that starts with {SHIPPED_MAGIC}")
    return RegionalModel(base, data, kept, tuple(heads), learned, RegionalOrigin(**header["origin"]))


def _check(head: RegionalHead, kept: Kept) -> None:
    letters = 0 if head.name in SHIFTED else len(kept.letters)
    shapes = [one.values.shape for one in (head.words, head.letters)]
    if shapes != [(len(kept.words), len(head.labels)), (letters, len(head.labels))] or head.measures.values.shape[1] != len(head.labels):
        raise ValueError(f"the head {head.name} does not fit its labels")
