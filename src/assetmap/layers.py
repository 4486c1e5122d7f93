"""Layers with geometry, read without guessing: GeoJSON and GeoPackage.

Belongs here: opening a layer, its coordinate system, geometries that cannot be used. Does
not: delimited text (``readers.py``) nor what a feature means (``datasets/``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyogrio.errors
import shapely

from assetmap.errors import CRSError, UnreadableFileError
from assetmap.geography import BNG, BNG_EASTINGS, BNG_NORTHINGS, WGS84, to_bng
from assetmap.quarantine import Rejects
from assetmap.readers import RawTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assetmap.inputs import InputFile

GEOMETRY: Final = "geom_27700"

_LONGITUDES: Final = (-9.0, 2.5)
_LATITUDES: Final = (49.5, 61.5)
_CRS_NAMES: Final = {
    "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84,
    "urn:ogc:def:crs:OGC::CRS84": WGS84,
    f"urn:ogc:def:crs:EPSG::{WGS84}": WGS84,
    f"EPSG:{WGS84}": WGS84,
    f"urn:ogc:def:crs:EPSG::{BNG}": BNG,
    f"EPSG:{BNG}": BNG,
}
_POINT: Final = (0,)
_POLYGONS: Final = (3, 6)
"""Type ids of shapely: Polygon and MultiPolygon."""

_SQLITE: Final = b"SQLite format 3\x00"
_GEOPACKAGES: Final = (b"GPKG", b"GP10", b"GP11")
"""Application ids of the format; any other SQLite file could make GDAL open what it names."""
_APPLICATION_ID: Final = slice(68, 72)


def read_polygons(source: InputFile) -> RawTable:
    """Read a layer of polygons; properties stay text, geometry is WKB in the British grid."""
    return _read_layer(source, allowed=_POLYGONS, may_be_absent=False)


def read_sites(source: InputFile) -> RawTable:
    """Read a layer of points and polygons where a feature may have no known place."""
    return _read_layer(source, allowed=(*_POINT, *_POLYGONS), may_be_absent=True)


@dataclass(frozen=True, eq=False)
class _Layer:
    """Features as they came; ``broken`` marks geometries that are written but cannot be built."""

    properties: pd.DataFrame
    geometry: np.ndarray
    broken: np.ndarray
    epsg: int


def _read_layer(source: InputFile, *, allowed: tuple[int, ...], may_be_absent: bool) -> RawTable:
    content = source.read()
    read = _read_geopackage if content.startswith(_SQLITE) else _read_geojson
    layer = read(content, source.name)
    grid = _to_grid(layer.geometry, layer.epsg)
    numbers = np.arange(1, len(grid) + 1)
    held = np.zeros(len(grid), dtype=bool)
    rejects = Rejects()
    for reason, broken in _geometry_faults(layer, grid, allowed, may_be_absent=may_be_absent):
        rejects += Rejects.of(numbers[broken & ~held], reason, "geometry")
        held |= broken
    frame = layer.properties.set_index(pd.Index(numbers, name="row_number")).loc[~held]
    frame[GEOMETRY] = np.asarray(shapely.to_wkb(grid[~held]), dtype=object)
    notes = ("heights dropped",) if shapely.has_z(layer.geometry[~held]).any() else ()
    return RawTable(frame, len(grid), rejects, notes)


def _read_geojson(content: bytes, name: str) -> _Layer:
    document = _parse_json(content, name)
    features = _features(document, name)
    properties = pd.DataFrame([_as_text(f.get("properties") or {}) for f in features], dtype=object)
    texts = [json.dumps(f["geometry"]) if f.get("geometry") else None for f in features]
    geometry = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    broken = shapely.is_missing(geometry) & np.array([text is not None for text in texts])
    return _Layer(properties.fillna(""), geometry, broken, _crs_of(document, name))


def _parse_json(content: bytes, name: str) -> dict[str, Any]:
    if content[:512].lstrip().startswith(b"<"):
        _refuse(name, "it is XML or a web page under this name, not GeoJSON")
    try:
        document = json.loads(
            content.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_no_twins
        )
    except (ValueError, RecursionError) as fault:
        _refuse(name, f"it is not GeoJSON ({fault})")
    if not isinstance(document, dict):
        _refuse(name, "it is JSON but not GeoJSON")
    return document


def _features(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    kind = document.get("type")
    features = [document] if kind == "Feature" else document.get("features")
    if kind not in ("Feature", "FeatureCollection") or not isinstance(features, list):
        _refuse(name, f"it is {str(kind or 'JSON')[:60]}, not a GeoJSON FeatureCollection")
    if not features:
        _refuse(name, "it holds no features")
    odd = sum(not _is_feature(feature) for feature in features)
    if odd:
        _refuse(name, f"{odd} of its {len(features)} features are not GeoJSON features")
    return features


def _is_feature(feature: object) -> bool:
    if not isinstance(feature, dict):
        return False
    properties = feature.get("properties")
    return properties is None or isinstance(properties, dict)


def _crs_of(document: dict[str, Any], name: str) -> int:
    crs = document.get("crs")
    if crs is None:
        return WGS84
    members = crs.get("properties") if isinstance(crs, dict) else None
    stated = str(members.get("name", "")) if isinstance(members, dict) else ""
    if stated not in _CRS_NAMES:
        message = (
            f"{name} is in {stated[:60] or 'an unnamed coordinate system'}; assetmap reads "
            f"EPSG:{WGS84} (longitude, latitude) and EPSG:{BNG} (British National Grid). "
            "Export the layer in one of these."
        )
        raise CRSError(message)
    return _CRS_NAMES[stated]


def _read_geopackage(content: bytes, name: str) -> _Layer:
    if content[_APPLICATION_ID] not in _GEOPACKAGES:
        _refuse(name, "it is an SQLite database but no GeoPackage")
    try:
        meta, table = _open_geopackage(content, name)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowException):
        _refuse(name, "it is a GeoPackage that is cut short or damaged")
    frame = table.to_pandas()
    written = frame.pop(meta["geometry_name"] or "wkb_geometry")
    geometry = np.asarray(shapely.from_wkb(written.to_numpy(), on_invalid="ignore"), dtype=object)
    broken = shapely.is_missing(geometry) & written.notna().to_numpy()
    properties = frame.astype("str").astype(object).fillna("")
    return _Layer(properties, geometry, broken, _epsg_of(meta["crs"], name))


def _open_geopackage(content: bytes, name: str) -> tuple[dict[str, Any], pa.Table]:
    # From a file of our own naming: GDAL takes a GeoPackage in memory for a misnamed one.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layer.gpkg"
        path.write_bytes(content)
        layers = [layer for layer, shape in pyogrio.list_layers(path) if shape is not None]
        if len(layers) != 1:
            _refuse(name, f"it holds {len(layers)} layers; which one is meant cannot be told")
        meta, table = pyogrio.read_arrow(path, layer=layers[0])
    return meta, table


def _epsg_of(crs: str | None, name: str) -> int:
    for code in (BNG, WGS84):
        if crs == f"EPSG:{code}":
            return code
    message = (
        f"{name} is in {(crs or 'an unnamed coordinate system')[:60]}; assetmap reads "
        f"EPSG:{WGS84} and EPSG:{BNG}. Export the layer in one of these."
    )
    raise CRSError(message)


def _geometry_faults(
    layer: _Layer, grid: np.ndarray, allowed: tuple[int, ...], *, may_be_absent: bool
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each reason with the features that it holds, weightiest first."""
    geometry, absent = layer.geometry, shapely.is_missing(layer.geometry)
    yield "invalid_geometry", layer.broken
    if not may_be_absent:
        yield "null_geometry", absent
    yield "empty_geometry", ~absent & shapely.is_empty(geometry)
    yield "wrong_geometry_type", ~absent & ~np.isin(shapely.get_type_id(geometry), allowed)
    if layer.epsg == WGS84:
        yield "coordinates_swapped", _inside(geometry, _LATITUDES, _LONGITUDES)
        yield "bad_coordinate", ~absent & ~_inside(geometry, _LONGITUDES, _LATITUDES)
    else:
        yield "bad_coordinate", ~absent & ~_inside(geometry, BNG_EASTINGS, BNG_NORTHINGS)
    # In the grid too: rounding to the centimetre can fold a sliver over itself.
    yield "invalid_geometry", ~absent & ~(shapely.is_valid(geometry) & shapely.is_valid(grid))


