"""Opening a layer by what it is, not by what it is called.

Belongs here: which reader takes a file, and which geometries a layer may hold.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from assetmap.inputs import open_archive
from assetmap.layers import geopackage, shapefile
from assetmap.layers.geojson import read_geojson
from assetmap.layers.kml import read_kml
from assetmap.layers.layer import POINT, POLYGONS, refuse_layer, screen_layer
from assetmap.layers.wkt import read_wkt
from assetmap.sniffing import HEAD_BYTES, JSON, PAGE, XML, ZIP, kind_of

if TYPE_CHECKING:
    from assetmap.inputs import InputFile
    from assetmap.layers.layer import Layer
    from assetmap.readers import RawTable

_TABLES: Final = (".csv", ".csv.gz")
"""Endings of delimited text."""
_READ: Final = (
    "read are GeoJSON, GeoPackage, KML, a shapefile in a ZIP archive, and under a name that ends "
    "in .csv outlines as WKT"
)


def read_polygons(source: InputFile) -> RawTable:
    """Read a layer of polygons; properties stay text, geometry is WKB in the British grid."""
    return screen_layer(_read(source), allowed=POLYGONS, may_be_absent=False)


def read_sites(source: InputFile) -> RawTable:
    """Read a layer of points and polygons where a feature may have no known place."""
    return screen_layer(_read(source), allowed=(*POINT, *POLYGONS), may_be_absent=True)


def _read(source: InputFile) -> Layer:
    name = (source.member or source.path.name).lower()
    if PurePosixPath(name).suffix in shapefile.SUFFIXES:
        return shapefile.read_shapefile(source)
    content = source.read()
    kind = kind_of(content[:HEAD_BYTES])
    if content.startswith(geopackage.SQLITE):
        return geopackage.read_geopackage(content, source.name)
    if kind == ZIP:
        return _read(_document(source))
    if kind in (XML, PAGE):  # a placemark may be described in HTML
        return read_kml(content, source.name)
    if kind == JSON:
        return read_geojson(content, source.name)
    # Text has no mark of its own that tells a table from any other.
    if not name.endswith(_TABLES):
        refuse_layer(source.name, f"it is not GeoJSON but {kind}; {_READ}")
    return read_wkt(source)


def _document(source: InputFile) -> InputFile:
    """Return the one KML document of a KMZ archive."""
    if source.member:
        refuse_layer(source.name, "it is an archive within an archive", "Unpack it yourself")
    found = [item for item in open_archive(source.path, "*.kml") if item.member]
    if len(found) != 1:
        what = f"the archive holds {len(found)} KML documents; which one is meant cannot be told"
        refuse_layer(source.name, what, "Put the layer itself into the folder")
    return found[0]
