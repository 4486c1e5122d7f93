"""Arithmetic of what is shown: rounded counts, what they leave open, whole percentages.

Belongs here: rules on single numbers. Does not: which number is shown (``cells.py``).
"""

from __future__ import annotations


def round_half_up(count: int, base: int) -> int:
    """Return ``count`` rounded to the nearest multiple of ``base``, halves upwards.

    ``base * floor((2 * count + base) / (2 * base))``, in whole numbers only.
    """
    return base * ((2 * count + base) // (2 * base))


def find_bounds(rounded: int, base: int, threshold: int) -> tuple[int, int]:
    """Return the smallest and largest count that is shown as ``rounded``.

    Counts below ``threshold`` are not shown at all, so none of them is possible.
    """
    return max(rounded - base // 2, threshold), rounded + (base - 1) // 2


def find_percent(part: float, whole: float) -> int:
    """Return ``part`` of ``whole`` in whole per cent, halves upwards; ``whole`` is not 0."""
    return int((200 * part + whole) // (2 * whole))
