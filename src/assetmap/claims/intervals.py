"""What a figure with its bound says about the truth: a range, and whether two ranges meet.

Belongs here: bounds. Does not: reading a figure (``figures.py``), nor which claims are held
against each other (``conflicts.py``).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

ABOUT: Final = 0.1
"""``about`` is read as within a tenth: wide enough for a rounded figure, and ours alone."""

_POINTS: Final = ("average", "rule")
"""Bounds that say nothing about a single value: they meet their own kind only."""


class Stated(NamedTuple):
    """A figure with its bound; ``half_place`` is half of the last place it was rounded to."""

    value: float
    bound: str
    half_place: float = 0.0


def interval(value: float, bound: str) -> tuple[float, float] | None:
    """Return the least and the greatest value that a claim allows; ``inf`` where there is none.

    ``over`` has the range of ``at_least``: its end is open, which only :func:`meet` must know.
    ``average`` and ``rule`` say nothing about a single value and have none.
    """
    if bound in _POINTS:
        return None
    if bound == "about":
        slack = abs(value) * ABOUT
        return value - slack, value + slack
    return value, math.inf if bound in ("at_least", "over") else value


def meet(first: Stated, second: Stated) -> bool | None:
    """Say whether both figures can be true of one thing; None where they cannot be compared.

    An exact figure is taken with its rounding (62 % meets 61.7 %), an open end as open (more
    than 70 does not meet exactly 70). An average meets an average, a rule a rule; with any
    other bound they cannot be compared.
    """
    if (first.bound in _POINTS or second.bound in _POINTS) and first.bound != second.bound:
        return None
    one, other = _reach(first), _reach(second)
    return one[0] <= other[1] and other[0] <= one[1]


def _reach(stated: Stated) -> tuple[float, float]:
    limits = interval(stated.value, stated.bound)
    if limits is None or stated.bound == "exact":
        return stated.value - stated.half_place, stated.value + stated.half_place
    if stated.bound == "over":
        return math.nextafter(stated.value, math.inf), math.inf
    return limits
