"""The table of roles in SECURITY.md is the one that the code asks."""

from app.domain.operator import MAY, Act, Role
from tests.architecture.tree import ROOT, table_rows

COLUMNS = (Act.READ, Act.SCRAPE, Act.WORK, Act.ASSIGN, Act.REGISTER, Act.ADMINISTER)


def documented_rights() -> dict[str, frozenset[Act]]:
    """What each role may do by the rows of SECURITY.md whose first cell names roles."""
    rows = table_rows((ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## Roles")[2].partition("## Secrets")[0])
    return {
        role.strip(" `"): frozenset(act for act, cell in zip(COLUMNS, cells[1:], strict=True) if cell == "yes")
        for cells in rows[2:]
        for role in cells[0].split(",")
    }


def test_every_act_has_a_column() -> None:
    assert set(COLUMNS) == set(Act)


def test_every_role_is_documented_with_what_it_may_do() -> None:
    assert documented_rights() == {role.value: MAY[role] for role in Role}
