"""Intervals of a count and of a share, as if chance had a part in them.

Belongs here: the two formulas. Does not: what they are held against (``progress.py``), nor the
range that a bound allows (``intervals.py``).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from scipy.stats import chi2, norm

POISSON: Final = "exact Poisson, 95 %"
WILSON: Final = "Wilson, 95 %, in per cent of the target"

_TAIL: Final = 0.025


class Range(NamedTuple):
    """An interval; ``inf`` where it is open above."""

    low: float
    high: float
    method: str


def poisson(low: float, high: float) -> Range:
    """Return the exact 95 % interval of a count that is stated as ``low`` to ``high``.

    For a count n it is ``chi2(0.025; 2n) / 2`` to ``chi2(0.975; 2n + 2) / 2`` (Garwood 1936);
    its lower end for 0 is 0.
    """
    least = float(chi2.ppf(_TAIL, 2 * low)) / 2 if low > 0 else 0.0
    most = float(chi2.ppf(1 - _TAIL, 2 * high + 2)) / 2 if math.isfinite(high) else math.inf
    return Range(least, most, POISSON)


def wilson(low: float, high: float, whole: float) -> Range:
    """Return the 95 % interval of ``low`` to ``high`` out of ``whole``, in per cent.

    With p the share, n the whole and z = 1.96: ``(p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) /
    (1 + z²/n)`` (Wilson 1927).
    """
    return Range(_wilson_end(low, whole, -1), _wilson_end(high, whole, 1), WILSON)


def _wilson_end(part: float, whole: float, side: int) -> float:
    z = float(norm.ppf(1 - _TAIL))
    share = part / whole
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return 100 * (share + z * z / (2 * whole) + side * spread) / (1 + z * z / whole)
