"""The drawing of the curve."""

import re
from itertools import pairwise

import pytest

from app.console.curve import draw
from app.domain.statistics import Wait, kaplan_meier

HOUR = 3600.0


def points(path: str) -> list[tuple[float, float]]:
    """The corners of a path made of moves, levels and steps."""
    at, height, found = 0.0, 0.0, []
    for command, numbers in re.findall(r"([MLHV])([\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        match command:
            case "H":
                at = values[0]
            case "V":
                height = values[0]
            case _:
                at, height = values
        found.append((at, height))
    return found


def test_the_line_rises_from_nothing_by_the_share_answered() -> None:
    waits = [Wait(hours * HOUR, answered=True) for hours in (1, 2, 3, 4)]

    drawing = draw(kaplan_meier(waits), 4 * HOUR)
    line = points(drawing.line)

    assert line[0] == (drawing.left, drawing.bottom)
    assert line[-1][1] == drawing.top
    assert all(before[0] <= after[0] and before[1] >= after[1] for before, after in pairwise(line))


def test_the_line_ends_where_nobody_was_watched_any_longer() -> None:
    waits = [Wait(1 * HOUR, answered=True), *[Wait(5 * HOUR, answered=False)] * 9]

    drawing = draw(kaplan_meier(waits), 5 * HOUR)

    assert points(drawing.line)[-1][0] == pytest.approx(drawing.left + (drawing.right - drawing.left) * 5 / 12, abs=0.1)
    assert drawing.median_at is None


def test_the_band_encloses_the_line() -> None:
    waits = [Wait(hours * HOUR, answered=True) for hours in range(1, 40)]

    drawing = draw(kaplan_meier(waits), 40 * HOUR)

    heights = [height for _, height in points(drawing.band)]
    assert min(heights) <= min(height for _, height in points(drawing.line))
    assert drawing.band.endswith("Z")


@pytest.mark.parametrize(("longest", "last_label"), [(3, "12 ч"), (20, "24 ч"), (40, "2 дн"), (160, "7 дн"), (2000, "30 дн")])
def test_the_axis_is_as_long_as_the_waits(longest: int, last_label: str) -> None:
    waits = [Wait(longest * HOUR, answered=False), Wait(HOUR, answered=True)]

    assert draw(kaplan_meier(waits), longest * HOUR).hours[-1].label == last_label
