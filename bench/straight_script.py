"""The yardstick: the same files and the same three joins, straight in pandas and geopandas.

No contracts, no quarantine, no indicators, no gate, no site. Run by ``bench_run.py``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd


def read(raw: Path) -> dict[str, pd.DataFrame]:
    """Read every file of the starter set as pandas would."""
    tables = {
        path.parent.name: pd.read_csv(path)
        for path in sorted(raw.glob("**/*_starter.csv"))
        if path.parent.name != "code_point_open"
    }
    (points,) = (raw / "postcodes" / "code_point_open").glob("*.csv")
    tables["code_point_open"] = pd.read_csv(points, header=None, usecols=[0, 2, 3])
    for name in ("lsoa_2011", "sites"):
        (layer,) = (raw / name).glob("*.geojson")
        tables[name] = gpd.read_file(layer).to_crs(27700)
    return tables


def join(tables: dict[str, pd.DataFrame]) -> dict[str, int]:
    """Join places to LSOAs, places to sites, postcodes to sites; return row counts."""
    places = tables["public_places"]
    points = gpd.GeoDataFrame(
        places, geometry=gpd.points_from_xy(places["easting"], places["northing"]), crs=27700
    )
    codes = tables["code_point_open"]
    postcodes = gpd.GeoDataFrame(codes, geometry=gpd.points_from_xy(codes[2], codes[3]), crs=27700)
    sites = tables["sites"].dropna(subset="geometry")
    hectares = sites["hectares"].astype(float).fillna(0)
    discs = sites.set_geometry(sites.buffer(np.sqrt(hectares * 10_000 / np.pi)))
    near = discs.set_geometry(discs.buffer(1200))
    return {
        "places in LSOAs": len(gpd.sjoin(points, tables["lsoa_2011"], predicate="within")),
        "places near sites": len(gpd.sjoin(points, near, predicate="intersects")),
        "postcodes near sites": len(gpd.sjoin(postcodes, near, predicate="intersects")),
    }


if __name__ == "__main__":
    start = time.perf_counter()
    counts = join(read(Path(sys.argv[1])))
    print(time.perf_counter() - start, counts)
