"""Figures, ranges and places in words, as sentences about claims need them.

Belongs here: wording. Does not: any judgement.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from assetmap.claims.finding import document_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assetmap.claims.ledger import Ledger

_FORMS: Final[Mapping[str, str]] = {
    "count": "{}",
    "percent": "{} %",
    "gbp": "£{}",
    "eur": "€{}",
    "per_year": "{} a year",
    "rank": "rank {}",
}
_SMALL: Final = 10
_DASH: Final = "\u2013"


def say(value: float, unit: str) -> str:
    """Return a figure with its unit: ``£3,130,000``, ``40 %``, ``60 ha``."""
    sign = "-" if value < 0 else ""
    return sign + _FORMS.get(unit, f"{{}} {unit}").format(f"{abs(value):,.12g}")


def say_range(low: float, high: float, unit: str) -> str:
    """Return one figure, ``71 to 94``, or ``70 or more`` where there is no upper end."""
    if math.isinf(high):
        return f"{say(low, unit)} or more"
    return say(low, unit) if low == high else f"{say(low, unit)} to {say(high, unit)}"


def say_percent(low: float, high: float) -> str:
    """Return two rounded ends with a dash, ``50 %``, or ``117 % or more``."""
    first, last = _rounded(low), "" if math.isinf(high) else _rounded(high)
    if not last:
        return f"{first} % or more"
    return f"{first} %" if first == last else f"{first}{_DASH}{last} %"


def _rounded(value: float) -> str:
    return f"{value:,.1f}" if 0 < abs(value) < _SMALL else f"{value:,.0f}"


def say_places(ledger: Ledger, pairs: Iterable[tuple[str, str]]) -> str:
    """Return documents by title, each with its sections, of ``(document, section)`` pairs."""
    sections: dict[str, list[str]] = {}
    for document, section in sorted(set(pairs)):
        sections.setdefault(document, []).append(section)
    parts = []
    for document, names in sections.items():
        word = "section" if len(names) == 1 else "sections"
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        parts.append(f"{document_title(ledger, document)}, {word} {listed}")
    return "; ".join(parts)
