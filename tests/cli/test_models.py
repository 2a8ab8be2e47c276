"""`otklik train --base`, `retrain` and `model …` as an administrator types them, on a real database."""

from pathlib import Path

from tests.classifier.regional.examples import export, write_table
from tests.commands import Commands
from tests.databases import TestServer, fresh_database

SECRET_KEY = "a secret key of the tests"


async def test_a_region_teaches_compares_uses_and_takes_back(server: TestServer, commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    table = write_table(tmp_path / "training", export())
    async with fresh_database(server) as url:
        settings = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "DATA_DIR": str(tmp_path)}

        async def otklik(*words: str) -> tuple[int, str]:
            said = await commands.type(*words, settings=settings)
            return said.code, said.printed if said.code == 0 else said.beside

        taught = await otklik("train", "--base", "shipped", str(table), "--out", str(tmp_path / "region.model"))
        assert (taught[0], "learned from 180 texts" in taught[1]) == (0, True), taught
        added = await otklik("model", "add", str(tmp_path / "region.model"))
        name = added[1].strip()
        nowhere = await otklik("model", "rollback")
        used = await otklik("model", "use", name)
        listed = await otklik("model", "list")
        retrained = await otklik("retrain")
        again = await otklik("retrain")
        compared = await otklik("model", "compare", name, "shipped")
        back = await otklik("model", "rollback")
        (tmp_path / "region.model").write_bytes((tmp_path / "region.model").read_bytes()[:-5])
        cut = await otklik("model", "add", str(tmp_path / "region.model"))

    assert (nowhere[0], "nothing to go back to" in nowhere[1]) == (1, True), nowhere
    assert (used[0], used[1].splitlines()[-1]) == (0, f"{name} is at work."), used
    assert (listed[0], f"at work: {name}" in listed[1]) == (0, True), listed
    assert (retrained[0], "stays a candidate" in retrained[1]) == (0, True), retrained
    assert (again[0], "Nothing new to learn" in again[1]) == (1, True), again
    assert compared[0] == 0, compared
    assert back == (0, "shipped is at work.\n")
    assert (cut[0], "it is cut" in cut[1]) == (1, True), cut
