"""The spatial step: layers out of the warehouse, narrow association tables back into it.

Belongs here: which tables go through which function of ``spatial``, and under which names
the results are kept. Does not: any geometry of its own (``spatial/``), any counting
(``sql/``).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from assetmap import spatial
from assetmap.geography import BNG
from assetmap.statements import read_statements
from assetmap.warehouse import fetch, write_typed

if TYPE_CHECKING:
    import duckdb

    from assetmap.settings import StudyArea

_LOG = logging.getLogger(__name__)

_ID: Final = "VARCHAR"
_NUMBER: Final = "DOUBLE"
_WHOLE: Final = "BIGINT"
_SHAPE: Final = "BLOB"

PLACED: Final[dict[str, dict[str, str]]] = {
    "int_register_site_in_lsoa11": {"register_id": _ID, "lsoa11cd": _ID},
}
"""Tables that :func:`place_register` writes, with their columns."""

TABLES: Final[dict[str, dict[str, str]]] = {
    "int_area_outline": {"area_code": _ID, "geom_27700": _SHAPE},
    "int_asset_point": {"asset_id": _ID, "geom_27700": _SHAPE},
    "int_asset_in_lsoa11": {"asset_id": _ID, "lsoa11cd": _ID},
    "int_asset_near_site": {"asset_id": _ID, "site_id": _ID, "distance_m": _NUMBER},
    "int_asset_nearest_site": {"asset_id": _ID, "site_id": _ID, "distance_m": _NUMBER},
    "int_link_line": {"asset_id": _ID, "site_id": _ID, "geom_27700": _SHAPE},
    "int_lsoa_overlap_site_catchment": {
        "lsoa11cd": _ID,
        "site_id": _ID,
        "catchment_m": _WHOLE,
        "area_share": _NUMBER,
        "overlap_m2": _NUMBER,
    },
    "int_postcode_in_site_catchment": {"postcode": _ID, "site_id": _ID, "distance_m": _NUMBER},
    "int_site_catchment": {
        "site_id": _ID,
        "catchment_m": _WHOLE,
        "catchment_m2": _NUMBER,
        "geom_27700": _SHAPE,
    },
    "int_site_extent": {"site_id": _ID, "drawn_ha": _NUMBER},
    "int_site_in_area": {
        "site_id": _ID,
        "area_code": _ID,
        "relation": _ID,
        "distance_m": _NUMBER,
        "overlap_share": _NUMBER,
    },
    "int_site_nearest_asset": {
        "site_id": _ID,
        "kind": _ID,
        "kind_rank": _WHOLE,
        "asset_id": _ID,
        "distance_m": _NUMBER,
    },
    "int_site_overlaps_site": {"site_id": _ID, "other_site_id": _ID, "overlap_m2": _NUMBER},
}
"""Tables that :func:`link` writes, with their columns."""

_KEPT_DECIMALS: Final = {
    "distance_m": 3,
    "area_share": 9,
    "overlap_share": 9,
    "overlap_m2": 3,
    "drawn_ha": 4,
}


def place_register(con: duckdb.DuckDBPyConnection) -> None:
    """Write the tables of :data:`PLACED`: which LSOA holds each site of a register.

    It comes before :func:`link`: which of them are sites depends on where they lie.
    """
    layers = {name: fetch(con, text) for name, text in read_statements("placing").items()}
    points = _points(layers["register_site"], "register_id")
    held = spatial.asset_in_area(points, _shapes(layers["lsoa"], "lsoa11cd"))
    named = held.rename(columns={"asset_id": "register_id", "area_code": "lsoa11cd"})
    for table, types in PLACED.items():
        write_typed(con, table, named, types)


def link(con: duckdb.DuckDBPyConnection, study_area: StudyArea) -> dict[str, int]:
    """Write every table of :data:`TABLES`; return their row counts."""
    layers = {name: fetch(con, text) for name, text in read_statements("layers").items()}
    assets = _points(layers["asset"], "asset_id")
    kinds = pd.Series(layers["asset"]["kind"].to_numpy(), index=assets.index, name="kind")
    postcodes = _points(layers["postcode"], "postcode")
    sites = _shapes(layers["site"], "site_id")
    lsoas = _shapes(layers["lsoa"], "lsoa11cd")
    outlines = _outlines(layers["area_member"], lsoas)
    results = {
        "int_area_outline": _as_table(outlines),
        "int_asset_point": _as_table(assets),
        "int_asset_in_lsoa11": spatial.asset_in_area(assets, lsoas).rename(
            columns={"area_code": "lsoa11cd"}
        ),
        "int_asset_nearest_site": spatial.asset_nearest_site(assets, sites),
        "int_site_in_area": spatial.site_in_area(sites, outlines, adjacent_m=study_area.adjacent_m),
        "int_site_nearest_asset": spatial.site_nearest_asset(
            sites, assets, kinds, count=study_area.nearest_count
        ),
        "int_site_extent": spatial.site_extent(sites),
        "int_site_overlaps_site": spatial.site_overlaps_site(sites),
        **_reach(assets, postcodes, sites, max(study_area.catchments_m)),
        **_catchments(lsoas, sites, study_area.catchments_m),
    }
    for table, types in TABLES.items():
        write_typed(con, table, _rounded(results[table]), types)
    counts = {table: len(frame) for table, frame in sorted(results.items())}
    _LOG.info("links: %s", ", ".join(f"{table} {rows}" for table, rows in counts.items()))
    return counts


def _reach(
    assets: gpd.GeoSeries, postcodes: gpd.GeoSeries, sites: gpd.GeoSeries, farthest_m: int
) -> dict[str, pd.DataFrame]:
    pairs = spatial.asset_near_site(assets, sites, farthest_m)
    lines = spatial.link_line(pairs, assets, sites)
    return {
        "int_asset_near_site": pairs,
        "int_link_line": pairs[["asset_id", "site_id"]].assign(geom_27700=_wkb(lines)),
        "int_postcode_in_site_catchment": spatial.postcode_in_site_catchment(
            postcodes, sites, farthest_m
        ),
    }


def _catchments(
    lsoas: gpd.GeoSeries, sites: gpd.GeoSeries, distances_m: tuple[int, ...]
) -> dict[str, pd.DataFrame]:
    catchments = spatial.site_catchment(sites, distances_m)
    overlap = spatial.lsoa_overlap_site_catchment(lsoas, catchments)
    areas = lsoas.area.reindex(overlap["lsoa11cd"].astype("str")).to_numpy()
    drawn = pd.DataFrame(
        {
            "site_id": catchments["site_id"],
            "catchment_m": catchments["catchment_m"],
            "catchment_m2": catchments.geometry.area,
            "geom_27700": _wkb(catchments.geometry),
        }
    )
    return {
        "int_site_catchment": drawn,
        "int_lsoa_overlap_site_catchment": overlap.assign(overlap_m2=overlap["area_share"] * areas),
    }


def _outlines(members: pd.DataFrame, lsoas: gpd.GeoSeries) -> gpd.GeoSeries:
    """Dissolve LSOAs to wards, the study area and the parts of authorities that are loaded."""
    present = members[members["lsoa11cd"].isin(lsoas.index)]
    parts = gpd.GeoSeries(
        lsoas.reindex(present["lsoa11cd"]).to_numpy(),
        index=pd.Index(present["area_code"], name="area_code"),
        crs=BNG,
    )
    dissolved = gpd.GeoDataFrame(geometry=parts).dissolve(level=0).geometry.normalize()
    return gpd.GeoSeries(dissolved, crs=BNG)


def _points(rows: pd.DataFrame, key: str) -> gpd.GeoSeries:
    points = shapely.points(rows["easting_m"].to_numpy(), rows["northing_m"].to_numpy())
    return gpd.GeoSeries(points, index=_ids(rows, key), crs=BNG)


def _shapes(rows: pd.DataFrame, key: str) -> gpd.GeoSeries:
    shapes = shapely.from_wkb(rows["geom_27700"].to_numpy(dtype=object))
    return gpd.GeoSeries(shapes, index=_ids(rows, key), crs=BNG)


def _ids(rows: pd.DataFrame, key: str) -> pd.Index:
    return pd.Index(rows[key].astype("str"), name=key)


def _as_table(series: gpd.GeoSeries) -> pd.DataFrame:
    return pd.DataFrame({series.index.name: series.index, "geom_27700": _wkb(series)})


def _wkb(series: gpd.GeoSeries) -> list[bytes]:
    # Centimetres: what the sources can bear, and the same bytes on every machine.
    rounded = shapely.transform(series.to_numpy(), lambda xy: xy.round(2))
    return list(shapely.to_wkb(rounded))


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.round({name: n for name, n in _KEPT_DECIMALS.items() if name in frame})
