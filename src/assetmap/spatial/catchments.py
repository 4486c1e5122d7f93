"""Catchments: the outline of everything within a distance of a site, and what it covers.

Belongs here: buffers of sites and the share of each LSOA inside them. Does not: counts of
people, nor points in catchments, which are measured and not buffered (``assets.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from assetmap.errors import ConfigError, ContractError
from assetmap.geography import BNG
from assetmap.spatial import engine
from assetmap.spatial.layers import area_layer, require_metres, require_valid, shape_layer

if TYPE_CHECKING:
    import pandas as pd

_QUAD_SEGS: Final = 32
_CHUNK_CATCHMENTS: Final = 256
_KEY: Final = ["site_id", "catchment_m"]


def site_catchment(sites: gpd.GeoSeries, distances_m: tuple[int, ...]) -> gpd.GeoDataFrame:
    """Return the outline of each catchment: the site and everything within the distance.

    Round corners are drawn with 32 segments a quarter circle: the outline lies inside the
    true one by less than 0.04 % of the distance. Distances between points and sites are
    therefore measured with :func:`assetmap.spatial.asset_near_site`, never read off here.

    Parameters
    ----------
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.
    distances_m
        Metres from the site's boundary, more than 0; repeats count once.

    Returns
    -------
    gpd.GeoDataFrame
        ``site_id, catchment_m, geometry`` in EPSG:27700, one row a site and distance, in
        that order.

    Raises
    ------
    CRSError, ContractError
        The layer is in another system, has unusable ids or geometry, or an outline
        crosses itself.
    ConfigError
        A distance is 0, negative or not finite.
    """
    layer = shape_layer(sites, "sites")
    require_valid(layer)
    distances = _distances(distances_m)
    site = np.repeat(np.arange(len(layer)), len(distances))
    metres = np.tile(distances, len(layer))
    outlines = shapely.buffer(layer.geometry[site], metres, quad_segs=_QUAD_SEGS)
    return gpd.GeoDataFrame(
        {"site_id": layer.ids.take(site), "catchment_m": metres}, geometry=outlines, crs=BNG
    )


def lsoa_overlap_site_catchment(lsoas: gpd.GeoSeries, catchments: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what share of each LSOA's area lies in each catchment that overlaps it.

    ``area_share = area(LSOA ∩ catchment) / area(LSOA)``, more than 0 and at most 1.

    Parameters
    ----------
    lsoas
        Polygons, index ``lsoa11cd``, EPSG:27700.
    catchments
        ``site_id, catchment_m, geometry``, as :func:`site_catchment` returns them.

    Returns
    -------
    pd.DataFrame
        ``lsoa11cd, site_id, catchment_m, area_share``, in order of the first three. An
        LSOA that only touches a catchment is absent.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, has unusable ids or geometry, or an outline crosses
        itself; a catchment repeats.
    """
    zones = area_layer(lsoas, "lsoas")
    ordered = _ordered_catchments(catchments)
    outlines = area_layer(ordered.geometry, "catchments")
    require_valid(zones)
    require_valid(outlines)
    catchment, zone, share = _area_shares(zones.geometry, outlines.geometry)
    rows: pd.DataFrame = ordered[_KEY].take(catchment).reset_index(drop=True)
    rows.insert(0, "lsoa11cd", zones.ids.take(zone))
    rows["area_share"] = share
    return rows


def _distances(distances_m: tuple[int, ...]) -> np.ndarray:
    for distance_m in distances_m:
        require_metres(distance_m, "catchment_m")
    distances = np.unique(np.asarray(distances_m, dtype=np.int64))
    if (distances == 0).any():
        message = "catchment_m is 0, which is the site itself. Give more than 0 metres."
        raise ConfigError(message)
    return distances


def _ordered_catchments(catchments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    repeated = catchments.duplicated(_KEY).to_numpy()
    if repeated.any():
        site_id, metres = catchments[_KEY].iloc[int(np.argmax(repeated))]
        message = (
            f"catchments: [site_id, catchment_m] repeats in {int(repeated.sum())} of "
            f"{len(catchments)} rows, e.g. {site_id} {metres} m. Give each catchment once."
        )
        raise ContractError(message)
    return catchments.sort_values(_KEY, ignore_index=True)


def _area_shares(
    zones: np.ndarray, outlines: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions of outline and zone and the share, in order of zone, then outline."""
    tree = shapely.STRtree(zones)
    zone_m2 = shapely.area(zones)

    def measure(part: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        i, j = tree.query(outlines[part], predicate="intersects")
        shared_m2 = shapely.area(shapely.intersection(zones[j], outlines[part][i]))
        return i + part.start, j, shared_m2 / zone_m2[j]

    parts = engine.map_chunks(measure, len(outlines), _CHUNK_CATCHMENTS)
    if not parts:
        none = np.empty(0, dtype=np.intp)
        return none, none, np.empty(0)
    i, j, share = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((i, j))
    order = order[share[order] > 0]
    # An overlay may come out a rounding error larger than what went in.
    return i[order], j[order], np.minimum(share[order], 1.0)
