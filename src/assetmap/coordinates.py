"""Positions written as numbers in a table, put on the British National Grid.

Belongs here: columns of latitude and longitude, or of easting and northing, and why a row has
no place. Does not: the geometry of a layer (``layers/``), the spelling of a postcode
(``postcodes.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from assetmap.convert import SOURCE_MARKS, as_numbers
from assetmap.geography import BNG_EASTINGS, BNG_NORTHINGS, to_bng
from assetmap.layers.layer import LATITUDES, LONGITUDES
from assetmap.quarantine import Rejects

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.readers import RawTable

KILOMETRE: Final = "kilometre"
"""What ``location_precision`` says of a position with two decimals of a degree or fewer."""

_METRES: Final = ("easting", "northing")
_DEGREES: Final = (("latitude", "longitude"), ("lat", "lon"))
_COARSE: Final = r"[-+]?[0-9]+(?:\.[0-9]{0,2})?"
_POLE: Final = 90
_DATE_LINE: Final = 180


class Box(NamedTuple):
    """The limits between which positions are looked for, in metres of the national grid."""

    west_m: float
    south_m: float
    east_m: float
    north_m: float


GREAT_BRITAIN: Final = Box(BNG_EASTINGS[0], BNG_NORTHINGS[0], BNG_EASTINGS[1], BNG_NORTHINGS[1])


@dataclass(frozen=True, eq=False)
class Positions:
    """Positions, row for row: metres in EPSG:27700, NaN where there is none.

    ``faults`` are reasons of the quarantine; empty where a row has a position, or says that it
    has none. ``is_coarse`` marks positions that are good to a kilometre only.
    """

    easting_m: np.ndarray
    northing_m: np.ndarray
    faults: np.ndarray
    is_coarse: np.ndarray


def from_degrees(
    latitudes: pd.Series, longitudes: pd.Series, within: Box = GREAT_BRITAIN
) -> Positions:
    """Return the positions of texts in degrees (EPSG:4326), to the centimetre.

    ``bad_coordinate`` is what is not two finite numbers of degrees: degrees and minutes,
    metres, half a pair. ``coordinates_swapped`` would lie in Great Britain the other way
    round; ``outside_study_area`` does not lie ``within`` the box.
    """
    latitude, longitude = _numbers(latitudes), _numbers(longitudes)
    absent = _is_absent(latitudes) & _is_absent(longitudes)
    is_on_globe = (np.abs(latitude) <= _POLE) & (np.abs(longitude) <= _DATE_LINE)
    easting, northing = to_bng().transform(
        np.where(is_on_globe, longitude, np.nan), np.where(is_on_globe, latitude, np.nan)
    )
    faults = np.select(
        [
            absent,
            ~is_on_globe,
            _is_between(latitude, LONGITUDES) & _is_between(longitude, LATITUDES),
            ~_is_within(easting, northing, within),
        ],
        ["", "bad_coordinate", "coordinates_swapped", "outside_study_area"],
        default="",
    )
    coarse = [texts.str.strip().str.fullmatch(_COARSE) for texts in (latitudes, longitudes)]
    is_coarse = (coarse[0] & coarse[1]).to_numpy(dtype=bool)
    return _positions(easting, northing, faults, is_coarse=is_coarse)


def from_metres(
    eastings: pd.Series, northings: pd.Series, within: Box = GREAT_BRITAIN
) -> Positions:
    """Return the positions of texts in metres of the national grid.

    ``bad_coordinate`` is what is not two finite numbers on the grid: a grid reference, half a
    pair, degrees, a zero for each; ``outside_study_area`` does not lie ``within`` the box.
    """
    easting, northing = _numbers(eastings), _numbers(northings)
    absent = _is_absent(eastings) & _is_absent(northings)
    is_on_grid = _is_between(easting, BNG_EASTINGS) & _is_between(northing, BNG_NORTHINGS)
    is_in_degrees = (np.abs(easting) <= _DATE_LINE) & (np.abs(northing) <= _DATE_LINE)
    faults = np.select(
        [absent, ~is_on_grid | is_in_degrees, ~_is_within(easting, northing, within)],
        ["", "bad_coordinate", "outside_study_area"],
        default="",
    )
    return _positions(easting, northing, faults, is_coarse=np.zeros(len(faults), dtype=bool))


def place_rows(table: RawTable, within: Box = GREAT_BRITAIN) -> RawTable:
    """Return a table whose columns ``easting`` and ``northing`` hold positions, or nothing.

    Rows of which the position cannot be used are held. The file decides, not the row: where
    it has columns of metres, those count; else latitude and longitude take their place, and
    what is good to a kilometre only says so in ``location_precision``. A row that gives no
    position stays, without a place.

    Parameters
    ----------
    table
        Rows as text, with headings in small letters. One that has no pair of columns comes
        back as it is.
    within
        Where positions are looked for.
    """
    headings = set(table.frame.columns)
    pair = next((pair for pair in (_METRES, *_DEGREES) if set(pair) <= headings), None)
    if pair is None:
        return table
    first, second = (table.frame[name].astype("str") for name in pair)
    if pair == _METRES:
        return _hold(table, from_metres(first, second, within), pair)
    positions = from_degrees(first, second, within)
    held = _hold(_with_metres(table, positions, pair), positions, pair)
    count = int((positions.is_coarse & (positions.faults == "")).sum())
    said = f"{count} positions with two decimals of a degree or fewer, good to a kilometre"
    return replace(held, notes=(*held.notes, said)) if count else held


def _hold(table: RawTable, positions: Positions, pair: tuple[str, str]) -> RawTable:
    rejects = table.rejects
    for reason in sorted(set(positions.faults) - {""}):
        rows = table.frame.index[positions.faults == reason]
        rejects += Rejects.of(rows, reason, pair[0])
    return replace(table, frame=table.frame.loc[positions.faults == ""], rejects=rejects)


def _with_metres(table: RawTable, positions: Positions, pair: tuple[str, str]) -> RawTable:
    frame = table.frame.drop(columns=[*pair, *(set(_METRES) & set(table.frame.columns))])
    frame = frame.assign(easting=_text(positions.easting_m), northing=_text(positions.northing_m))
    if "location_precision" in frame.columns:
        stated = frame["location_precision"]
        frame["location_precision"] = stated.mask(positions.is_coarse, KILOMETRE)
    return replace(table, frame=frame)


def _text(metres: np.ndarray) -> list[str]:
    return ["" if np.isnan(value) else f"{value:.2f}" for value in metres]


def _positions(
    easting: np.ndarray, northing: np.ndarray, faults: np.ndarray, *, is_coarse: np.ndarray
) -> Positions:
    is_placed = (faults == "") & np.isfinite(easting) & np.isfinite(northing)
    x, y = (np.where(is_placed, np.round(metres, 2), np.nan) for metres in (easting, northing))
    return Positions(x, y, faults.astype(object), is_coarse & is_placed)


def _numbers(texts: pd.Series) -> np.ndarray:
    return as_numbers(texts.str.strip()).to_numpy(dtype=float)


def _is_absent(texts: pd.Series) -> np.ndarray:
    return texts.str.strip().str.lower().isin(list(SOURCE_MARKS)).to_numpy(dtype=bool)


def _is_between(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return np.asarray((values >= limits[0]) & (values <= limits[1]), dtype=bool)


def _is_within(easting: np.ndarray, northing: np.ndarray, box: Box) -> np.ndarray:
    is_between_sides = _is_between(easting, (box.west_m, box.east_m))
    return np.asarray(is_between_sides & _is_between(northing, (box.south_m, box.north_m)))
