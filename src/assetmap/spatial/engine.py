"""The fast part of every join: ordered points, one tree, chunks in threads.

Belongs here: functions from arrays of coordinates and shapes to arrays of positions and
metres. Does not: ids, tables or checks of what a user gave.

Points are queried along a Hilbert curve, so that a chunk meets few nodes of the tree and
they stay in the processor's cache. shapely's bulk calls release the interpreter lock, so
chunks run side by side. Each chunk writes or yields its own rows: how many threads ran
cannot be seen in a result.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import shapely
from scipy.spatial import cKDTree

from assetmap.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")

THREADS: Final = "ASSETMAP_THREADS"
"""Name of the environment variable that says how many threads a join uses."""
CHUNK_ROWS: Final = 32_768
"""Points in one chunk where each meets about one shape."""
PAIR_CHUNK_ROWS: Final = 4_096
"""Points in one chunk where each may meet many: bounds what a thread holds at a time."""
_COUNT: Final = re.compile(r"[1-9][0-9]{0,2}")
_GROUP_ROWS: Final = 16
"""Neighbours on the curve that ask the tree as one box."""
_CURVE_BITS: Final = 16
_SLACK_M: Final = 0.001
"""Search a millimetre further than asked, then measure: no pair is lost to rounding."""


@dataclass(frozen=True, eq=False)
class Points:
    """Coordinates in metres, one row a point, and the positions along a Hilbert curve."""

    xy: np.ndarray
    curve: np.ndarray


@dataclass(frozen=True, eq=False)
class Pairs:
    """Positions on the left and right and the metres between them, in order of both."""

    left: np.ndarray
    right: np.ndarray
    distance_m: np.ndarray


def worker_count() -> int:
    """Return how many threads a join uses: what ASSETMAP_THREADS says, or one a processor.

    Raises
    ------
    ConfigError
        ASSETMAP_THREADS is no whole number from 1.
    """
    said = os.environ.get(THREADS, "").strip()
    if not said:
        return os.cpu_count() or 1
    if not _COUNT.fullmatch(said):
        message = f"{THREADS}: {said[:20]!r} is not a whole number from 1 to 999. Mend or unset it."
        raise ConfigError(message)
    return int(said)


def map_chunks(work: Callable[[slice], _Result], count: int, rows: int) -> list[_Result]:
    """Return ``work`` of each slice of ``rows`` out of ``count``, in order, from threads."""
    slices = [slice(start, min(start + rows, count)) for start in range(0, count, rows)]
    workers = min(worker_count(), len(slices))
    if workers <= 1:
        return [work(part) for part in slices]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, slices))


def hilbert_order(xy: np.ndarray) -> np.ndarray:
    """Return the positions of the points ``xy`` along a Hilbert curve over their extent."""
    if len(xy) == 0:
        return np.empty(0, dtype=np.intp)
    low = xy.min(axis=0)
    scale = (2**_CURVE_BITS - 1) / (float((xy.max(axis=0) - low).max()) or 1.0)

    def place(part: slice) -> np.ndarray:
        return _curve_place(((xy[part] - low) * scale).astype(np.uint32))

    order: np.ndarray = np.argsort(np.concatenate(map_chunks(place, len(xy), CHUNK_ROWS)))
    return order


def first_polygon(points: Points, polygons: np.ndarray) -> np.ndarray:
    """Return for each point the lowest position of a polygon that it touches, -1 if none."""
    found = np.full(len(points.xy), -1, dtype=np.int32)
    tree, bounds = shapely.STRtree(polygons), _bounds(polygons)

    def locate(part: slice) -> None:
        here = points.curve[part]
        xy = points.xy[here]
        i, j = _candidates(xy, tree, bounds, 0.0)
        # Prepared copies of this chunk's own: a prepared polygon is not safe to share.
        nearby, own = _compact(j, len(polygons))
        own_polygons = shapely.force_2d(polygons[nearby])
        shapely.prepare(own_polygons)
        inside = shapely.intersects_xy(own_polygons[own], xy[i, 0], xy[i, 1])
        lowest = np.full(len(here), len(polygons), dtype=np.intp)
        np.minimum.at(lowest, i[inside], j[inside])
        found[here] = np.where(lowest < len(polygons), lowest, -1)

    map_chunks(locate, len(points.curve), CHUNK_ROWS)
    return found


def pairs_within(points: Points, shapes: np.ndarray, max_distance_m: float) -> Pairs:
    """Return every pair of a point and a shape with ``max_distance_m`` or less between."""
    tree, bounds = shapely.STRtree(shapes), _bounds(shapes)

    def measure(part: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        xy = points.xy[points.curve[part]]
        i, j = _candidates(xy, tree, bounds, max_distance_m + _SLACK_M)
        metres = shapely.distance(shapely.points(xy)[i], shapes[j])
        near = np.flatnonzero(metres <= max_distance_m)
        near = near[np.argsort(i[near] * len(shapes) + j[near])]
        counts = np.bincount(i[near], minlength=len(xy)).astype(np.int32)
        return counts, j[near].astype(np.int32), metres[near]

    return _joined(map_chunks(measure, len(points.curve), PAIR_CHUNK_ROWS), points.curve)


def nearest_shape(points: Points, shapes: np.ndarray) -> Pairs:
    """Return the nearest shape of each point, the lowest position where several tie."""
    if len(shapes) == 0:
        return _no_pairs()
    nearest = np.empty(len(points.xy), dtype=np.int32)
    metres = np.empty(len(points.xy))
    tree = shapely.STRtree(shapes)

    def locate(part: slice) -> None:
        here = points.curve[part]
        own_points = shapely.points(points.xy[here])
        i, j = tree.query_nearest(own_points, all_matches=True)
        lowest = np.full(len(here), len(shapes), dtype=np.intp)
        np.minimum.at(lowest, i, j)
        nearest[here] = lowest
        metres[here] = shapely.distance(own_points, shapes[lowest])

    map_chunks(locate, len(points.curve), CHUNK_ROWS)
    return Pairs(np.arange(len(points.xy), dtype=np.int32), nearest, metres)


def nearest_points(shapes: np.ndarray, xy: np.ndarray, count: int) -> Pairs:
    """Return the ``count`` nearest points of each shape, nearest first, ties by position.

    The points nearest to a shape's middle give an upper limit for the ``count``-th
    distance from its edge; everything within that limit is measured and ranked.
    """
    if len(xy) == 0 or len(shapes) == 0:
        return _no_pairs()
    points = shapely.points(xy)
    by_position = cKDTree(xy)
    ranks = np.arange(1, min(count, len(xy)) + 1)
    tree = shapely.STRtree(points)

    def measure(part: slice) -> Pairs:
        here = shapes[part]
        middles = shapely.get_coordinates(shapely.centroid(here))
        _, candidates = by_position.query(middles, k=ranks)
        limits = shapely.distance(points[candidates], here[:, None]).max(axis=1)
        i, j = tree.query(here, predicate="dwithin", distance=limits + _SLACK_M)
        metres = shapely.distance(points[j], here[i])
        return _ranked(Pairs(i + part.start, j, metres), count)

    return _stacked(map_chunks(measure, len(shapes), PAIR_CHUNK_ROWS))


def rank_in_group(left: np.ndarray) -> np.ndarray:
    """Return 0, 1, 2 … within each run of equal values of the sorted array ``left``."""
    if len(left) == 0:
        return np.empty(0, dtype=np.intp)
    starts = np.flatnonzero(np.r_[True, left[1:] != left[:-1]])
    lengths = np.diff(np.r_[starts, len(left)])
    ranks: np.ndarray = np.arange(len(left)) - np.repeat(starts, lengths)
    return ranks


def _curve_place(cells: np.ndarray) -> np.ndarray:
    """Return how far along the Hilbert curve each cell of the plane lies.

    At each level a cell's quadrant gives two bits of its place, and the plane is mirrored
    or turned so that the next level starts where the curve enters that quadrant.
    """
    x, y = cells.T.copy()
    place: np.ndarray = np.zeros(len(cells), dtype=np.uint32)
    for level in range(_CURVE_BITS - 1, -1, -1):
        right, upper = (x >> level) & 1, (y >> level) & 1
        place = (place << 2) | ((3 * right) ^ upper)
        mirrored = np.where(right > upper, np.uint32((1 << level) - 1), np.uint32(0))
        x, y = x ^ mirrored, y ^ mirrored
        swapped = np.where(upper == 0, x ^ y, np.uint32(0))
        x, y = x ^ swapped, y ^ swapped
    return place


def _bounds(shapes: np.ndarray) -> np.ndarray:
    bounds: np.ndarray = shapely.bounds(shapes).reshape(-1, 4)
    return bounds


def _candidates(
    xy: np.ndarray, tree: shapely.STRtree, bounds: np.ndarray, reach_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return each pair of a point and a shape whose bounding box is within ``reach_m``.

    Neighbours on the curve ask the tree together, as one box, and what it answers is
    sifted point by point: a few per cent of the questions, none of them a Python object.
    """
    starts = np.arange(0, len(xy), _GROUP_ROWS)
    low = np.minimum.reduceat(xy, starts) - reach_m
    high = np.maximum.reduceat(xy, starts) + reach_m
    group, j = tree.query(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
    i = (group[:, None] * _GROUP_ROWS + np.arange(_GROUP_ROWS)).ravel()
    j = np.repeat(j, _GROUP_ROWS)
    kept = np.flatnonzero(i < len(xy))
    i, j = i[kept], j[kept]
    x, y = xy[i, 0], xy[i, 1]
    beside = np.maximum(np.maximum(bounds[j, 0] - x, x - bounds[j, 2]), 0)
    above = np.maximum(np.maximum(bounds[j, 1] - y, y - bounds[j, 3]), 0)
    close = np.flatnonzero(beside**2 + above**2 <= reach_m**2)
    return i[close], j[close]


def _compact(positions: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct ``positions`` out of ``count``, and each one's place among them."""
    used = np.zeros(count, dtype=bool)
    used[positions] = True
    return np.flatnonzero(used), (np.cumsum(used) - 1)[positions]


def _joined(chunks: list[tuple[np.ndarray, np.ndarray, np.ndarray]], order: np.ndarray) -> Pairs:
    """Put chunks along the curve back into the order of points, without a sort.

    Each point's pairs are together and sorted; they move as a block to where the counts
    of the points before it say. A chunk is let go as soon as it has moved.
    """
    counts = np.zeros(len(order), dtype=np.int64)
    if chunks:
        counts[order] = np.concatenate([chunk[0] for chunk in chunks])
    starts = np.cumsum(counts) - counts
    right = np.empty(counts.sum(), dtype=np.int32)
    metres = np.empty(counts.sum())
    first = len(order)
    while chunks:
        sizes, j, distance_m = chunks.pop()
        first -= len(sizes)
        moved = starts[order[first : first + len(sizes)]] - (np.cumsum(sizes) - sizes)
        target = np.repeat(moved, sizes) + np.arange(len(j))
        right[target], metres[target] = j, distance_m
    return Pairs(np.repeat(np.arange(len(order), dtype=np.int32), counts), right, metres)


def _ranked(pairs: Pairs, count: int) -> Pairs:
    order = np.lexsort((pairs.right, pairs.distance_m, pairs.left))
    order = order[rank_in_group(pairs.left[order]) < count]
    return Pairs(pairs.left[order], pairs.right[order], pairs.distance_m[order])


def _stacked(parts: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.distance_m for part in parts]),
    )


def _no_pairs() -> Pairs:
    none = np.empty(0, dtype=np.int32)
    return Pairs(none, none, np.empty(0))
