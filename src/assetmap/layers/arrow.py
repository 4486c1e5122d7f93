"""What GDAL returns, as a layer.

Belongs here: the step that formats read by GDAL share. Does not: opening a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from assetmap.layers.layer import Layer, number

if TYPE_CHECKING:
    import pyarrow as pa


def from_arrow(meta: dict[str, Any], table: pa.Table, epsg: int) -> Layer:
    """Return the features of ``table``; every property as text, an empty cell as empty text."""
    frame = table.to_pandas()
    written = frame.pop(meta["geometry_name"] or "wkb_geometry")
    geometry = np.asarray(shapely.from_wkb(written.to_numpy(), on_invalid="ignore"), dtype=object)
    broken = shapely.is_missing(geometry) & written.notna().to_numpy()
    properties = frame.astype("str").astype(object).fillna("")
    return Layer(number(properties), geometry, broken, epsg)
