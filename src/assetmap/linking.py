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
from assetmap.warehouse import fetch, write_typed

if TYPE_CHECKING:
    import duckdb

    from assetmap.settings import StudyArea

_LOG = logging.getLogger(__name__)

_ID: Final = "VARCHAR"
_NUMBER: Final = "DOUBLE"
_WHOLE: Final = "BIGINT"
_SHAPE: Final = "BLOB"

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
}
"""Tables that this step writes, with their columns."""

INPUTS: Final = (
    "int_asset",
    "int_lsoa11_in_area",
    "int_postcode",
    "stg_lookup_lsoa11_ward17",
    "stg_lsoa_2011",
    "stg_master_plan_site",
)
"""Tables that this step reads; the lineage of every table that it writes."""

_KEPT_DECIMALS: Final = {"distance_m": 3, "area_share": 9, "overlap_share": 9, "overlap_m2": 3}


def link(con: duckdb.DuckDBPyConnection, study_area: StudyArea) -> dict[str, int]:
    """Write every table of :data:`TABLES`; return their row counts."""
    assets, kinds = _read_points(con, "int_asset", "asset_id")
    postcodes, _ = _read_points(con, "int_postcode", "postcode")
    sites = _read_shapes(con, "stg_master_plan_site", "site_id")
    lsoas = _read_shapes(con, "stg_lsoa_2011", "lsoa11cd")
    outlines = _outlines(con, lsoas)
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


def _outlines(con: duckdb.DuckDBPyConnection, lsoas: gpd.GeoSeries) -> gpd.GeoSeries:
    """Dissolve LSOAs to wards, the study area and the parts of authorities that are loaded."""
    members = fetch(
        con,
        "SELECT b.lsoa11cd, b.area_code FROM int_lsoa11_in_area AS b WHERE b.geography <> 'lad' "
        "UNION SELECT l.lsoa11cd, l.lad17cd FROM stg_lookup_lsoa11_ward17 AS l "
        "WHERE l.lad17cd IN (SELECT c.lad17cd FROM cfg_benchmark AS c) ORDER BY ALL",
    )
    present = members[members["lsoa11cd"].isin(lsoas.index)]
    parts = gpd.GeoSeries(
        lsoas.reindex(present["lsoa11cd"]).to_numpy(),
        index=pd.Index(present["area_code"], name="area_code"),
        crs=BNG,
    )
    dissolved = gpd.GeoDataFrame(geometry=parts).dissolve(level=0).geometry.normalize()
    return gpd.GeoSeries(dissolved, crs=BNG)


def _read_points(
    con: duckdb.DuckDBPyConnection, table: str, key: str
) -> tuple[gpd.GeoSeries, pd.Series]:
    """Return the located points of a table and, for assets, their kinds."""
    kind = "kind" if key == "asset_id" else f'"{key}"'
    rows = fetch(
        con,
        f'SELECT "{key}", {kind} AS kind, easting_m, northing_m FROM "{table}" '  # noqa: S608 - own names
        f'WHERE easting_m IS NOT NULL AND northing_m IS NOT NULL ORDER BY "{key}"',
    )
    points = shapely.points(rows["easting_m"].to_numpy(), rows["northing_m"].to_numpy())
    index = pd.Index(rows[key].astype("str"), name=key)
    kinds = pd.Series(rows["kind"].to_numpy(), index=index, name="kind")
    return gpd.GeoSeries(points, index=index, crs=BNG), kinds


def _read_shapes(con: duckdb.DuckDBPyConnection, table: str, key: str) -> gpd.GeoSeries:
    rows = fetch(
        con,
        f'SELECT "{key}", geom_27700 FROM "{table}" '  # noqa: S608 - own names
        f'WHERE geom_27700 IS NOT NULL ORDER BY "{key}"',
    )
    shapes = shapely.from_wkb(rows["geom_27700"].to_numpy(dtype=object))
    return gpd.GeoSeries(shapes, index=pd.Index(rows[key].astype("str"), name=key), crs=BNG)


def _as_table(series: gpd.GeoSeries) -> pd.DataFrame:
    return pd.DataFrame({series.index.name: series.index, "geom_27700": _wkb(series)})


def _wkb(series: gpd.GeoSeries) -> list[bytes]:
    # Centimetres: what the sources can bear, and the same bytes on every machine.
    rounded = shapely.transform(series.to_numpy(), lambda xy: xy.round(2))
    return list(shapely.to_wkb(rounded))


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.round({name: n for name, n in _KEPT_DECIMALS.items() if name in frame})
