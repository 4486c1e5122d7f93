"""GeoPackage.

Belongs here: opening one, and telling it from any other database. Does not: what a geometry
must satisfy (``layer.py``).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pyogrio.errors

from assetmap.layers.arrow import from_arrow, list_layers, read_arrow
from assetmap.layers.layer import refuse_layer, require_epsg

if TYPE_CHECKING:
    import pyarrow as pa

    from assetmap.layers.layer import Layer

SQLITE: Final = b"SQLite format 3\x00"
_GEOPACKAGES: Final = (b"GPKG", b"GP10", b"GP11")
"""Application ids of the format; any other SQLite file could make GDAL open what it names."""
_APPLICATION_ID: Final = slice(68, 72)


def read_geopackage(content: bytes, name: str) -> Layer:
    """Return the features of the one layer that a GeoPackage holds."""
    if content[_APPLICATION_ID] not in _GEOPACKAGES:
        refuse_layer(name, "it is an SQLite database but no GeoPackage")
    try:
        meta, table = _open_geopackage(content, name)
    except pyogrio.errors.DataSourceError:
        refuse_layer(name, "it is a GeoPackage that is cut short or damaged")
    return from_arrow(meta, table, require_epsg(meta["crs"], name))


def _open_geopackage(content: bytes, name: str) -> tuple[dict[str, Any], pa.Table]:
    # From a file of our own naming: GDAL takes a GeoPackage in memory for a misnamed one.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layer.gpkg"
        path.write_bytes(content)
        layers = list_layers(path)
        if len(layers) != 1:
            refuse_layer(name, f"it holds {len(layers)} layers; which one is meant cannot be told")
        return read_arrow(path, layer=layers[0])
