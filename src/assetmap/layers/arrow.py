"""What GDAL returns, as a layer.

Belongs here: the steps that formats read by GDAL share. Does not: which file is opened.
"""

from __future__ import annotations

import struct
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.errors
import shapely

from assetmap.layers.layer import Layer, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FAULTS: Final = (RuntimeError, ValueError, UnboundLocalError, pa.ArrowException)
"""What pyogrio raises for a damaged file: the third where a .prj is no text."""
_ORDERS: Final = "><"
_POINT, _LINE, _POLYGON, _LAST = 1, 2, 3, 7
"""Types of well-known binary; those above a polygon hold other geometries."""
_EXTENDED: Final = 0x20000000
_DEEPEST: Final = 20
"""Geometries within geometries; shapely follows any number of them, down to a crash."""


def list_layers(path: Path) -> list[str]:
    """Return the names of the layers that have a geometry; raises as :func:`read_arrow`."""
    with _quietly():
        return [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]


def read_arrow(path: Path, **options: Any) -> tuple[dict[str, Any], pa.Table]:
    """Return what pyogrio reads.

    Raises
    ------
    pyogrio.errors.DataSourceError
        The file is damaged, however that shows; or a text of it is not UTF-8.
    """
    with _quietly():
        meta, table = pyogrio.read_arrow(path, **options)
        table.validate(full=True)
    return meta, table


@contextmanager
def _quietly() -> Iterator[None]:
    """Leave out GDAL's remarks, and make one error of what a damaged file raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except _FAULTS as fault:
            raise pyogrio.errors.DataSourceError from fault


def from_arrow(meta: dict[str, Any], table: pa.Table, epsg: int) -> Layer:
    """Return the features of ``table``; every property as text, an empty cell as empty text."""
    frame = table.to_pandas()
    written = frame.pop(meta["geometry_name"] or "wkb_geometry")
    shallow = np.array([w if w is None or is_shallow(w) else b"" for w in written], dtype=object)
    geometry = np.asarray(shapely.from_wkb(shallow, on_invalid="ignore"), dtype=object)
    broken = shapely.is_missing(geometry) & written.notna().to_numpy()
    properties = frame.astype("str").astype(object).fillna("")
    return Layer(number(properties), geometry, broken, epsg)


def is_shallow(wkb: bytes) -> bool:
    """Return True for well-known binary that shapely can be given."""
    try:
        return _kind(wkb, 0)[0] <= _POLYGON or _walk(wkb)
    except (struct.error, IndexError):
        return False


def _walk(wkb: bytes) -> bool:
    """Return whether every geometry within ``wkb`` is of a known type, and none is deep."""
    place, waiting = 0, [1]
    while waiting:
        if not waiting[-1]:
            waiting.pop()
            continue
        waiting[-1] -= 1
        kind, order, width, place = _kind(wkb, place)
        if kind > _LAST or len(waiting) > _DEEPEST:
            return False
        if kind > _POLYGON:
            (count,) = struct.unpack_from(f"{order}I", wkb, place)
            waiting.append(count)
            place += 4
        else:
            place = _end(wkb, place, kind, order, width)
    return True


def _kind(wkb: bytes, place: int) -> tuple[int, str, int, int]:
    """Return type, byte order and bytes of a position of a geometry, and where its body is."""
    order = _ORDERS[wkb[place]]
    (code,) = struct.unpack_from(f"{order}I", wkb, place + 1)
    kind, dimensions = code & 0xFFFF, (code & 0xFFFF) // 1_000
    extra = (0, 1, 1, 2)[dimensions] + (code >> 31 & 1) + (code >> 30 & 1)
    body = place + 5 + (4 if code & _EXTENDED else 0)
    return kind % 1_000, order, 8 * (2 + extra), body


def _end(wkb: bytes, place: int, kind: int, order: str, width: int) -> int:
    """Return where the body of a point, line or polygon ends."""
    if kind == _POINT:
        return place + width
    rings = 1
    if kind == _POLYGON:
        (rings,) = struct.unpack_from(f"{order}I", wkb, place)
        place += 4
    for _ in range(rings):
        (count,) = struct.unpack_from(f"{order}I", wkb, place)
        place += 4 + count * width
    return place
