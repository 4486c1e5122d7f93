"""Delimited text with outlines as well-known text (WKT).

Belongs here: finding the column and the coordinate system. Does not: delimited text itself
(``readers.py``), nor what a geometry must satisfy (``layer.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from assetmap.errors import CRSError
from assetmap.geography import BNG, BNG_EASTINGS, BNG_NORTHINGS, WGS84
from assetmap.layers.geojson import CRS_NAMES
from assetmap.layers.layer import LATITUDES, LONGITUDES, Layer, inside, refuse_layer
from assetmap.readers import Layout, read_csv

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.inputs import InputFile

_COLUMNS: Final = ("geometry", "wkt")
_CRS_COLUMN: Final = "crs"
_LAYOUT: Final = Layout(long_columns=_COLUMNS)
_SRID: Final = r"^\s*SRID\s*=\s*(\d+)\s*;"
_NUMBERS: Final = CRS_NAMES | {str(BNG): BNG, str(WGS84): WGS84}
_MOST_COLLECTIONS: Final = 20
"""Collections within collections; shapely follows any number of them, down to a crash."""
_TURNS: Final = 180
"""Degrees go no higher; a place of the British grid lies far above."""


def read_wkt(source: InputFile) -> Layer:
    """Return the rows of delimited text as features.

    The outlines stand in a column ``geometry`` or ``wkt``. The coordinate system is what a
    column ``crs`` or the mark ``SRID=27700;`` before an outline says; where nothing is said,
    the one in which the coordinates are in Great Britain.
    """
    raw = read_csv(source, _LAYOUT)
    titles = {title.lower(): title for title in raw.frame.columns}
    found = [titles[name] for name in _COLUMNS if name in titles]
    if len(found) != 1:
        what = f"it has {len(found)} columns named geometry or WKT, and needs one"
        refuse_layer(source.name, what, "Put the outlines into one column geometry, as WKT")
    written = raw.frame[found[0]].astype("str").str.strip()
    texts = written.str.replace(_SRID, "", regex=True, flags=re.IGNORECASE)
    is_deep = texts.str.upper().str.count("COLLECTION") > _MOST_COLLECTIONS
    shallow = texts.mask(is_deep, "").to_numpy(dtype=object)
    with np.errstate(over="ignore"):  # a position may be beyond any number; it is held later
        geometry = np.asarray(shapely.from_wkt(shallow, on_invalid="ignore"), dtype=object)
    stated = _stated(raw.frame, titles, written)
    properties = raw.frame.drop(columns=[found[0], *_crs_titles(titles)])
    broken = shapely.is_missing(geometry) & (written != "").to_numpy()
    epsg = _find_epsg(geometry, stated, source.name)
    return Layer(properties, geometry, broken, epsg, raw.rejects, raw.notes)


def _crs_titles(titles: dict[str, str]) -> list[str]:
    return [titles[_CRS_COLUMN]] if _CRS_COLUMN in titles else []


def _stated(frame: pd.DataFrame, titles: dict[str, str], written: pd.Series) -> pd.Series:
    """Return the coordinate system that each row states, or an empty text."""
    marked = written.str.extract(_SRID, flags=re.IGNORECASE)[0].fillna("")
    for title in _crs_titles(titles):
        cells = frame[title].astype("str").str.strip()
        marked = marked.where(marked != "", cells)
    return marked


def _find_epsg(geometry: np.ndarray, stated: pd.Series, name: str) -> int:
    """Return the one coordinate system of all rows; CRSError where it cannot be told."""
    is_placed = ~shapely.is_missing(geometry)
    said = set(stated[is_placed]) - {""}
    strange = sorted(said - _NUMBERS.keys())
    if strange:
        message = (
            f"{name} is in {strange[0][:60]}; assetmap reads EPSG:{WGS84} (longitude, latitude) "
            f"and EPSG:{BNG} (British National Grid). Export the layer in one of these."
        )
        raise CRSError(message)
    silent = geometry[is_placed & (stated == "").to_numpy()]
    found = {_NUMBERS[crs] for crs in said} | _systems_of(silent)
    if len(found) == 1:
        return found.pop()
    if not is_placed.any():
        return BNG
    what = "rows in both coordinate systems" if found else "no coordinates in Great Britain"
    message = (
        f"{name} has {what}, so that its coordinate system cannot be told. Write EPSG:{BNG} or "
        f"EPSG:{WGS84} into a column crs of every row."
    )
    raise CRSError(message)


def _systems_of(geometry: np.ndarray) -> set[int]:
    """Return in which systems some of the geometries lie in Great Britain."""
    is_in_degrees = inside(geometry, LONGITUDES, LATITUDES)
    is_large = np.nan_to_num(shapely.bounds(geometry)).max(axis=1, initial=0) > _TURNS
    is_in_metres = inside(geometry, BNG_EASTINGS, BNG_NORTHINGS) & is_large
    found = ((WGS84, is_in_degrees), (BNG, is_in_metres))
    return {epsg for epsg, rows in found if rows.any()}
