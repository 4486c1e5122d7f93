"""Coordinates in published files, and whether one of them gives a home away.

Belongs here: finding pairs of numbers and vertices of geometries, and their distance to
homes. Does not: reading files (``leak_views.py``). Pairs may be degrees in either order
(EPSG:4326, three decimals or more) or metres of the British National Grid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from assetmap.geography import BNG_EASTINGS, BNG_NORTHINGS, to_bng

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assetmap.disclosure.leak_views import View

SAME_POINT_M: Final = 1.0
"""Metres within which a coordinate is taken for a published point."""

_NUMBER: Final = re.compile(
    r"[-+\d](?<![\w.].)(?:(?<=\d)\d?|(?<=[-+])\d{1,2})(?:\.\d{3,}|\d{3,6}(?:\.\d+)?)"
    r"(?:[eE][-+]?\d+)?(?![\w]|\.\d)"
)
_BREAK: Final = re.compile(r"[\[\](){}]")
_MAX_GAP: Final = 80
_LONGITUDES: Final = (-9.0, 2.5)
_LATITUDES: Final = (49.0, 61.5)
_LEAST_METRES: Final = 1_000
_WKB_TEXT: Final = re.compile(r"(?<![0-9A-Fa-f])0[01][0-9A-Fa-f]{40,}(?![0-9A-Fa-f])")
_ENVELOPES: Final = (0, 32, 48, 48, 64)
"""Bytes of the bounds in a GeoPackage geometry, by the code in its flags."""


@dataclass(frozen=True)
class Homes:
    """Homes to keep away from, and points that may be published all the same, in metres."""

    homes: cKDTree
    allowed: cKDTree | None
    distance_m: float

    def count_near(self, points: np.ndarray) -> int:
        """Return how many of ``points`` (easting, northing) give a home away."""
        near = points[self.homes.query(points, distance_upper_bound=self.distance_m)[0] < np.inf]
        if self.allowed is None or not len(near):
            return len(near)
        return int((self.allowed.query(near)[0] > SAME_POINT_M).sum())


def make_homes(homes: np.ndarray, allowed: np.ndarray, distance_m: float) -> Homes:
    """Return search trees of ``homes`` and ``allowed``, arrays of longitude and latitude."""
    return Homes(
        homes=cKDTree(_project(homes)),
        allowed=cKDTree(_project(allowed)) if len(allowed) else None,
        distance_m=distance_m,
    )


def points_of(view: View) -> np.ndarray:
    """Return every coordinate pair of a view as eastings and northings in metres."""
    if view.geometries:
        return _to_metres(_vertices(view.geometries))
    pairs = [pair for numbers in _sequences(view) for pair in _pairs(numbers)]
    vertices = _vertices(tuple(map(bytes.fromhex, _even(_WKB_TEXT.findall(view.text)))))
    return _to_metres(np.concatenate([np.array(pairs, dtype=float).reshape(-1, 2), vertices]))


def _even(runs: list[str]) -> list[str]:
    return [run[: len(run) - len(run) % 2] for run in runs]


def _sequences(view: View) -> Iterator[list[float]]:
    """Yield the numbers that stand together: in one row, or close and in the same brackets."""
    if view.is_rows:
        yield from ([float(n) for n in _NUMBER.findall(line)] for line in view.text.splitlines())
        return
    together: list[float] = []
    end = 0
    for match in _NUMBER.finditer(view.text):
        gap = view.text[end : min(match.start(), end + _MAX_GAP + 1)]
        if len(gap) > _MAX_GAP or _BREAK.search(gap):
            yield together
            together = []
        together.append(float(match[0]))
        end = match.end()
    yield together


def _pairs(numbers: list[float]) -> Iterator[tuple[float, float]]:
    """Yield neighbours that can be a coordinate pair; no number belongs to two pairs."""
    position = 0
    while position < len(numbers) - 1:
        first, second = numbers[position : position + 2]
        is_pair = _is_degrees(first, second) or _is_degrees(second, first)
        is_pair = is_pair or _is_metres(first, second)
        if is_pair:
            yield first, second
        position += 2 if is_pair else 1


def _is_degrees(longitude: float, latitude: float) -> bool:
    west, east = _LONGITUDES
    south, north = _LATITUDES
    return west <= longitude <= east and south <= latitude <= north


def _is_metres(easting: float, northing: float) -> bool:
    return (
        _LEAST_METRES <= easting <= BNG_EASTINGS[1]
        and _LEAST_METRES <= northing <= BNG_NORTHINGS[1]
    )


def _vertices(geometries: tuple[bytes, ...]) -> np.ndarray:
    shapes = shapely.from_wkb([_wkb(data) for data in geometries], on_invalid="ignore")
    return np.asarray(shapely.get_coordinates(shapes), dtype=float)


def _wkb(data: bytes) -> bytes:
    """Return the plain WKB of a geometry as GeoPackage stores it; others as they are."""
    if data[:2] != b"GP" or len(data) < 8:  # noqa: PLR2004 - its header
        return data
    envelope = min(data[3] >> 1 & 0b111, len(_ENVELOPES) - 1)
    return data[8 + _ENVELOPES[envelope] :]


def _to_metres(pairs: np.ndarray) -> np.ndarray:
    """Return pairs as metres: degrees in either order are projected, the rest kept."""
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    first, second = pairs[:, 0], pairs[:, 1]
    is_lon_lat = _within(first, _LONGITUDES) & _within(second, _LATITUDES)
    is_lat_lon = _within(second, _LONGITUDES) & _within(first, _LATITUDES)
    degrees = np.concatenate([pairs[is_lon_lat], pairs[is_lat_lon][:, ::-1]])
    metres = pairs[~is_lon_lat & ~is_lat_lon]
    return np.concatenate([_project(degrees), metres])


def _within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return (values >= limits[0]) & (values <= limits[1])


def _project(lon_lat: np.ndarray) -> np.ndarray:
    points = np.asarray(lon_lat, dtype=float).reshape(-1, 2)
    return np.column_stack(to_bng().transform(points[:, 0], points[:, 1]))
