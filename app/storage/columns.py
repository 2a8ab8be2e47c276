"""Many rows as one parameter: a JSON document of columns, which the server reads as arrays.

The driver asks of every element of an array whether it is a collection; a document costs it a quarter of that.
"""

from collections.abc import Iterable, Sequence

import orjson

Columns = Sequence[tuple[str, str]]
"""Names of columns with their types."""


def names_of(columns: Columns) -> str:
    """The names of columns as a list in a statement."""
    return ", ".join(name for name, _ in columns)


def rows_from(parameter: str, columns: Columns) -> str:
    """What a statement selects from: the rows of a document, numbered by `position`, as `t`."""
    arrays = ", ".join(f"{name} {kind}[]" for name, kind in columns)
    given = ", ".join(f"given.{name}" for name, _ in columns)
    return (
        f"(SELECT t.* FROM json_to_record(CAST(:{parameter} AS json)) AS given({arrays}),"
        f" unnest({given}) WITH ORDINALITY AS t({names_of(columns)}, position)) AS t"
    )


def document_of(columns: Columns, rows: Iterable[Sequence[object]]) -> str:
    """The parameter of `rows_from` for these rows; empty without any."""
    by_column = list(zip(*rows, strict=True))
    return orjson.dumps(dict(zip((name for name, _ in columns), by_column, strict=True)) if by_column else {}).decode()
