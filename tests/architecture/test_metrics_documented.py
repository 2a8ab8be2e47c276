"""Every metric that Prometheus can read is explained to the person who reads it."""

import ast
import re

from tests.architecture.tree import ROOT, syntax, table_rows

METRIC_TYPES = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
METRIC = re.compile(r"`(otklik_\w+)")


def declared_metrics() -> set[str]:
    """First arguments of the metrics made in app/telemetry/metrics.py."""
    found = (node for node in ast.walk(syntax(ROOT / "app" / "telemetry" / "metrics.py")) if isinstance(node, ast.Call))
    made = (node for node in found if ast.unparse(node.func).split(".")[-1] in METRIC_TYPES)
    names = (argument.value for node in made for argument in node.args[:1] if isinstance(argument, ast.Constant))
    return {name for name in names if isinstance(name, str)}


def documented_metrics() -> set[str]:
    """The metrics that have a row in a table of docs/operations.md."""
    rows = table_rows((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    return {name for cells in rows for name in METRIC.findall(cells[0])}


def without_suffix(names: set[str]) -> set[str]:
    """Counters gain `_total` when they are shown, whether it was declared or not."""
    return {name.removesuffix("_total") for name in names}


def test_metrics_are_declared_with_names_that_can_be_read_here() -> None:
    assert declared_metrics()


def test_every_metric_is_explained_in_operations() -> None:
    assert not without_suffix(declared_metrics()) - without_suffix(documented_metrics())


def test_operations_explain_no_metric_that_is_gone() -> None:
    assert not without_suffix(documented_metrics()) - without_suffix(declared_metrics())
