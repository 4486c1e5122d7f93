"""Points against areas and sites: which holds an asset, which is near, which is nearest.

Belongs here: the association tables with an asset or a postcode on one side, and the
lines that draw them. Does not: catchment outlines (``catchments.py``) or sites against
areas (``areas.py``). Distances are straight lines in metres from a site's boundary,
0 inside it, and are not rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import ConfigError, ContractError
from assetmap.geography import BNG
from assetmap.spatial import engine
from assetmap.spatial.layers import area_layer, point_layer, require_metres, shape_layer

if TYPE_CHECKING:
    from assetmap.spatial.layers import Layer, PointLayer


def asset_in_area(assets: gpd.GeoSeries, areas: gpd.GeoSeries) -> pd.DataFrame:
    """Return the area that holds each asset.

    Parameters
    ----------
    assets
        Points, index ``asset_id``, EPSG:27700.
    areas
        Polygons, index ``area_code``, EPSG:27700.

    Returns
    -------
    pd.DataFrame
        ``asset_id, area_code``, at most one row an asset, in order of ``asset_id``. An
        asset on a shared edge goes to the lowest ``area_code``; one in no area is absent.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, or has unusable ids or geometry.
    """
    points, polygons = point_layer(assets, "assets"), area_layer(areas, "areas")
    area = engine.first_polygon(points.points, polygons.geometry)
    held = np.flatnonzero(area >= 0)
    return pd.DataFrame(
        {"asset_id": points.ids.take(held), "area_code": polygons.ids.take(area[held])}
    )


def asset_near_site(
    assets: gpd.GeoSeries, sites: gpd.GeoSeries, max_distance_m: float
) -> pd.DataFrame:
    """Return every pair of an asset and a site that are ``max_distance_m`` apart or less.

    Parameters
    ----------
    assets
        Points, index ``asset_id``, EPSG:27700.
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.
    max_distance_m
        Metres from the site's boundary, itself included.

    Returns
    -------
    pd.DataFrame
        ``asset_id, site_id, distance_m``, in order of ``asset_id``, ``site_id``.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, or has unusable ids or geometry.
    ConfigError
        ``max_distance_m`` is negative or not finite.
    """
    return _point_near_site(point_layer(assets, "assets"), sites, max_distance_m, "asset_id")


def postcode_in_site_catchment(
    postcodes: gpd.GeoSeries, sites: gpd.GeoSeries, max_distance_m: float
) -> pd.DataFrame:
    """Return every pair of a postcode's point and a site within ``max_distance_m``.

    Parameters
    ----------
    postcodes
        Points, index ``postcode``, EPSG:27700.
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.
    max_distance_m
        Metres from the site's boundary, itself included.

    Returns
    -------
    pd.DataFrame
        ``postcode, site_id, distance_m``, in order of ``postcode``, ``site_id``.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, or has unusable ids or geometry.
    ConfigError
        ``max_distance_m`` is negative or not finite.
    """
    return _point_near_site(point_layer(postcodes, "postcodes"), sites, max_distance_m, "postcode")


def asset_nearest_site(assets: gpd.GeoSeries, sites: gpd.GeoSeries) -> pd.DataFrame:
    """Return the nearest site of each asset, however far.

    Parameters
    ----------
    assets
        Points, index ``asset_id``, EPSG:27700.
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.

    Returns
    -------
    pd.DataFrame
        ``asset_id, site_id, distance_m``, one row an asset, in order of ``asset_id``; of
        sites equally near the lowest ``site_id``. Without sites there is no row.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, or has unusable ids or geometry.
    """
    points, shapes = point_layer(assets, "assets"), shape_layer(sites, "sites")
    pairs = engine.nearest_shape(points.points, shapes.geometry)
    return _pair_table(pairs, points, shapes, "asset_id")


def site_nearest_asset(
    sites: gpd.GeoSeries, assets: gpd.GeoSeries, kinds: pd.Series, *, count: int
) -> pd.DataFrame:
    """Return the ``count`` nearest assets of each kind for each site, however far.

    Parameters
    ----------
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.
    assets
        Points, index ``asset_id``, EPSG:27700.
    kinds
        Kind of each asset, index ``asset_id``.
    count
        Ranks to give; a kind with fewer assets gives fewer.

    Returns
    -------
    pd.DataFrame
        ``site_id, kind, kind_rank, asset_id, distance_m``, in order of ``site_id``,
        ``kind``, ``kind_rank`` (1 is nearest; equally near assets rank by ``asset_id``).

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, or has unusable ids or geometry; an asset has no kind.
    ConfigError
        ``count`` is below 1.
    """
    if count < 1:
        message = f"count is {count}, which ranks nothing. Give 1 or more."
        raise ConfigError(message)
    shapes, points = shape_layer(sites, "sites"), point_layer(assets, "assets")
    codes, names = pd.factorize(_kind_of(points, kinds), sort=True)
    tables = [
        _nearest_of_kind(shapes, points, np.flatnonzero(codes == code), count).assign(kind=name)
        for code, name in enumerate(names)
    ]
    columns = ["site_id", "kind", "kind_rank", "asset_id", "distance_m"]
    if not tables:
        return _no_ranks(shapes, points)[columns]
    key = ["site_id", "kind", "kind_rank"]
    return pd.concat(tables).sort_values(key, ignore_index=True)[columns]


def link_line(pairs: pd.DataFrame, assets: gpd.GeoSeries, sites: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the shortest line from the edge of the site to the asset, for each pair.

    An asset inside a site or on its edge gets a line of length 0 from itself to itself,
    so that length is always ``distance_m`` and every line has a place on a map. Such a
    line has two coordinates and survives WKB, but OGC validity wants two different
    points: ``is_valid`` is False for it.

    Parameters
    ----------
    pairs
        Columns ``asset_id`` and ``site_id``.
    assets
        Points, index ``asset_id``, EPSG:27700.
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.

    Returns
    -------
    gpd.GeoSeries
        Two-point lines in EPSG:27700, with the index of ``pairs``.

    Raises
    ------
    CRSError, ContractError
        A layer is in another system, or has unusable ids or geometry; a pair names an id
        that its layer does not hold.
    """
    points, shapes = point_layer(assets, "assets"), shape_layer(sites, "sites")
    ends = points.points.xy[_positions(pairs["asset_id"], points)]
    starts = shapes.geometry[_positions(pairs["site_id"], shapes)]
    lines = shapely.shortest_line(starts, shapely.points(ends))
    return gpd.GeoSeries(lines, index=pairs.index, crs=BNG, name="geometry")


