"""Layers with geometry, read without guessing: GeoJSON and GeoPackage.

Belongs here: opening a layer, its coordinate system, geometries that cannot be used. Does
not: delimited text (``readers.py``) nor what a feature means (``datasets/``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pandas as pd
import pyogrio
import shapely

from assetmap.errors import CRSError, UnreadableFileError
from assetmap.geography import BNG, BNG_EASTINGS, BNG_NORTHINGS, WGS84, to_bng
from assetmap.quarantine import Rejects
from assetmap.readers import InputFile, RawTable

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_POLYGONS: Final = ("Polygon", "MultiPolygon")


def read_polygons(source: InputFile) -> RawTable:
    """Read a layer of polygons; properties stay text, geometry is WKB in the British grid."""
    return _read_layer(source, allowed=_POLYGONS, may_be_absent=False)


def read_sites(source: InputFile) -> RawTable:
    """Read a layer of points and polygons where a feature may have no known place."""
    return _read_layer(source, allowed=("Point", *_POLYGONS), may_be_absent=True)


def _read_layer(source: InputFile, *, allowed: tuple[str, ...], may_be_absent: bool) -> RawTable:
    content = source.read()
    if content.startswith(b"SQLite format 3"):
        properties, geometry, epsg = _read_geopackage(content, source.name)
    else:
        properties, geometry, epsg = _read_geojson(content, source.name)
    numbers = np.arange(1, len(geometry) + 1)
    held = np.zeros(len(geometry), dtype=bool)
    rejects = Rejects()
    for reason, broken in _geometry_faults(geometry, epsg, allowed, may_be_absent=may_be_absent):
        rejects += Rejects.of(numbers[broken & ~held], reason, "geometry")
        held |= broken
    frame = properties.set_index(pd.Index(numbers, name="row_number")).loc[~held]
    frame[GEOMETRY] = _to_grid(geometry[~held], epsg)
    return RawTable(frame, len(geometry), rejects)


def _read_geojson(content: bytes, name: str) -> tuple[pd.DataFrame, np.ndarray, int]:
    document = _parse_json(content, name)
    features = _features(document, name)
    epsg = _crs_of(document, name)
    properties = pd.DataFrame(
        [_as_text(feature.get("properties") or {}) for feature in features], dtype=object
    ).fillna("")
    texts = [json.dumps(f["geometry"]) if f.get("geometry") else None for f in features]
    geometry = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    # A geometry that is written but cannot be built is broken, not absent: mark it by an
    # empty point, which no layer accepts.
    broken = shapely.is_missing(geometry) & np.array([text is not None for text in texts])
    geometry[broken] = shapely.Point()
    return properties, geometry, epsg


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
        _refuse(name, f"it is {kind or 'JSON'}, not a GeoJSON FeatureCollection")
    if not features:
        _refuse(name, "it holds no features")
    return features


def _crs_of(document: dict[str, Any], name: str) -> int:
    crs = document.get("crs")
    if crs is None:
        return WGS84
    stated = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, dict) else ""
    if stated not in _CRS_NAMES:
        message = (
            f"{name} is in {stated[:60] or 'an unnamed coordinate system'}; assetmap reads "
            f"EPSG:{WGS84} (longitude, latitude) and EPSG:{BNG} (British National Grid). "
            "Export the layer in one of these."
        )
        raise CRSError(message)
    return _CRS_NAMES[stated]


def _read_geopackage(content: bytes, name: str) -> tuple[pd.DataFrame, np.ndarray, int]:
    layers = pyogrio.list_layers(content)
    if len(layers) != 1:
        _refuse(name, f"it holds {len(layers)} layers; which one is meant cannot be told")
    meta, table = pyogrio.read_arrow(content)
    epsg = next((code for code in (BNG, WGS84) if f"EPSG:{code}" == meta["crs"]), None)
    if epsg is None:
        message = f"{name} is in {meta['crs']}; save it in EPSG:{BNG} or EPSG:{WGS84}."
        raise CRSError(message)
    column = meta["geometry_name"] or "wkb_geometry"
    frame = table.to_pandas()
    geometry = shapely.from_wkb(frame.pop(column).to_numpy())
    return frame.astype("str").astype(object), np.asarray(geometry, dtype=object), epsg


def _geometry_faults(
    geometry: np.ndarray, epsg: int, allowed: tuple[str, ...], *, may_be_absent: bool
) -> Iterator[tuple[str, np.ndarray]]:
    absent = shapely.is_missing(geometry)
    if not may_be_absent:
        yield "null_geometry", absent
    types = [getattr(shape, "geom_type", "") for shape in geometry]
    yield "empty_geometry", ~absent & shapely.is_empty(geometry)
    yield "wrong_geometry_type", ~absent & ~np.isin(types, allowed)
    yield "bad_coordinate", ~absent & ~np.isfinite(shapely.bounds(geometry)).all(axis=1)
    if epsg == WGS84:
        yield "coordinates_swapped", _inside(geometry, _LATITUDES, _LONGITUDES)
        yield "bad_coordinate", ~absent & ~_inside(geometry, _LONGITUDES, _LATITUDES)
    else:
        yield "bad_coordinate", ~absent & ~_inside(geometry, BNG_EASTINGS, BNG_NORTHINGS)
    yield "invalid_geometry", ~absent & ~shapely.is_valid(geometry)


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
    """Return WKB in the British National Grid, to the centimetre, heights dropped."""
    flat = shapely.force_2d(geometry)
    if epsg == WGS84:
        flat = shapely.transform(flat, to_bng().transform, interleaved=False)
    flat = shapely.transform(flat, lambda xy: np.round(xy, 2))
    return np.asarray(shapely.to_wkb(flat), dtype=object)


def _as_text(properties: dict[str, Any]) -> dict[str, str]:
    return {
        key: "" if value is None else value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
    }


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
