"""GeoJSON.

Belongs here: parsing the text and its features. Does not: what a geometry must satisfy
(``layer.py``).
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

import numpy as np
import pandas as pd
import shapely

from assetmap.errors import CRSError
from assetmap.geography import BNG, WGS84
from assetmap.layers.layer import Layer, number, refuse_layer

CRS_NAMES: Final = {
    "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84,
    "urn:ogc:def:crs:OGC::CRS84": WGS84,
    f"urn:ogc:def:crs:EPSG::{WGS84}": WGS84,
    f"EPSG:{WGS84}": WGS84,
    f"urn:ogc:def:crs:EPSG::{BNG}": BNG,
    f"EPSG:{BNG}": BNG,
}


def read_geojson(content: bytes, name: str) -> Layer:
    """Return the features of GeoJSON text."""
    document = _parse_json(content, name)
    features = _features(document, name)
    properties = pd.DataFrame([_as_text(f.get("properties") or {}) for f in features], dtype=object)
    texts = [json.dumps(f["geometry"]) if f.get("geometry") else None for f in features]
    geometry, broken = build_geometry(texts)
    return Layer(number(properties.fillna("")), geometry, broken, _crs_of(document, name))


def build_geometry(texts: list[str | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return the geometries that GeoJSON texts write, and which are written but none."""
    with np.errstate(over="ignore"):  # a position may be beyond any number; it is held later
        geometry = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    broken = shapely.is_missing(geometry) & np.array([text is not None for text in texts])
    return geometry, broken


def _parse_json(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(
            content.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_no_twins
        )
    except (ValueError, RecursionError) as fault:
        refuse_layer(name, f"it is not GeoJSON ({fault})")
    if not isinstance(document, dict):
        refuse_layer(name, "it is JSON but not GeoJSON")
    return document


def _features(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    kind = document.get("type")
    features = [document] if kind == "Feature" else document.get("features")
    if kind not in ("Feature", "FeatureCollection") or not isinstance(features, list):
        refuse_layer(name, f"it is {str(kind or 'JSON')[:60]}, not a GeoJSON FeatureCollection")
    if not features:
        refuse_layer(name, "it holds no features")
    odd = sum(not _is_feature(feature) for feature in features)
    if odd:
        refuse_layer(name, f"{odd} of its {len(features)} features are not GeoJSON features")
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
    if stated not in CRS_NAMES:
        message = (
            f"{name} is in {stated[:60] or 'an unnamed coordinate system'}; assetmap reads "
            f"EPSG:{WGS84} (longitude, latitude) and EPSG:{BNG} (British National Grid). "
            "Export the layer in one of these."
        )
        raise CRSError(message)
    return CRS_NAMES[stated]


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
