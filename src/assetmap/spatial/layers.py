"""A layer made ready for a join: checked, in the order of its ids, safe to share.

Belongs here: :class:`Layer` and the checks on what a caller passes in. Does not: joins.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from assetmap.errors import ConfigError, ContractError
from assetmap.geography import require_bng
from assetmap.spatial.engine import Points, hilbert_order

if TYPE_CHECKING:
    import geopandas as gpd

_POINT: Final = 0
_WORD_BYTES: Final = 8
_MAX_ID_BYTES: Final = 48
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
    """Return the positions of ``ids`` in ascending order."""
    if ids.is_monotonic_increasing:
        return np.arange(len(ids))
    words = _sort_words(ids) if isinstance(ids.dtype, pd.StringDtype) else []
    order: np.ndarray = _order_of(words) if words else np.asarray(ids.argsort())
    return order


def _order_of(words: list[np.ndarray]) -> np.ndarray:
    order: np.ndarray = np.argsort(words[0]) if len(words) == 1 else np.lexsort(words[::-1])
    return order


def _sort_words(ids: pd.Index) -> list[np.ndarray]:
    """Return numbers that order text ids as the text does, most significant first.

    Bytes of UTF-8 sort as its characters do, and bytes that all ids share do not sort
    them at all; the others fit a number or two, which sort several times faster than
    text. Nothing is returned where they do not.
    """
    text = pa.array(ids, type=pa.large_string())
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    width = pc.max(pc.binary_length(text)).as_py()
    if width > _MAX_ID_BYTES or pc.any(pc.match_substring(text, "\0")).as_py():
        return []
    padded = pc.ascii_rpad(text, width, padding="\0")
    letters = np.frombuffer(padded.buffers()[2], dtype=np.uint8)[: len(ids) * width]
    letters = letters.reshape(len(ids), width)
    differing = [k for k in range(width) if (letters[:, k] != letters[0, k]).any()]
    return [
        _packed(letters, differing[first : first + _WORD_BYTES])
        for first in range(0, len(differing), _WORD_BYTES)
    ]


def _packed(letters: np.ndarray, columns: list[int]) -> np.ndarray:
    word: np.ndarray = np.zeros(len(letters), dtype=np.uint64)
    for column in columns:
        word = (word << np.uint64(8)) | letters[:, column]
    return word


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
