"""Opening a layer by what it is, not by what it is called.

Belongs here: which reader takes a file, and which geometries a layer may hold.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from assetmap.layers import geopackage, shapefile
from assetmap.layers.geojson import read_geojson
from assetmap.layers.layer import POINT, POLYGONS, screen_layer
from assetmap.layers.wkt import read_wkt

if TYPE_CHECKING:
    from assetmap.inputs import InputFile
    from assetmap.layers.layer import Layer
    from assetmap.readers import RawTable


def read_polygons(source: InputFile) -> RawTable:
    """Read a layer of polygons; properties stay text, geometry is WKB in the British grid."""
    return screen_layer(_read(source), allowed=POLYGONS, may_be_absent=False)


def read_sites(source: InputFile) -> RawTable:
    """Read a layer of points and polygons where a feature may have no known place."""
    return screen_layer(_read(source), allowed=(*POINT, *POLYGONS), may_be_absent=True)


def _read(source: InputFile) -> Layer:
    suffix = PurePosixPath(source.member or source.path.name).suffix.lower()
    if suffix in shapefile.SUFFIXES:
        return shapefile.read_shapefile(source)
    content = source.read()
    if content.startswith(geopackage.SQLITE):
        return geopackage.read_geopackage(content, source.name)
    # Text has no mark of its own that tells a table from broken JSON.
    return read_wkt(source) if suffix == ".csv" else read_geojson(content, source.name)
