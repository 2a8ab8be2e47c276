"""docs/api.md names what the API gives of an incident, and what its figures are grouped by."""

import re

from app.api.schemas.incident import IncidentDetailsOut
from app.storage.statistics import GroupBy
from tests.architecture.tree import ROOT

DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def names_after(words: str) -> set[str]:
    """What stands in backquotes in the sentences that begin so, up to the paragraph's end."""
    return set(re.findall(r"`(\w+)`", DOCUMENT.split(words, 1)[1].split("\n\n", 1)[0]))


def test_every_field_of_an_incident_is_named() -> None:
    assert set(IncidentDetailsOut.model_fields) <= names_after("An incident: ")


def test_every_grouping_of_the_figures_is_named() -> None:
    assert set(GroupBy) <= names_after("`group_by`: ")
