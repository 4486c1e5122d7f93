"""How a kind of place, a class of deprivation, a site and a catchment look.

Belongs here: colours, shapes, letters and dashes, each defined once, so that a map and its
key cannot differ. Does not: maps, pages.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from assetmap.publish.tables import kind_label

CATEGORICAL: Final = ("#12436D", "#28A197", "#801650", "#F46A25")
"""Government Analysis Function categorical palette: at most four colours at once."""

_INK: Final = {"#12436D": "#ffffff", "#801650": "#ffffff"}
_DARK_INK: Final = "#0b0c0c"


@dataclass(frozen=True, kw_only=True)
class DecileClass:
    """Two deciles of deprivation and their colour."""

    low: int
    high: int
    colour: str

    @property
    def label(self) -> str:
        """Words for the key."""
        return f"Deciles {self.low} to {self.high}"


DECILE_CLASSES: Final = tuple(
    DecileClass(low=2 * i + 1, high=2 * i + 2, colour=colour)
    for i, colour in enumerate(("#092135", "#12436D", "#2073BC", "#6BACE6", "#ADD1F1"))
)
"""Government Analysis Function sequential palette: darkest is most deprived."""

NO_DECILE: Final = "#FFFFFF"

SITE_STYLE: Final = {"color": "#0b0c0c", "weight": 3, "fillColor": "#FFDD00", "fillOpacity": 0.85}
INDICATIVE_DASH: Final = "7 5"
WARD_STYLE: Final = {"color": "#0b0c0c", "weight": 2.5, "fillOpacity": 0}
CASING: Final = {"color": "#ffffff", "weight": 6, "fillOpacity": 0}
CATCHMENT_DASHES: Final = ("2 5", "9 6", "16 5 2 5")


def catchment_style(rank: int) -> dict[str, object]:
    """Return the line of the ``rank``-th catchment distance, 0 the smallest."""
    dash = CATCHMENT_DASHES[rank % len(CATCHMENT_DASHES)]
    return {"color": "#0b0c0c", "weight": 2, "fillOpacity": 0, "dashArray": dash}


def decile_colour(decile: int | None) -> str:
    """Return the colour of a decile of deprivation; white where there is none."""
    for group in DECILE_CLASSES:
        if decile is not None and group.low <= decile <= group.high:
            return group.colour
    return NO_DECILE


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """The mark of one kind of place: colour, shape and letter, so never colour alone.

    ``points`` are the corners on a circle of radius 1, y downwards; none means a circle.
    """

    kind: str
    label: str
    letter: str
    colour: str
    ink: str
    points: tuple[tuple[float, float], ...]

    def polygon(self, centre: float, radius: float) -> str:
        """Return the corners as the text of an SVG ``points`` attribute."""
        return " ".join(f"{centre + radius * x:g},{centre + radius * y:g}" for x, y in self.points)


def _regular(corners: int, turn_degrees: float) -> tuple[tuple[float, float], ...]:
    angles = (math.radians(turn_degrees + 360 * i / corners) for i in range(corners))
    return tuple((round(1.15 * math.cos(a), 3), round(1.15 * math.sin(a), 3)) for a in angles)


_SHAPES: Final = (
    (),
    _regular(4, 45),
    _regular(4, 0),
    _regular(6, 0),
    _regular(3, -90),
    _regular(5, -90),
)


def symbols(kinds: tuple[str, ...]) -> tuple[Symbol, ...]:
    """Return one symbol per kind, in order; the letters differ while letters last."""
    made: list[Symbol] = []
    for place, kind in enumerate(kinds):
        label = kind_label(kind)
        taken = {symbol.letter for symbol in made}
        colour = CATEGORICAL[place % len(CATEGORICAL)]
        made.append(
            Symbol(
                kind=kind,
                label=label,
                letter=_letter(label, taken),
                colour=colour,
                ink=_INK.get(colour, _DARK_INK),
                points=_SHAPES[place % len(_SHAPES)],
            )
        )
    return tuple(made)


def _letter(label: str, taken: set[str]) -> str:
    wanted = [c.upper() for c in label if c.isascii() and c.isalpha()]
    spare = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return next((c for c in wanted + spare if c not in taken), "•")
