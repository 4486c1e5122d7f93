"""Columns that two or more tables share, defined once, and vocabularies that all layers share.

Belongs here: a column with one meaning everywhere. Does not: columns of one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from assetmap.contracts import Column, Disclosure
from assetmap.geography import (
    BNG_EASTINGS,
    BNG_NORTHINGS,
    LAD_PATTERN,
    LSOA_PATTERN,
    WARD_PATTERN,
)
from assetmap.postcodes import POSTCODE_PATTERN

if TYPE_CHECKING:
    from assetmap.contracts import Kind, Limits

KINDS: Final[dict[str, tuple[str, str]]] = {
    "gp_practice": ("GP practice", "GP practices"),
    "hospital": ("hospital", "Hospitals"),
    "library": ("library", "Libraries"),
    "school": ("school", "Schools"),
}
"""Kinds of micro-asset that have a place: label for one, heading for many."""

NO_SURVEY: Final = "none"
SYNTHETIC: Final = "synthetic"
COLLECTED: Final = "collected"
SURVEY_STATES: Final = (NO_SURVEY, SYNTHETIC, COLLECTED)
"""What figures of people rest on: nobody, made-up people, or answers of residents."""

ONS: Final = "Office for National Statistics"
OGL: Final = "OGL v3.0"


def column(
    kind: Kind,
    name: str,
    description: str,
    *,
    about: Disclosure = Disclosure.BASE,
    **limits: Unpack[Limits],
) -> Column:
    """Return a column; open data where nothing else is said."""
    return Column(name=name, kind=kind, description=description, disclosure=about, **limits)


def count(name: str, description: str) -> Column:
    """Return a column of open counts that a publisher may suppress."""
    return column("number", name, description, unit="count", nullable=True, minimum=0)


def code(name: str, description: str, pattern: str, *, nullable: bool = False) -> Column:
    """Return a column of area codes."""
    return column("text", name, description, pattern=pattern, nullable=nullable)


def label(
    name: str,
    description: str,
    *,
    about: Disclosure = Disclosure.BASE,
    **limits: Unpack[Limits],
) -> Column:
    """Return a column of text."""
    return column("text", name, description, about=about, **limits)


LSOA11CD: Final = code("lsoa11cd", "LSOA of 2011.", LSOA_PATTERN)
LSOA21CD: Final = code("lsoa21cd", "LSOA of 2021.", LSOA_PATTERN)
WD17CD: Final = code("wd17cd", "Ward in force in 2017.", WARD_PATTERN)
LAD17CD: Final = code("lad17cd", "Local authority of 2017.", LAD_PATTERN)
LSOA11NM: Final = label("lsoa11nm", "Name of the LSOA of 2011.")
POSTCODE: Final = code("postcode", "Postcode in its published spelling.", POSTCODE_PATTERN)


def easting(about: Disclosure) -> Column:
    """Return the easting of a point; NULL where the place is not known."""
    return _coordinate("easting_m", "British National Grid easting.", BNG_EASTINGS, about)


def northing(about: Disclosure) -> Column:
    """Return the northing of a point; NULL where the place is not known."""
    return _coordinate("northing_m", "British National Grid northing.", BNG_NORTHINGS, about)


def _coordinate(name: str, description: str, limits: tuple[int, int], about: Disclosure) -> Column:
    low, high = limits
    return column(
        "number", name, description, about=about, unit="m", nullable=True, minimum=low, maximum=high
    )
