"""Settings, `.env.example` and docs/configuration.md tell the same story."""

import re
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from app.settings import Settings
from tests.architecture.tree import ROOT, table_rows

PREFIX = "OTKLIK_"
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def example_values() -> dict[str, str]:
    """Every `OTKLIK_…=value` line of the example, commented out or not."""
    return dict(re.findall(rf"^#?\s*({PREFIX}\w+)=(.*?)\s*$", EXAMPLE, re.MULTILINE))


def documented_defaults() -> dict[str, str]:
    """The second cell of every row of docs/configuration.md whose first cell is a setting."""
    return {cells[0].strip("`"): cells[1] for cells in table_rows(DOCUMENT) if cells[0].startswith(f"`{PREFIX}")}


def environment_names() -> dict[str, FieldInfo]:
    return {f"{PREFIX}{name.upper()}": field for name, field in Settings.model_fields.items()}


def is_default(field: FieldInfo, written: str) -> bool:
    """Whether the text, read as the setting would be, gives the default."""
    kind: Any = Annotated[field.annotation, field]
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return bool(adapter.validate_strings(written) == field.get_default(call_default_factory=False))


def has_fixed_default(field: FieldInfo) -> bool:
    return not field.is_required() and field.default_factory is None and field.default is not None


def test_the_prefix_is_ours() -> None:
    assert Settings.model_config.get("env_prefix") == PREFIX


def test_the_example_names_every_setting_and_nothing_else() -> None:
    assert set(example_values()) == set(environment_names())


def test_the_document_names_every_setting_and_nothing_else() -> None:
    assert set(documented_defaults()) == set(environment_names())


@pytest.mark.parametrize("name", environment_names())
def test_the_documented_default_is_the_real_one(name: str) -> None:
    field, written = environment_names()[name], documented_defaults()[name]
    if has_fixed_default(field):
        assert is_default(field, written.strip("`")), f"{written} is not {field.default!r}"
    else:
        assert not written.startswith("`"), "a value that is not fixed is described in words"


@pytest.mark.parametrize("name", environment_names())
def test_the_example_shows_the_default_or_nothing(name: str) -> None:
    field, written = environment_names()[name], example_values()[name]
    assert not written or (has_fixed_default(field) and is_default(field, written))


def test_no_documented_setting_has_a_comment_behind_its_value() -> None:
    """systemd takes it for a part of the value where a shell does not: services and commands would have different secret keys."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.DOTALL)
    assert not [line for block in blocks for line in block.splitlines() if re.match(rf"{PREFIX}\w+=.*\s#", line)]
