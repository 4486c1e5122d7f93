"""A layer as it was read, of whatever format, turned into a table of the British grid.

Belongs here: :class:`Layer`, coordinate systems, geometries that cannot be used. Does not:
any format (the modules beside this one).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np
import pandas as pd
import shapely

from assetmap.errors import CRSError, UnreadableFileError
from assetmap.geography import BNG, BNG_EASTINGS, BNG_NORTHINGS, WGS84, to_bng
from assetmap.quarantine import Rejects
from assetmap.readers import RawTable

if TYPE_CHECKING:
    from collections.abc import Iterator

GEOMETRY: Final = "geom_27700"

POINT: Final = (0,)
POLYGONS: Final = (3, 6)
"""Type ids of shapely: Polygon and MultiPolygon."""

MIN_WIDTH_M: Final = 0.5
"""No site and no area is narrower: such an outline is what two others left between them."""

LONGITUDES: Final = (-9.0, 2.5)
LATITUDES: Final = (49.5, 61.5)


@dataclass(frozen=True, eq=False)
class Layer:
    """Features as they came, and rows that never became one.

    ``properties`` are texts, and their index is the number of the feature in its file;
    ``broken`` marks geometries that are written but cannot be built.
    """

    properties: pd.DataFrame
    geometry: np.ndarray
    broken: np.ndarray
    epsg: int
    held: Rejects = field(default_factory=Rejects)
    notes: tuple[str, ...] = ()


def screen_layer(layer: Layer, *, allowed: tuple[int, ...], may_be_absent: bool) -> RawTable:
    """Return the features whose geometry can be used, as WKB in the British grid.

    ``allowed`` are type ids of shapely; with ``may_be_absent`` a feature needs no geometry.
    """
    grid = _to_grid(layer.geometry, layer.epsg)
    numbers = layer.properties.index.to_numpy()
    held = np.zeros(len(grid), dtype=bool)
    rejects = layer.held
    for reason, broken in _geometry_faults(layer, grid, allowed, may_be_absent=may_be_absent):
        rejects += Rejects.of(numbers[broken & ~held], reason, "geometry")
        held |= broken
    frame = layer.properties.loc[~held].copy()
    frame[GEOMETRY] = np.asarray(shapely.to_wkb(grid[~held]), dtype=object)
    has_heights = shapely.has_z(layer.geometry[~held]).any()
    notes = (*layer.notes, "heights dropped") if has_heights else layer.notes
    return RawTable(frame, len(grid) + len(layer.held), rejects, notes)


def number(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the features with their numbers, from 1, as their index."""
    return rows.set_index(pd.Index(np.arange(1, len(rows) + 1), name="row_number"))


def _geometry_faults(
    layer: Layer, grid: np.ndarray, allowed: tuple[int, ...], *, may_be_absent: bool
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each reason with the features that it holds, weightiest first."""
    geometry, absent = layer.geometry, shapely.is_missing(layer.geometry)
    yield "invalid_geometry", layer.broken
    if not may_be_absent:
        yield "null_geometry", absent
    yield "empty_geometry", ~absent & shapely.is_empty(geometry)
    yield "wrong_geometry_type", ~absent & ~np.isin(shapely.get_type_id(geometry), allowed)
    if layer.epsg == WGS84:
        yield "coordinates_swapped", inside(geometry, LATITUDES, LONGITUDES)
        yield "bad_coordinate", ~absent & ~inside(geometry, LONGITUDES, LATITUDES)
    else:
        yield "bad_coordinate", ~absent & ~inside(geometry, BNG_EASTINGS, BNG_NORTHINGS)
    # In the grid too: rounding to the centimetre can fold a sliver over itself.
    yield "invalid_geometry", ~absent & ~(shapely.is_valid(geometry) & shapely.is_valid(grid))
    yield "sliver", np.isin(shapely.get_type_id(grid), POLYGONS) & (_width(grid) < MIN_WIDTH_M)


def _width(polygons: np.ndarray) -> np.ndarray:
    """Return the shorter side of the rectangle that has the area and perimeter of each.

    With area A and perimeter P that is ``4A / (P + sqrt(P² - 16A))``; what is rounder than a
    square counts as one.
    """
    with np.errstate(all="ignore"):  # of what was held before, a side may be no number
        area, perimeter = shapely.area(polygons), shapely.length(polygons)
        excess = np.sqrt(np.maximum(perimeter**2 - 16 * area, 0))
        width: np.ndarray = 4 * area / (perimeter + excess)
    return width


def inside(
    geometry: np.ndarray, x_range: tuple[float, float], y_range: tuple[float, float]
) -> np.ndarray:
    """Return which geometries lie between limits; one without coordinates does not."""
    x_low, y_low, x_high, y_high = shapely.bounds(geometry).T
    within: np.ndarray = (
        (x_low >= x_range[0])
        & (x_high <= x_range[1])
        & (y_low >= y_range[0])
        & (y_high <= y_range[1])
    )
    return within


def _to_grid(geometry: np.ndarray, epsg: int) -> np.ndarray:
    """Return geometries in the British National Grid, to the centimetre, heights dropped."""
    flat = shapely.force_2d(geometry)
    if epsg == WGS84:
        flat = shapely.transform(flat, to_bng().transform, interleaved=False)
    return np.asarray(shapely.transform(flat, lambda xy: np.round(xy, 2)), dtype=object)


def require_epsg(crs: str | None, name: str) -> int:
    """Return the number of a coordinate system that we read; CRSError for any other."""
    for code in (BNG, WGS84):
        if crs == f"EPSG:{code}":
            return code
    message = (
        f"{name} is in {(crs or 'an unnamed coordinate system')[:60]}; assetmap reads "
        f"EPSG:{WGS84} and EPSG:{BNG}. Export the layer in one of these."
    )
    raise CRSError(message)


def refuse_layer(name: str, what: str, do: str = "Export it again as GeoJSON") -> NoReturn:
    """Raise UnreadableFileError: where, what is wrong, what to do."""
    message = f"{name}: {what}. {do}; nothing of this file was loaded."
    raise UnreadableFileError(message)
