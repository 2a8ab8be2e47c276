"""Rules for every file of the checkout: sizes, names, locks, decisions, links."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, place, python_files, syntax, tracked_files
from tests.order import LONGEST

LOCKS = ("requirements.lock", "requirements-dev.lock")
LONGEST_FILE = 400
HAZY_NAMES = {"utils", "util", "helpers", "helper", "common", "constants", "misc", "base_utils"}
MACHINE_PATH = re.compile(r"(?<![\w./<>~-])/(?:work|root|home|Users|mnt)/[\w.-]+/")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def lock_text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> set[str]:
    """`package==version` of every requirement, without its marker."""
    return set(re.findall(r"^([a-z0-9][\w.-]*==[^\s;\\]+)", lock_text(name), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_package_index(name: str) -> None:
    assert not re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links|--trusted-host", lock_text(name))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_gives_a_hash_for_every_requirement(name: str) -> None:
    requirements = [block for block in re.split(r"\n(?=\S)", lock_text(name)) if block.strip() and not block.startswith("#")]
    assert requirements
    assert not [block.splitlines()[0] for block in requirements if "==" not in block or "--hash=sha256:" not in block]


def test_development_runs_on_the_very_versions_of_production() -> None:
    assert not pins("requirements.lock") - pins("requirements-dev.lock")


def test_no_file_is_longer_than_one_can_keep_in_mind() -> None:
    lengths = {place(file): len(file.read_text(encoding="utf-8").splitlines()) for file in python_files("app", "connectors")}
    assert not {path: length for path, length in lengths.items() if length > LONGEST_FILE}


def test_every_package_says_in_one_sentence_what_lives_in_it() -> None:
    inits = [file for file in python_files(*PACKAGES) if file.name == "__init__.py"]
    assert not [place(file) for file in inits if not ast.get_docstring(syntax(file))]


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {file.parent for file in python_files("app", "connectors", "tests")}
    assert not [place(folder) for folder in folders if not (folder / "__init__.py").is_file()]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [place(file) for file in python_files(*PACKAGES) if file.stem in HAZY_NAMES or file.parent.name in HAZY_NAMES]


def test_no_committed_file_names_a_path_of_somebodys_machine() -> None:
    found = []
    for file in tracked_files():
        text = file.read_bytes().decode("utf-8", errors="replace")
        found += [f"{place(file)}: {match.group()}" for match in MACHINE_PATH.finditer(text)]
    assert not found


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_has_a_status_and_a_check_that_keeps_it(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert re.search(r"^Status: (proposed|accepted|superseded by \S+)", text, re.MULTILINE)
    enforced = re.search(r"^Enforced by: (.+)$", text, re.MULTILINE)
    assert enforced, "a decision that nothing checks will be forgotten"
    named = re.findall(r"`((?:app|tests|bench|connectors|migrations)/[\w/.-]+|pyproject\.toml)", enforced.group(1))
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]


def test_no_two_decisions_share_a_number() -> None:
    numbers = [file.name.split("-")[0] for file in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_the_list_of_decisions_calls_each_by_its_title() -> None:
    listed = re.findall(r"^- \[(\d+)\]\((\S+)\) (.+)$", (DECISIONS[0].parent / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    titles = {file.name: file.read_text(encoding="utf-8").partition("\n")[0] for file in DECISIONS}

    assert [f"# {number}. {title}" for number, _, title in listed] == [titles[name] for _, name, _ in listed]
    assert len({name for _, name, _ in listed}) == len(listed)


def test_links_between_documents_lead_somewhere() -> None:
    links = [(page, link) for page in pages() for link in relative_links(page.read_text(encoding="utf-8"))]
    assert not [f"{place(page)}: {link}" for page, link in links if not leads(page, link)]


def pages() -> list[Path]:
    return [file for file in tracked_files() if file.suffix == ".md"]


def relative_links(markdown: str) -> list[str]:
    """Targets of the links that stay inside the checkout."""
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", markdown) if "://" not in link and not link.startswith("mailto:")]


def leads(page: Path, link: str) -> bool:
    """Whether the file is there, and in it the heading that the link names."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))


def anchors(markdown: str) -> set[str]:
    """By what the headings of a page are linked to."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


FOLDERS = {file.name for file in (ROOT / "app").iterdir() if file.is_dir()} | {*PACKAGES, "docs"}


def test_files_that_documents_and_comments_name_are_there() -> None:
    texts = [file for file in tracked_files() if file.suffix in {".md", ".py", ".toml", ".yaml", ".html", ".css", ".js"}]
    lost = [f"{place(file)}: {path}" for file in texts for path in named_files(file.read_text(encoding="utf-8")) if not is_there(path)]
    assert not lost


def named_files(text: str) -> list[str]:
    """`app/worker.py`, and `domain/turn.py` as it is called for short."""
    found = re.findall(r"(?<![\w/.:-])([a-z]\w*)(/[\w/-]+\.(?:py|md|toml|html|css|js))\b", text)
    return [folder + rest for folder, rest in found if folder in FOLDERS]


def is_there(path: str) -> bool:
    return any((root / path).is_file() for root in (ROOT, ROOT / "app"))


def test_the_long_tests_that_begin_first_are_there() -> None:
    tests = {
        node.name
        for file in python_files("tests")
        for node in ast.walk(syntax(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not set(LONGEST) - tests
