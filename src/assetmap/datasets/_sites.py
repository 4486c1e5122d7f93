"""What the site layer and the registers of sites share: extents and counts of homes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from assetmap import fields
from assetmap.contracts import Column, Disclosure
from assetmap.layers import GEOMETRY

if TYPE_CHECKING:
    import pandas as pd

MAX_HA: Final = 10_000
"""No site is larger than a city; a figure above this is a slip."""

_O: Final = Disclosure.ORGANISATION
_M2_PER_HA: Final = 10_000
_POINT_TYPE: Final = 0


def draw_extents(raw: pd.DataFrame) -> pd.DataFrame:
    """Draw the extent of each site.

    A polygon stays as it is (``surveyed`` or ``digitised``); a point with stated hectares
    becomes a disc of that area (``indicative_disc``); a point without stays a ``point``; a
    site without geometry is ``unknown``. What the geometry shows outweighs what was stated.

    ``raw`` has ``extent_method`` as it was stated, ``stated_ha`` and the geometry; position,
    method and extent come back in their columns.
    """
    given = shapely.from_wkb(raw[GEOMETRY].to_numpy())
    hectares = raw["stated_ha"].to_numpy(dtype=float)
    is_point = shapely.get_type_id(given) == _POINT_TYPE
    is_disc = is_point & (hectares > 0) & (hectares <= MAX_HA)
    radius = np.sqrt(np.where(is_disc, hectares, 0) * _M2_PER_HA / np.pi)
    extent = np.where(is_disc, shapely.buffer(given, radius, quad_segs=32), given)
    anchor = shapely.point_on_surface(given)
    return raw.assign(
        extent_method=_method(raw["extent_method"].to_numpy(dtype=object), given, is_disc),
        easting_m=shapely.get_x(anchor),
        northing_m=shapely.get_y(anchor),
        **{GEOMETRY: shapely.to_wkb(extent)},
    )


def _method(stated: np.ndarray, given: np.ndarray, is_disc: np.ndarray) -> np.ndarray:
    is_absent, is_point = shapely.is_missing(given), shapely.get_type_id(given) == _POINT_TYPE
    drawn = np.where(stated == "surveyed", "surveyed", "digitised")
    kinds = [is_absent, is_disc, is_point]
    method: np.ndarray = np.select(kinds, ["unknown", "indicative_disc", "point"], drawn)
    return method.astype(object)


def homes(name: str, description: str) -> Column:
    """Return a column of homes planned."""
    return fields.column(
        "integer", name, description, about=_O, unit="homes", nullable=True, minimum=0
    )


def stated_hectares() -> Column:
    """Return the column of hectares that a register states."""
    return fields.column(
        "number",
        "stated_ha",
        "Hectares by the register.",
        about=_O,
        unit="ha",
        nullable=True,
        minimum=0,
        maximum=MAX_HA,
    )


def extent() -> Column:
    """Return the column of the extent."""
    return fields.column("geometry", GEOMETRY, "Extent (WKB, EPSG:27700).", about=_O, nullable=True)
