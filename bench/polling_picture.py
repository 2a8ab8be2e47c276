"""A small line chart with two logarithmic axes, written as SVG."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 400, 70, 50, 20, 20
COLOURS = ("#9aa0a6", "#d08a00", "#1a6dd0")
TICKS = (60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 57_600)


def write_picture(path: Path, budgets: Sequence[int], lines: Mapping[str, Sequence[float]]) -> None:
    """Mean lag in seconds over calls a day, one line a plan."""
    values = [value for line in lines.values() for value in line]
    low, high = min(values) / 1.3, max(values) * 1.3

    def x(budget: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(budget / budgets[0]) / math.log(budgets[-1] / budgets[0])

    def y(lag: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * math.log(lag / low) / math.log(high / low)

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for tick in TICKS:
        if low < tick < high:
            parts.append(
                f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#e4e6e9"/>{_text(LEFT - 8, y(tick) + 4, _span(tick), "end")}'
            )
    parts += [_text(x(budget), HEIGHT - BOTTOM + 20, f"{budget}", "middle") for budget in budgets]
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 8, "wall.get calls a day", "middle"))
    for number, ((name, line), colour) in enumerate(zip(lines.items(), COLOURS, strict=True)):
        points = " ".join(f"{x(budget):.1f},{y(lag):.1f}" for budget, lag in zip(budgets, line, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(_text(WIDTH - RIGHT - 10, TOP + 18 + 20 * number, name, "end", colour))
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13"'
    path.write_text("\n".join([f"<svg {frame}>", *parts, "</svg>\n"]), encoding="utf-8")


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#3c4043") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def _span(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min"
