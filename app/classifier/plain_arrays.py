"""The container of model files: a line with magic, format, checksum and length, a line of JSON, then little-endian arrays."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.classifier.errors import ModelRefused

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: its header, its arrays, and the checksum of both."""

    header: dict[str, Any]
    arrays: list[Array]
    checksum: str


def write_arrays(path: Path, magic: str, version: int, header: dict[str, Any], arrays: Sequence[Array]) -> str:
    """Writes the file and returns its checksum; the same contents give the same bytes."""
    checksum, data = pack_arrays(magic, version, header, arrays)
    path.write_bytes(data)
    return checksum


def pack_arrays(magic: str, version: int, header: dict[str, Any], arrays: Sequence[Array]) -> tuple[str, bytes]:
    """The checksum and the bytes of a file."""
    plain = [np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")) for array in arrays]
    described = header | {"arrays": [{"type": array.dtype.str, "shape": array.shape} for array in plain]}
    body = json.dumps(described, ensure_ascii=False, sort_keys=True).encode() + b"\n" + b"".join(array.tobytes() for array in plain)
    checksum = hashlib.sha256(body).hexdigest()
    return checksum, f"{magic} {version} {checksum} {len(body)}\n".encode() + body


def parse_arrays(data: bytes, path: Path | str, magic: str, version: int) -> Contents:
    """The contents of a file's bytes; `ModelRefused` when they are cut, altered, of another format or something else."""
    refuse = partial(ModelRefused, path)
    first, _, body = data.partition(b"\n")
    match first.split():
        case [kind, told, checksum, length] if kind == magic.encode() and told.isdigit() and length.isdigit():
            pass
        case _:
            raise refuse("it is not a model of this service")
    if int(told) != version:
        raise refuse(f"it has format {int(told)} and this release reads format {version}; train it again or update the service")
    if len(body) < int(length):
        raise refuse(f"it is cut: {len(body)} bytes of {int(length)} are there; fetch or train it again")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise refuse("it was altered or damaged: its checksum does not match; fetch or train it again")
    try:
        return _split(body, checksum.decode())
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(f"its header does not describe its arrays ({error})") from error


def _split(body: bytes, checksum: str) -> Contents:
    line, _, payload = body.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    arrays: list[Array] = []
    start = 0
    for described in header.pop("arrays"):
        kind, shape = np.dtype(described["type"]), tuple(described["shape"])
        size = int(np.prod(shape)) * kind.itemsize
        arrays.append(np.frombuffer(payload[start : start + size], dtype=kind).reshape(shape))
        start += size
    if start != len(payload):
        raise ValueError(f"{len(payload)} bytes of arrays instead of {start}")
    return Contents(header, arrays, checksum)
