"""KML, and KMZ, which is KML in a ZIP archive.

Belongs here: the XML and its placemarks, which become features of GeoJSON. Does not: what a
geometry must satisfy (``layer.py``), nor anything that a file refers to: no link is followed.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

import pandas as pd
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from assetmap.geography import WGS84
from assetmap.layers.geojson import build_geometry
from assetmap.layers.layer import Layer, number, refuse_layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_TITLES: Final = ("name", "description")
_GEOMETRIES: Final = (
    *("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"),
    *("Model", "Track", "MultiTrack"),
)
_OTHERS: Final = ("NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Tour")
"""Features of KML that are no placemarks: links to other files, and pictures."""
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_ROOT: Final = re.compile(rb"<(?:\w+:)?kml\b")
_NO_KML: Final = "it is XML or a web page under this name, not GeoJSON or KML"
_DIMENSIONS: Final = (2, 3)
_UNBUILDABLE: Final = "{}"
"""Written, but no geometry."""


def read_kml(content: bytes, name: str) -> Layer:
    """Return the placemarks of KML text, whatever folder they stand in.

    Columns are ``name``, ``description`` and the names in ``ExtendedData``, which go before
    the first two where they are the same.
    """
    root = _parse(content, name)
    if _local(root) != "kml":
        refuse_layer(name, _NO_KML)
    placemarks = [element for element in root.iter() if _local(element) == "Placemark"]
    if not placemarks:
        refuse_layer(name, "it is KML without placemarks")
    properties = pd.DataFrame([_properties(item, name) for item in placemarks], dtype=object)
    geometry, broken = build_geometry([_geometry(item) for item in placemarks])
    others = sum(_local(element) in _OTHERS for element in root.iter())
    notes = (f"{others} links and overlays left out",) if others else ()
    return Layer(number(properties.fillna("")), geometry, broken, WGS84, notes=notes)


def _parse(content: bytes, name: str) -> Element:
    try:
        root: Element = fromstring(content.lstrip(), forbid_dtd=True)
    except (ParseError, LookupError, ValueError) as fault:
        if not _ROOT.search(content.replace(b"\0", b"")):  # in UTF-16, every other byte is 0
            refuse_layer(name, _NO_KML)
        if isinstance(fault, DefusedXmlException):
            what = "it holds a document type declaration, which no layer needs (unsafe_xml)"
            refuse_layer(name, what, "Do not use this file")
        refuse_layer(name, "it is KML that is cut short or damaged")
    return root


def _local(element: Element) -> str:
    """Return the name of an element without its namespace, which changed over the years."""
    return element.tag.rpartition("}")[2]


def _children(element: Element, *names: str) -> list[Element]:
    return [child for child in element if _local(child) in names]


def _text(element: Element) -> str:
    return "".join(element.itertext())


def _properties(placemark: Element, name: str) -> dict[str, str]:
    titles = {_local(child): _text(child) for child in _children(placemark, *_TITLES)}
    pairs = list(_extended(placemark))
    members = dict(pairs)
    if len(members) < len(pairs):
        refuse_layer(name, "it is KML in which a name stands twice in one placemark")
    return titles | members


def _extended(placemark: Element) -> Iterator[tuple[str, str]]:
    """Yield name and value of each datum."""
    for data in chain.from_iterable(_children(placemark, "ExtendedData")):
        if _local(data) == "Data":
            yield data.get("name", ""), "".join(map(_text, _children(data, "value")))
        elif _local(data) == "SchemaData":
            for datum in _children(data, "SimpleData"):
                yield datum.get("name", ""), _text(datum)


def _geometry(placemark: Element) -> str | None:
    """Return the geometry of a placemark as GeoJSON text, or None where it has none."""
    shapes = _children(placemark, *_GEOMETRIES)
    if not shapes:
        return None
    if len(shapes) > 1:
        return _UNBUILDABLE
    try:
        return json.dumps(_as_geojson(shapes[0]))
    except (ValueError, RecursionError):
        return _UNBUILDABLE


def _as_geojson(shape: Element) -> dict[str, Any]:
    """Return a geometry of KML as that of GeoJSON; ValueError where it is none."""
    kind = _local(shape)
    if kind == "MultiGeometry":
        return _collect([_as_geojson(part) for part in _children(shape, *_GEOMETRIES)])
    if kind == "Polygon":
        return {"type": kind, "coordinates": _rings(shape)}
    points = _points(shape)
    if kind == "Point":
        return {"type": kind, "coordinates": _only(points) if points else []}
    if kind in ("LineString", "LinearRing"):
        return {"type": "LineString", "coordinates": points}
    raise ValueError(kind)


def _collect(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one geometry of several: of one kind, where they are."""
    kinds = {part["type"] for part in parts}
    if len(kinds) == 1 and kinds <= {"Point", "LineString", "Polygon"}:
        return {"type": f"Multi{kinds.pop()}", "coordinates": [p["coordinates"] for p in parts]}
    return {"type": "GeometryCollection", "geometries": parts}


def _rings(polygon: Element) -> list[list[list[float]]]:
    outer = _children(polygon, "outerBoundaryIs")
    inner = _children(polygon, "innerBoundaryIs")
    if not outer and not inner:
        return []
    holes = [ring for boundary in inner for ring in _children(boundary, "LinearRing")]
    return [_points(ring) for ring in (_only(_children(_only(outer), "LinearRing")), *holes)]


def _points(shape: Element) -> list[list[float]]:
    """Return the positions of a point, line or ring."""
    return [
        _position(text)
        for coordinates in _children(shape, "coordinates")
        for text in _text(coordinates).split()
    ]


def _position(text: str) -> list[float]:
    """Return longitude, latitude and any height."""
    numbers = text.split(",")
    if len(numbers) not in _DIMENSIONS or not all(map(_NUMBER.fullmatch, numbers)):
        message = "no position"
        raise ValueError(message)
    return [float(number) for number in numbers]


def _only(items: list[Any]) -> Any:
    (item,) = items
    return item
