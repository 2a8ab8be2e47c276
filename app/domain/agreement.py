"""How often people confirm what the model said, and how far what it says has moved from what it used to say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_SHARE = 1e-3
"""A share that a class is given at least, so that one never seen before tells much but not everything."""
BANDS = (0.5, 0.7, 0.9)
"""Where the bands of confidence end."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the verdicts of one model with one class, those that a person spoke on and those that they confirmed."""

    model: str
    matter: str
    said: str
    spoken: int
    confirmed: int

    @property
    def share(self) -> float:
        return self.confirmed / self.spoken if self.spoken else 0.0


@dataclass(frozen=True, slots=True)
class Drift:
    """The shares of each class now and before, and how far apart they are (population stability index: above .25 is a lot)."""

    matter: str
    now: Mapping[str, int]
    before: Mapping[str, int]

    @property
    def index(self) -> float | None:
        """None where nothing was said in one of the periods."""
        classes = sorted({*self.now, *self.before})
        if not sum(self.now.values()) or not sum(self.before.values()):
            return None
        shares = [[max(counts.get(one, 0) / sum(counts.values()), LEAST_SHARE) for one in classes] for counts in (self.now, self.before)]
        return math.fsum((now - before) * math.log(now / before) for now, before in zip(*shares, strict=True))


def drifts(counted: Sequence[tuple[str, str, int, int]]) -> list[Drift]:
    """The drift in each matter from rows of matter, class, count now, count before."""
    matters = sorted({matter for matter, *_ in counted})
    return [
        Drift(
            matter,
            {one: now for of, one, now, _ in counted if of == matter and now},
            {one: before for of, one, _, before in counted if of == matter and before},
        )
        for matter in matters
    ]
