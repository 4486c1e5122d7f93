"""What sites add up to beside what the master plan states: homes, jobs, hectares.

Belongs here: sums that say how many sites they rest on, the plan's figures with their bound,
the share of the one in the other. Does not: tables or drawings (``pipeline_page.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.register_words import bounded, joined, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row

_OPEN_ABOVE: Final = ("over", "at_least")
_WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A sum over sites, from lowest to highest, with how many of ``total`` sites state one."""

    low: float
    high: float
    stated: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One measure: columns of ``pub_pipeline``, and the plan's claims about it."""

    metric: str
    noun: str
    columns: tuple[str, str]
    claims: tuple[Row, ...]

    @property
    def words(self) -> str:
        """The plan's figure with its bound, ``about 3,000``; ``""`` where it has none."""
        texts = (bounded(quantity(c["value"], self.metric), c["bound"]) for c in self.claims)
        return joined(list(dict.fromkeys(texts)), last="or")

    @property
    def low(self) -> float | None:
        """The least figure that a claim gives."""
        return min((c["value"] for c in self.claims), default=None)

    @property
    def high(self) -> float | None:
        """The greatest figure that a claim gives."""
        return max((c["value"] for c in self.claims), default=None)

    def figure(self, found: Amount) -> str:
        """Return a sum in words: ``2,260`` or ``2,260 to 2,400``."""
        ends = (quantity(found.low, self.metric), quantity(found.high, self.metric))
        return " to ".join(dict.fromkeys(ends))


def plans(published: Published) -> tuple[Plan, ...]:
    """Return homes, jobs and hectares, each with the claims of the master plan."""
    measures = (
        ("homes", "homes", ("homes_low", "homes_high"), "homes_master_plan"),
        ("jobs", "jobs", ("jobs_low", "jobs_high"), "jobs_master_plan"),
        ("ha", "hectares", ("hectares_low", "hectares_high"), "development_land"),
    )
    return tuple(
        Plan(metric=metric, noun=noun, columns=columns, claims=_claims(published, indicator_id))
        for metric, noun, columns, indicator_id in measures
    )


def _claims(published: Published, indicator_id: str) -> tuple[Row, ...]:
    return tuple(
        row
        for row in published.rows("pub_claim")
        if row["indicator_id"] == indicator_id
        and row["value"] is not None
        and row["status"] != _WITHDRAWN
    )


def amount(rows: Sequence[Row], plan: Plan) -> Amount:
    """Return the sum over ``rows`` of ``pub_pipeline``; a row without a figure adds nothing."""
    low_column, high_column = plan.columns
    known = [row for row in rows if row[low_column] is not None]
    return Amount(
        low=sum(row[low_column] for row in known),
        high=sum(
            row[low_column] if row[high_column] is None else row[high_column] for row in known
        ),
        stated=len(known),
        total=len(rows),
    )


def shares(found: Amount, plan: Plan) -> str:
    """Return a sum in per cent of the plan's figure, ``75.3 to 80.0%``.

    Over an open plan (``over 60``) the share is at most what the figure gives.
    """
    if not found.stated or not plan.low or not plan.high:
        return "not known"
    low, high = 100 * found.low / plan.high, 100 * found.high / plan.low
    text = " to ".join(dict.fromkeys(f"{share:.1f}" for share in (low, high)))
    is_open = any(claim["bound"] in _OPEN_ABOVE for claim in plan.claims)
    return f"{'at most ' if is_open else ''}{text}%"
