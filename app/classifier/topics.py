"""The topics that ship with the release, and files of topics."""

import json
from functools import cache
from pathlib import Path

from app.classifier.errors import DataRefused
from app.domain.topic import Taxonomy, document_of, taxonomy_of

TAXONOMY = Path(__file__).parent / "taxonomy"
TOPICS = TAXONOMY / "topics.json"


@cache
def shipped_taxonomy() -> Taxonomy:
    """The topics of a region that has not changed them."""
    return read_taxonomy(TOPICS)


def read_taxonomy(path: Path) -> Taxonomy:
    """The topics in a file of JSON; `DataRefused` when it is none, `TaxonomyRefused` with every fault of its contents."""
    return taxonomy_of(read_json(path))


def read_json(path: Path) -> object:
    """What a file of JSON holds; `DataRefused` names the line that is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DataRefused(f"{path}:{error.lineno}", f"this is not JSON ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise DataRefused(str(path), f"this is not UTF-8 (byte {error.start})") from error


def write_taxonomy(taxonomy: Taxonomy, path: Path) -> None:
    """Writes the topics as `read_taxonomy` reads them, made for editing by hand."""
    path.write_text(json.dumps(document_of(taxonomy), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
