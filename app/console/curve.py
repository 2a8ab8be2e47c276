"""The curve of answers as a drawing: the share of all questions answered by each hour, after Kaplan and Meier."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.statistics import Curve

WIDTH, HEIGHT = 640, 220
LEFT, TOP, RIGHT, BOTTOM = 66, 12, 26, 28
HOUR = 3600
SPANS = {12: 2, 24: 4, 36: 6, 48: 8, 72: 12, 168: 24, 336: 48, 720: 120}
"""Hours that the horizontal axis may show, and how far apart they are labelled."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Paths and lines in the drawing's own units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    line: str
    band: str
    hours: Sequence[Tick]
    shares: Sequence[Tick]
    median_at: float | None


def draw(curve: Curve, longest_seconds: float) -> Drawing:
    """The curve over the time in which most of it happens, with its 95 % interval as a band."""
    shown = _span(curve, longest_seconds)
    span = shown * HOUR
    end = min(longest_seconds, span)
    steps = [(0.0, 0.0, 0.0, 0.0)]
    for seconds, share in zip(curve.seconds, curve.shares, strict=True):
        if seconds <= end:
            low, high = curve.interval_at(seconds)
            steps.append((seconds, 1 - share, 1 - high, 1 - low))
    steps.append((end, *steps[-1][1:]))
    median = curve.quantile(0.5)
    return Drawing(
        WIDTH,
        HEIGHT,
        LEFT,
        WIDTH - RIGHT,
        TOP,
        HEIGHT - BOTTOM,
        line=_stairs([(_x(at, span), _y(share)) for at, share, _, _ in steps]),
        band=_stairs([(_x(at, span), _y(high)) for at, _, _, high in steps])
        + _stairs([(_x(at, span), _y(low)) for at, _, low, _ in steps], backwards=True)
        + "Z",
        hours=[Tick(_x(at * HOUR, span), _hours(at)) for at in range(0, shown + 1, SPANS[shown])],
        shares=[Tick(_y(share / 100), f"{share} %") for share in (0, 25, 50, 75, 100)],
        median_at=_x(median, span) if median is not None and median <= span else None,
    )


def _span(curve: Curve, longest_seconds: float) -> int:
    """The hours to show: up to the ninth answer of ten, or as long as anybody has waited."""
    wanted = (curve.quantile(0.9) or longest_seconds) / HOUR
    return next((hours for hours in SPANS if hours >= wanted), max(SPANS))


def _hours(hours: int) -> str:
    return f"{hours // 24} дн" if hours >= 48 and hours % 24 == 0 else f"{hours} ч"


def _x(seconds: float, span: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * seconds / span, 1)


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _stairs(points: Sequence[tuple[float, float]], *, backwards: bool = False) -> str:
    """A path that goes level up to each point and then steps to it; backwards it goes on from where another path ended."""
    if backwards:
        path = f"L{points[-1][0]} {points[-1][1]}"
        for (_, before), (at, _) in zip(reversed(points[:-1]), reversed(points[1:]), strict=True):
            path += f"H{at}V{before}"
        return path + f"H{points[0][0]}"
    path = f"M{points[0][0]} {points[0][1]}"
    return path + "".join(f"H{at}V{share}" for at, share in points[1:])
