"""One file holds a model: what its columns mean in JSON, its weights in plain arrays."""

from functools import cache, partial
from importlib import resources
from pathlib import Path

from app.classifier.contract import TextInContext
from app.classifier.errors import ModelRefused
from app.classifier.features import read_messages
from app.classifier.lexicon import Lexicon
from app.classifier.linear import LinearClassifier
from app.classifier.meanings import shipped_meanings
from app.classifier.model import Calibration, Model, Origin, SpaceWeights, Weights
from app.classifier.plain_arrays import Array, Contents, parse_arrays, write_arrays

MAGIC = "OTKLIK-MODEL"
FORMAT = 2
SHIPPED = "residents.model"


def write_model(model: Model, path: Path) -> str:
    """Writes the file and returns the model's name; the same model gives the same bytes."""
    header = {
        "groups": model.groups,
        "topics": model.topics,
        "headings": model.lexicon.headings,
        "space_weights": [space.weight for space in model.spaces],
        "calibration": model.calibration._asdict(),
        "origin": model.origin._asdict(),
        "meanings": shipped_meanings().checksum,
    }
    return _name(write_arrays(path, MAGIC, FORMAT, header, _arrays(model)))


def read_model(path: Path) -> LinearClassifier:
    """The classifier of a file; `ModelRefused` when it is cut, altered, of a newer format or no model at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelRefused(path, f"it cannot be read ({error.strerror})") from error
    return parse_model(data, path)


@cache
def load_shipped_model() -> LinearClassifier:
    """The classifier that comes with this release, read once: nothing changes it."""
    return parse_model(shipped_bytes(), SHIPPED)


def shipped_bytes() -> bytes:
    """The file that comes with this release."""
    return resources.files("app.classifier").joinpath("model", SHIPPED).read_bytes()


def parse_model(data: bytes, path: Path | str) -> LinearClassifier:
    """The classifier of a file's bytes; `path` is what errors call it."""
    refuse = partial(ModelRefused, path)
    contents = parse_arrays(data, path, MAGIC, FORMAT)
    if contents.header.get("meanings") != shipped_meanings().checksum:
        raise refuse("it learned with other word vectors than this release has; train it again")
    try:
        return LinearClassifier(_model(contents), _name(contents.checksum))
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(f"its header does not describe a model ({error})") from error


def _name(checksum: str) -> str:
    return f"linear-{checksum[:10]}"


def _arrays(model: Model) -> list[Array]:
    spaces = [array for space in model.spaces for array in (space.idf, space.votes.steps, space.votes.values)]
    measures = [array for weights in (model.traits, model.subjects) for array in (weights.steps, weights.values)]
    return [*spaces, *measures, model.lexicon.hashes, model.lexicon.members, model.learned]


def _model(contents: Contents) -> Model:
    header = contents.header
    *spaces, trait_steps, traits, subject_steps, subjects, hashes, members, learned = contents.arrays
    weighed = zip(header["space_weights"], spaces[::3], spaces[1::3], spaces[2::3], strict=True)
    model = Model(
        tuple(header["groups"]),
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
