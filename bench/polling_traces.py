"""Traces of a made-up region: log-normal rates, days and nights, working weeks, bursts."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.polling.rhythm import HOURS
from app.simulation.trace import DAY_SECONDS, Trace

BEGAN = 1_772_409_600
"""A Monday in March 2026, 00:00 UTC."""
PIECES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Region:
    """What a trace is drawn from. `sigma` is the deviation of the logarithm of rates, `echoes` the messages that one brings about.

    Spells are bursts of another kind: for `spell_seconds` a source publishes `spell_factor` times as much, `spells_per_day` of them a day.
    """

    sources: int
    sigma: float
    per_day: float = 3.0
    days: int = 10
    night: float = 0.15
    weekend: float = 0.7
    echoes: float = 0.3
    echo_seconds: float = 3600.0
    spells_per_day: float = 0.0
    spell_factor: float = 10.0
    spell_seconds: float = 7200.0
    utc_offset_hours: int = 3


def draw(region: Region, seed: int) -> Trace:
    """A trace in which sources without any message are left out, as in a recorded one."""
    chance = np.random.default_rng(seed)
    drawn = (_draw_source(region, rate, chance) for rate in _draw_rates(region, chance))
    named = {f"source-{number}": tuple(moments.tolist()) for number, moments in enumerate(drawn) if len(moments)}
    return Trace(tuple(named), tuple(named.values()))


def true_rates(region: Region, seed: int, trace: Trace) -> NDArray[np.float64]:
    """Messages a day, echoes included, at which each source of such a trace was drawn."""
    rates = _draw_rates(region, np.random.default_rng(seed))
    return rates[[int(source.removeprefix("source-")) for source in trace.sources]]


def hourly_levels(region: Region) -> list[float]:
    """The level of each hour of the week of Unix time, from Thursday 00:00 UTC."""
    pieces = (np.arange(HOURS * PIECES_AN_HOUR) + 0.5) / PIECES_AN_HOUR * 3600
    since_began = (pieces - BEGAN) % (HOURS * 3600)
    levels: list[float] = _levels(region, since_began).reshape(HOURS, PIECES_AN_HOUR).mean(axis=1).tolist()
    return levels


def write_trace(trace: Trace, path: Path) -> None:
    """The trace as `otklik simulate-polling` reads it."""
    lines = sorted((moment, source) for source, moments in zip(trace.sources, trace.published, strict=True) for moment in moments)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "published_at"])
        writer.writerows((source, int(moment)) for moment, source in lines)


def _draw_rates(region: Region, chance: np.random.Generator) -> NDArray[np.float64]:
    rates: NDArray[np.float64] = np.exp(chance.normal(-(region.sigma**2) / 2, region.sigma, region.sources)) * region.per_day
    return rates


def _draw_source(region: Region, rate: float, chance: np.random.Generator) -> NDArray[np.int64]:
    """Messages by themselves, thinned to the level of their hour, then generation after generation of echoes."""
    end, highest = region.days * DAY_SECONDS, 2.0
    own = rate * (1 - region.echoes)
    moments = chance.random(chance.poisson(own * region.days * highest)) * end
    moments = moments[chance.random(len(moments)) * highest < _levels(region, moments)]
    if region.spells_per_day:
        moments = np.concatenate([moments, _draw_spells(region, own, chance)])
    generations = [moments]
    while len(moments):
        moments = np.repeat(moments, chance.poisson(region.echoes, len(moments)))
        moments = moments + chance.exponential(region.echo_seconds, len(moments))
        moments = moments[moments < end]
        generations.append(moments)
    return np.sort(BEGAN + np.concatenate(generations).astype(np.int64))


def _draw_spells(region: Region, rate: float, chance: np.random.Generator) -> NDArray[np.float64]:
    """What the spells of a source add to its messages, thinned to the level of their hour."""
    end, highest = region.days * DAY_SECONDS, 2.0
    began = chance.random(chance.poisson(region.spells_per_day * region.days)) * end
    added = rate / DAY_SECONDS * region.spell_seconds * (region.spell_factor - 1) * highest
    moments = np.repeat(began, chance.poisson(added, len(began)))
    moments = moments + chance.random(len(moments)) * region.spell_seconds
    moments = moments[moments < end]
    return moments[chance.random(len(moments)) * highest < _levels(region, moments)]


def _levels(region: Region, moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth day between 8 and 22 o'clock local time above the night's level, quieter at weekends; mean 1."""
    local = moments / 3600 + region.utc_offset_hours
    awake = 1 / (1 + np.exp(-(np.sin((local % 24 - 9) / 24 * 2 * math.pi) + 0.3) * 6))
    weekend = np.where(local // 24 % 7 >= 5, region.weekend, 1.0)
    hours = np.arange(24.0)
    mean_day = float(np.mean(region.night + (1 - region.night) / (1 + np.exp(-(np.sin((hours - 9) / 24 * 2 * math.pi) + 0.3) * 6))))
    levels: NDArray[np.float64] = (region.night + (1 - region.night) * awake) * weekend / mean_day / ((5 + 2 * region.weekend) / 7)
    return levels
