"""One file holds a model: a line with format, checksum and length, a line of JSON, then plain little-endian arrays."""

import hashlib
import json
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.classifier.contract import TextInContext
from app.classifier.errors import ModelRefused
from app.classifier.features import read_messages
from app.classifier.lexicon import Lexicon
from app.classifier.linear import LinearClassifier
from app.classifier.model import Calibration, Model, Origin, SpaceWeights, Weights

MAGIC = "OTKLIK-MODEL"
FORMAT = 1
SHIPPED = "residents.model"

Array = NDArray[Any]


def write_model(model: Model, path: Path) -> str:
    """Writes the file and returns the model's name; the same model gives the same bytes."""
    arrays = _arrays(model)
    header = {
        "topics": model.topics,
        "headings": model.lexicon.headings,
        "space_weights": [space.weight for space in model.spaces],
        "calibration": model.calibration._asdict(),
        "origin": model.origin._asdict(),
        "arrays": [{"type": array.dtype.str, "shape": array.shape} for array in arrays],
    }
    body = json.dumps(header, ensure_ascii=False, sort_keys=True).encode() + b"\n" + b"".join(array.tobytes() for array in arrays)
    checksum = hashlib.sha256(body).hexdigest()
    path.write_bytes(f"{MAGIC} {FORMAT} {checksum} {len(body)}\n".encode() + body)
    return _name(checksum)


def read_model(path: Path) -> LinearClassifier:
    """The classifier of a file; `ModelRefused` when it is cut, altered, of a newer format or no model at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelRefused(path, f"it cannot be read ({error.strerror})") from error
    return _parse(data, path)


def load_shipped_model() -> LinearClassifier:
    """The classifier that comes with this release."""
    return _parse(resources.files("app.classifier").joinpath("model", SHIPPED).read_bytes(), SHIPPED)


def _parse(data: bytes, path: Path | str) -> LinearClassifier:
    refuse = partial(ModelRefused, path)
    first, _, body = data.partition(b"\n")
    match first.split():
        case [magic, version, checksum, length] if magic == MAGIC.encode() and version.isdigit() and length.isdigit():
            pass
        case _:
            raise refuse("it is not a model of this service")
    if int(version) != FORMAT:
        raise refuse(f"it has format {int(version)} and this release reads format {FORMAT}; train it again or update the service")
    if len(body) < int(length):
        raise refuse(f"it is cut: {len(body)} bytes of {int(length)} are there; fetch or train it again")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise refuse("it was altered or damaged: its checksum does not match; fetch or train it again")
    header, _, payload = body.partition(b"\n")
    try:
        return LinearClassifier(_model(json.loads(header), payload), _name(checksum.decode()))
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(f"its header does not describe a model ({error})") from error


def _name(checksum: str) -> str:
    return f"linear-{checksum[:10]}"


def _arrays(model: Model) -> list[Array]:
    spaces = [array for space in model.spaces for array in (space.idf, space.votes.steps, space.votes.values)]
    measures = [array for weights in (model.traits, model.subjects) for array in (weights.steps, weights.values)]
    arrays = [*spaces, *measures, model.lexicon.hashes, model.lexicon.members, model.learned]
    return [np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")) for array in arrays]


def _model(header: dict[str, Any], payload: bytes) -> Model:
    arrays: list[Array] = []
    start = 0
    for described in header["arrays"]:
        kind, shape = np.dtype(described["type"]), tuple(described["shape"])
        size = int(np.prod(shape)) * kind.itemsize
        arrays.append(np.frombuffer(payload[start : start + size], dtype=kind).reshape(shape))
        start += size
    if start != len(payload):
        raise ValueError(f"{len(payload)} bytes of arrays instead of {start}")
    *spaces, trait_steps, traits, subject_steps, subjects, hashes, members, learned = arrays
    weighed = zip(header["space_weights"], spaces[::3], spaces[1::3], spaces[2::3], strict=True)
    model = Model(
        tuple(header["topics"]),
        tuple(SpaceWeights(weight, idf, Weights(steps, values)) for weight, idf, steps, values in weighed),
        Weights(trait_steps, traits),
        Weights(subject_steps, subjects),
        Lexicon(tuple(header["headings"]), hashes, members),
        learned,
        Calibration(**header["calibration"]),
        Origin(**header["origin"]),
    )
    _check_features(model)
    return model


def _check_features(model: Model) -> None:
    probe = read_messages([TextInContext("")], model.lexicon)
    found = [len(space.idf) for space in model.spaces] + [len(model.traits.values), len(model.subjects.values)]
    wanted = [space.grams.empty for space in probe.spaces] + [probe.traits.shape[1], probe.subjects.shape[1]]
    if found != wanted:
        raise ValueError(f"it looks at {found} features and this release at {wanted}")