def _point_near_site(
    points: PointLayer, sites: gpd.GeoSeries, max_distance_m: float, id_column: str
) -> pd.DataFrame:
    require_metres(max_distance_m, "max_distance_m")
    shapes = shape_layer(sites, "sites")
    pairs = engine.pairs_within(points.points, shapes.geometry, max_distance_m)
    return _pair_table(pairs, points, shapes, id_column)


def _pair_table(
    pairs: engine.Pairs, points: PointLayer, shapes: Layer, id_column: str
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            id_column: points.ids.take(pairs.left),
            "site_id": shapes.ids.take(pairs.right),
            "distance_m": pairs.distance_m,
        },
        copy=False,
    )


def _kind_of(points: PointLayer, kinds: pd.Series) -> pd.Series:
    if not kinds.index.is_unique:
        example = kinds.index[kinds.index.duplicated()][0]
        message = (
            f"kinds: id repeats, e.g. {example!r}. Give one kind an asset in the dataset's stage()."
        )
        raise ContractError(message)
    known = kinds.reindex(points.ids)
    absent = known.isna().to_numpy()
    if absent.any():
        message = (
            f"kinds: {int(absent.sum())} of {len(points)} assets have no kind, "
            f"e.g. {points.ids[int(np.argmax(absent))]!r}. Give each one in the dataset's stage()."
        )
        raise ContractError(message)
    return known


def _nearest_of_kind(
    shapes: Layer, points: PointLayer, members: np.ndarray, count: int
) -> pd.DataFrame:
    pairs = engine.nearest_points(shapes.geometry, points.points.xy[members], count)
    return pd.DataFrame(
        {
            "site_id": shapes.ids.take(pairs.left),
            "kind_rank": engine.rank_in_group(pairs.left) + 1,
            "asset_id": points.ids.take(members[pairs.right]),
            "distance_m": pairs.distance_m,
        }
    )


def _no_ranks(shapes: Layer, points: PointLayer) -> pd.DataFrame:
    table = _nearest_of_kind(shapes, points, np.empty(0, dtype=np.intp), 1)
    return table.assign(kind=pd.Series(dtype="str"))


def _positions(ids: pd.Series, layer: Layer | PointLayer) -> np.ndarray:
    positions: np.ndarray = layer.ids.get_indexer(pd.Index(ids))
    unknown = positions < 0
    if unknown.any():
        message = (
            f"pairs: {int(unknown.sum())} of {len(ids)} rows name an id that {layer.name} does "
            f"not hold, e.g. {ids.iloc[int(np.argmax(unknown))]!r}. Pass the layer that the "
            "pairs were made from."
        )
        raise ContractError(message)
    return positions
