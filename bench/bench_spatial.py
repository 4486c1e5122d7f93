"""Time and memory of the spatial joins at the size of England, beside plain geopandas.

Run from the root of the repository::

    python bench/bench_spatial.py --shared ../shared
    python bench/bench_spatial.py --shared ../shared --assets 1000000 --many 10000000

Belongs here: figures to read, as ratios within one run on one machine. Does not: limits
that fail a test.

Every piece runs in a process of its own on the same seeded layers: assets clustered around
LSOA centroids, shuffled on the ground and in their ids, against every English LSOA of 2011
and against discs as sites. What is timed is the public function from layers to finished
table; for geopandas it is ``sjoin`` on the layers as they come (with sites: on sites
buffered to the distance, the buffering included). Peak memory is the process's own, with
its input and the interpreter; "input" is what it held before the join began. Seconds of
processor, all threads together, show whether something else kept the machine busy.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap import spatial
from assetmap.geography import BNG

if TYPE_CHECKING:
    from collections.abc import Callable

LSOAS = Path("data/national/geographr_boundaries_lsoa11.gpkg")
REACH_M = 800
SCATTER_M = 500


def main() -> None:
    """Run every piece, or the one that ``--piece`` names, and print what was measured."""
    options = _options()
    if options.piece:
        print(json.dumps(_measured(options)))
        return
    if options.join in ("area", "both"):
        _compare(options, "area", "asset_in_area", "geopandas.sjoin on LSOAs")
    if options.join in ("near", "both"):
        _compare(options, "near", "asset_near_site", "geopandas.sjoin on buffered sites")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder of data/")
    parser.add_argument("--assets", type=int, default=1_000_000, help="assets to join")
    parser.add_argument("--many", type=int, default=10_000_000, help="assets to scale to; 0: skip")
    parser.add_argument("--sites", type=int, default=36_000, help="discs that stand for sites")
    parser.add_argument("--repeats", type=int, default=3, help="runs of a piece; the best counts")
    parser.add_argument("--join", choices=["area", "near", "both"], default="both")
    parser.add_argument("--seed", type=int, default=20_260_101, help="seed of the layers")
    parser.add_argument("--piece", choices=sorted(PIECES), help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare(options: argparse.Namespace, piece: str, ours: str, theirs: str) -> None:
    plain = _run(options, f"{piece}-geopandas", options.assets, theirs)
    join = _run(options, piece, options.assets, ours)
    if plain["rows"] != join["rows"]:
        print(f"  rows differ by {join['rows'] - plain['rows']:,} (arcs of buffers, shared edges)")
    print(f"  RATIO  {plain['seconds'] / join['seconds']:.1f} times as fast as {theirs}")
    if options.many:
        many = _run(options, piece, options.many, ours)
        size = options.many / options.assets
        print(
            f"  RATIO  {many['seconds'] / join['seconds']:.1f} times as long for {size:.0f}x, "
            f"{many['cpu_seconds'] / join['cpu_seconds']:.1f} times the processor"
        )


def _run(options: argparse.Namespace, piece: str, assets: int, label: str) -> dict[str, float]:
    given = {
        "--piece": piece,
        "--assets": assets,
        "--shared": options.shared,
        "--sites": options.sites,
        "--repeats": options.repeats,
        "--seed": options.seed,
    }
    command = [sys.executable, __file__, *(str(part) for pair in given.items() for part in pair)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{label}: {assets:,} assets, {measured['rows']:,} rows, {measured['seconds']:.2f} s "
        f"({measured['cpu_seconds']:.2f} s of processor), "
        f"peak {measured['peak_gb']:.2f} GB (input {measured['input_gb']:.2f} GB)",
        flush=True,
    )
    return measured


def _measured(options: argparse.Namespace) -> dict[str, float]:
    random = np.random.default_rng(options.seed)
    lsoas = _lsoas(options.shared / LSOAS)
    centres = shapely.get_coordinates(shapely.centroid(lsoas.to_numpy()))
    sites = _sites(centres, options.sites, random)
    assets = _assets(centres, options.assets, random)
    input_gb = _peak_gb()
    seconds, cpu, rows = [], [], 0
    for _ in range(options.repeats):
        started, cpu_started = time.perf_counter(), time.process_time()
        rows = PIECES[options.piece](assets, lsoas, sites)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - cpu_started)
    return {
        "seconds": min(seconds),
        "cpu_seconds": min(cpu),
        "rows": rows,
        "peak_gb": _peak_gb(),
        "input_gb": input_gb,
    }


def _lsoas(path: Path) -> gpd.GeoSeries:
    if not path.is_file():
        sys.exit(f"{path} is missing. Give the folder that holds {LSOAS} with --shared DIR.")
    layer = gpd.read_file(path).to_crs(BNG)
    layer = layer[layer["lsoa11_code"].str.startswith("E")]
    return layer.set_index("lsoa11_code").geometry


def _around(centres: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    chosen = centres[random.integers(0, len(centres), count)]
    return chosen + random.normal(0, SCATTER_M, (count, 2))


def _sites(centres: np.ndarray, count: int, random: np.random.Generator) -> gpd.GeoSeries:
    middles = shapely.points(_around(centres, count, random))
    discs = shapely.buffer(middles, random.uniform(30, 200, count), quad_segs=8)
    ids = "site-" + pd.Series(random.permutation(count)).astype("str").str.zfill(6)
    return gpd.GeoSeries(discs, index=pd.Index(ids), crs=BNG)


def _assets(centres: np.ndarray, count: int, random: np.random.Generator) -> gpd.GeoSeries:
    points = shapely.points(_around(centres, count, random))
    ids = "asset-" + pd.Series(random.permutation(count)).astype("str").str.zfill(9)
    return gpd.GeoSeries(points, index=pd.Index(ids), crs=BNG)


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _area(assets: gpd.GeoSeries, lsoas: gpd.GeoSeries, _sites: gpd.GeoSeries) -> int:
    return len(spatial.asset_in_area(assets, lsoas))


def _near(assets: gpd.GeoSeries, _lsoas: gpd.GeoSeries, sites: gpd.GeoSeries) -> int:
    return len(spatial.asset_near_site(assets, sites, REACH_M))


def _area_geopandas(assets: gpd.GeoSeries, lsoas: gpd.GeoSeries, _sites: gpd.GeoSeries) -> int:
    return len(gpd.sjoin(assets.to_frame("geometry"), lsoas.to_frame("geometry")))


def _near_geopandas(assets: gpd.GeoSeries, _lsoas: gpd.GeoSeries, sites: gpd.GeoSeries) -> int:
    reach = sites.buffer(REACH_M)
    return len(gpd.sjoin(assets.to_frame("geometry"), reach.to_frame("geometry")))


PIECES: dict[str, Callable[[gpd.GeoSeries, gpd.GeoSeries, gpd.GeoSeries], int]] = {
    "area": _area,
    "area-geopandas": _area_geopandas,
    "near": _near,
    "near-geopandas": _near_geopandas,
}

if __name__ == "__main__":
    main()
