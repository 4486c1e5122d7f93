"""The registry of what documents make claims about: one table of ``indicators.toml`` each.

Belongs here: reading and checking the registry. Does not: claims (``registers/``), indicators
that are computed (``sql/indicators``): an entry names those that measure the same thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from assetmap.geography import SLUG_PATTERN
from assetmap.registers.claim_lists import FOLDER
from assetmap.settings import Strict, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REGISTRY: Final = f"{FOLDER}/indicators.toml"

Kind = Literal["count", "rate", "money", "milestone"]
Comparison = Literal["trajectory", "proportion", "poisson", "none"]
Headline = Literal["latest", "most_specific", "range", "manual"]

_LAST: Final = 1_000_000
_Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
_Id = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]


class Measure(Strict):
    """A computed indicator that measures the same thing, and why the two may differ."""

    figure: _Id
    reason: _Text


class Ratio(Strict):
    """Derived from two other indicators, never entered: ``scale * numerator / denominator``."""

    numerator: _Id
    denominator: _Id
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class Listed(Strict):
    """A list whose rows the claim counts: a column of it must hold ``value``, where given."""

    table: _Id
    column: str = ""
    value: str = ""


class ClaimIndicator(Strict):
    """One indicator of the registry.

    ``of`` names the indicator that counts the whole (a part may not be above it); ``rate_of``,
    for a rate, the count that is the rate's numerator, so that both imply a base; ``measures``
    computed figures of the same thing; ``listed`` the list that a count should agree with.
    ``ref`` is the code in the funder's list, where it has one.
    """

    title: _Text
    meaning: _Text
    topic: _Text
    order: Annotated[int, Field(ge=0, le=_LAST)]
    unit: _Text
    kind: Kind
    direction: Literal["higher_is_better", "lower_is_better", "neutral"]
    comparison: Comparison
    headline: Headline
    disclosure: Annotated[Literal["O", "B"], Field(alias="class")]
    ref: str = ""
    of: str = ""
    rate_of: str = ""
    headline_claim: str = ""
    headline_reason: str = ""
    measures: tuple[Measure, ...] = Field(default=(), strict=False)
    listed: Listed | None = None
    ratio: Ratio | None = None

    @model_validator(mode="after")
    def _manual_names_its_claim(self) -> Self:
        if (self.headline == "manual") != bool(self.headline_claim and self.headline_reason):
            message = "headline = 'manual' needs headline_claim and headline_reason, and only it"
            raise ValueError(message)
        return self


class Registry(Strict):
    """All entries, by id."""

    indicators: dict[_Id, ClaimIndicator]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        named = [
            (own, other)
            for own, entry in self.indicators.items()
            for other in _named_by(entry)
            if other and other not in self.indicators
        ]
        if named:
            own, other = named[0]
            message = f"{len(named)} names of other indicators are unknown, e.g. {other} in {own}"
            raise ValueError(message)
        selves = [own for own, entry in self.indicators.items() if own in _named_by(entry)]
        if selves:
            message = f"{len(selves)} indicators name themselves, e.g. {selves[0]}: name another"
            raise ValueError(message)
        return self


def _named_by(entry: ClaimIndicator) -> tuple[str, ...]:
    parts = (entry.ratio.numerator, entry.ratio.denominator) if entry.ratio else ()
    return (entry.of, entry.rate_of, *parts)


def read_registry(raw: Path) -> Mapping[str, ClaimIndicator]:
    """Return the registry below ``raw``, empty where there is none.

    Raises
    ------
    ConfigError
        It is not TOML, or an entry lacks something, has something unknown or names an
        indicator that is not there; all in one message.
    """
    path = raw / REGISTRY
    return read_toml(path, Registry).indicators if path.is_file() else {}
