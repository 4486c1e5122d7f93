"""Sites against areas: inside, overlapping, adjacent or outside.

Belongs here: the relation of every site to every area. Does not: assets in areas
(``assets.py``), nor what an area's figures mean for a site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from assetmap.spatial import engine
from assetmap.spatial.layers import area_layer, require_metres, require_valid, shape_layer

if TYPE_CHECKING:
    import geopandas as gpd

INSIDE: Final = "inside"
OVERLAPS: Final = "overlaps"
ADJACENT: Final = "adjacent"
OUTSIDE: Final = "outside"

_SHARE_TOLERANCE: Final = 1e-9
"""Less than this share of a site is what rounding leaves along an edge, not land."""
_CHUNK_PAIRS: Final = 16_384


def site_in_area(sites: gpd.GeoSeries, areas: gpd.GeoSeries, *, adjacent_m: float) -> pd.DataFrame:
    """Return how every site lies to every area.

    ``overlap_share = area(site ∩ area) / area(site)``; a site without a surface has 1 where
    the area covers it, edge included, and 0 otherwise. A share within 1e-9 of 0 or 1 is
    taken for 0 or 1: outlines that share an edge leave slivers.

    Parameters
    ----------
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.
    areas
        Polygons, index ``area_code``, EPSG:27700. All pairs are measured: wards, districts
        and a study area, not the whole country at once.
    adjacent_m
        Metres from a site within which an area that does not overlap it is adjacent.

    Returns
    -------
    pd.DataFrame
        ``site_id, area_code, relation, distance_m, overlap_share``, one row a site and
        area, in that order. ``relation`` is ``inside`` (the whole site), ``overlaps``
        (part of it), ``adjacent`` (none of it, ``distance_m`` at most ``adjacent_m``) or
        ``outside``.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, has unusable ids or geometry, or an outline crosses
        itself.
    ConfigError
        ``adjacent_m`` is negative or not finite.
    """
    require_metres(adjacent_m, "adjacent_m")
    shapes, polygons = shape_layer(sites, "sites"), area_layer(areas, "areas")
    require_valid(shapes)
    require_valid(polygons)
    site = np.repeat(np.arange(len(shapes)), len(polygons))
    area = np.tile(np.arange(len(polygons)), len(shapes))
    metres = _distances(shapes.geometry[site], polygons.geometry[area])
    share = _overlap_shares(shapes.geometry[site], polygons.geometry[area], metres == 0)
    return pd.DataFrame(
        {
            "site_id": shapes.ids.take(site),
            "area_code": polygons.ids.take(area),
            "relation": _relations(share, metres, adjacent_m),
            "distance_m": metres,
            "overlap_share": share,
        }
    )


def _distances(sites: np.ndarray, areas: np.ndarray) -> np.ndarray:
    metres = np.empty(len(sites))

    def measure(part: slice) -> None:
        metres[part] = shapely.distance(sites[part], areas[part])

    engine.map_chunks(measure, len(sites), _CHUNK_PAIRS)
    return metres


def _overlap_shares(sites: np.ndarray, areas: np.ndarray, touching: np.ndarray) -> np.ndarray:
    share = np.zeros(len(sites))
    site_m2 = shapely.area(sites)
    surface = touching & (site_m2 > 0)
    shared_m2 = shapely.area(shapely.intersection(sites[surface], areas[surface]))
    share[surface] = shared_m2 / site_m2[surface]
    bare = touching & (site_m2 == 0)
    share[bare] = shapely.covered_by(sites[bare], areas[bare])
    share[share >= 1 - _SHARE_TOLERANCE] = 1.0
    share[share <= _SHARE_TOLERANCE] = 0.0
    return share


def _relations(share: np.ndarray, metres: np.ndarray, adjacent_m: float) -> pd.Series:
    conditions = [share == 1, share > 0, metres <= adjacent_m]
    named = np.select(conditions, [INSIDE, OVERLAPS, ADJACENT], OUTSIDE)
    return pd.Series(named, dtype="str")