def _inside(
    geometry: np.ndarray, x_range: tuple[float, float], y_range: tuple[float, float]
) -> np.ndarray:
    x_low, y_low, x_high, y_high = shapely.bounds(geometry).T
    inside: np.ndarray = (
        (x_low >= x_range[0])
        & (x_high <= x_range[1])
        & (y_low >= y_range[0])
        & (y_high <= y_range[1])
    )
    return inside


def _to_grid(geometry: np.ndarray, epsg: int) -> np.ndarray:
    """Return geometries in the British National Grid, to the centimetre, heights dropped."""
    flat = shapely.force_2d(geometry)
    if epsg == WGS84:
        flat = shapely.transform(flat, to_bng().transform, interleaved=False)
    return np.asarray(shapely.transform(flat, lambda xy: np.round(xy, 2)), dtype=object)


def _as_text(properties: dict[str, Any]) -> dict[str, str]:
    return {_clean(key): _clean(_written(value)) for key, value in properties.items()}


def _written(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _clean(text: str) -> str:
    # JSON can escape half of a character pair; no file or database takes such a text.
    return text.encode("utf-8", "replace").decode("utf-8")


def _no_constant(text: str) -> NoReturn:
    message = f"{text} is not a JSON number"
    raise ValueError(message)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        message = "a name stands twice in one object"
        raise ValueError(message)
    return members


def _refuse(name: str, what: str) -> NoReturn:
    message = f"{name}: {what}. Export it again as GeoJSON; nothing of this file was loaded."
    raise UnreadableFileError(message)
