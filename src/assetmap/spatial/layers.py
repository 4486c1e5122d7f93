"""A layer made ready for a join: checked, in the order of its ids, safe to share.

Belongs here: :class:`Layer` and the checks on what a caller passes in. Does not: joins.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from assetmap.errors import ConfigError, ContractError
from assetmap.geography import require_bng
from assetmap.spatial.engine import Points, hilbert_order

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_POINT: Final = 0
_POLYGONAL: Final = (3, 6)


@dataclass(frozen=True, eq=False)
class Layer:
    """Geometries beside their ids, both in ascending order of id.

    A position in ``geometry`` is therefore the rank of its id, and sorting by positions
    is sorting by ids.
    """

    name: str
    ids: pd.Index
    geometry: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class PointLayer:
    """Points beside their ids, both in ascending order of id."""

    name: str
    ids: pd.Index
    points: Points

    def __len__(self) -> int:
        return len(self.ids)


def point_layer(series: gpd.GeoSeries, name: str) -> PointLayer:
    """Return a checked layer of points.

    Raises
    ------
    CRSError
        The layer is not in the British National Grid.
    ContractError
        An id is missing or repeats; a geometry is missing, empty, not a point or without
        finite coordinates.
    """
    require_bng(series, name)
    given = Layer(name, series.index, series.to_numpy())
    _refuse_missing(given)
    # Sorting a million ids takes as long as finding their places on the curve: do both.
    with ThreadPoolExecutor(1) as pool:
        sorting = pool.submit(_id_order, given.ids)
        xy = _coordinates(given)
        curve = hilbert_order(xy)
        order = sorting.result()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ids = _unique_ids(given, order)
    return PointLayer(name, ids, Points(xy[order], rank[curve]))


def shape_layer(series: gpd.GeoSeries, name: str) -> Layer:
    """Return a checked layer of any geometry, on private copies of it.

    The copies have never been prepared. A prepared geometry builds its index at first
    use, which two threads must not do at once, and the caller's may be prepared.

    Raises
    ------
    CRSError
        The layer is not in the British National Grid.
    ContractError
        An id is missing or repeats, or a geometry is missing or empty.
    """
    require_bng(series, name)
    given = Layer(name, series.index, series.to_numpy())
    _refuse_missing(given)
    order = _id_order(given.ids)
    return Layer(name, _unique_ids(given, order), shapely.force_2d(given.geometry[order]))


def area_layer(series: gpd.GeoSeries, name: str) -> Layer:
    """Return a checked layer of polygons and multipolygons, on private copies.

    Raises
    ------
    CRSError
        The layer is not in the British National Grid.
    ContractError
        As :func:`shape_layer`, or a geometry has no surface.
    """
    layer = shape_layer(series, name)
    surface = np.isin(shapely.get_type_id(layer.geometry), _POLYGONAL)
    _refuse(~surface, layer, "geometry is not a polygon")
    return layer


def require_valid(layer: Layer) -> None:
    """Raise :class:`ContractError` where an area computed from ``layer`` would be wrong."""
    _refuse(~shapely.is_valid(layer.geometry), layer, "outline crosses itself")


def require_metres(value: float, name: str) -> None:
    """Raise :class:`ConfigError` unless ``value`` is a finite distance, 0 or more."""
    if not (math.isfinite(value) and value >= 0):
        message = f"{name} is {value}, which is no distance. Give metres, 0 or more."
        raise ConfigError(message)


def _coordinates(layer: Layer) -> np.ndarray:
    _refuse(shapely.get_type_id(layer.geometry) != _POINT, layer, "geometry is not a point")
    xy: np.ndarray = shapely.get_coordinates(layer.geometry)
    _refuse(~np.isfinite(xy).all(axis=1), layer, "coordinates are not finite")
    return xy


def _id_order(ids: pd.Index) -> np.ndarray:
    order: np.ndarray = np.arange(len(ids)) if ids.is_monotonic_increasing else ids.argsort()
    return order


def _unique_ids(layer: Layer, order: np.ndarray) -> pd.Index:
    ids = layer.ids[order]
    # Neighbours in a sorted index are compared much faster than a hash table is filled.
    repeated = np.zeros(len(ids), dtype=bool)
    repeated[1:] = np.asarray(ids[1:] == ids[:-1], dtype=bool)
    _refuse(repeated, Layer(layer.name, ids, layer.geometry), "id repeats")
    # An index without rows has no type of its own, and ids are text.
    return ids if len(ids) else ids.astype("str")


def _refuse_missing(layer: Layer) -> None:
    _refuse(np.asarray(layer.ids.isna()), layer, "id is missing")
    _refuse(shapely.is_missing(layer.geometry), layer, "geometry is missing")
    _refuse(shapely.is_empty(layer.geometry), layer, "geometry is empty")


def _refuse(broken: np.ndarray, layer: Layer, what: str) -> None:
    if broken.any():
        example = str(layer.ids[int(np.argmax(broken))])
        message = (
            f"{layer.name}: {what} in {int(broken.sum())} of {len(layer)} rows, "
            f"e.g. {example!r}. Mend or hold these rows in the dataset's stage()."
        )
        raise ContractError(message)
