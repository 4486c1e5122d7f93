"""Coordinate systems and area codes: the only place with an EPSG number.

Belongs here: constants of the geography and the guards on them. Does not: any geometry.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Final

from assetmap.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

BNG: Final = 27700
"""British National Grid, metres: everything is built in it."""
WGS84: Final = 4326
"""Longitude and latitude, degrees: only publishing uses it."""

LSOA_PATTERN: Final = r"^[EW]01\d{6}$"
OA_PATTERN: Final = r"^[EW]00\d{6}$"
WARD_PATTERN: Final = r"^[EW]05\d{6}$"
LAD_PATTERN: Final = r"^[EW]0[6-9]\d{6}$"
SLUG_PATTERN: Final = r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$"

SITE_ID_PATTERN: Final = rf"^(?=.{{1,60}}$)(?!(?:con|prn|aux|nul|com\d|lpt\d)$){SLUG_PATTERN[1:]}"
"""A slug that may be a file name on every system."""

BNG_EASTINGS: Final = (0, 700_000)
BNG_NORTHINGS: Final = (0, 1_300_000)


def require_bng(layer: gpd.GeoDataFrame | gpd.GeoSeries, name: str) -> None:
    """Raise :class:`CRSError` unless ``layer`` is in the British National Grid."""
    if layer.crs is None:
        message = (
            f"{name} has no coordinate system; distances need EPSG:{BNG} (metres). "
            "Set the CRS that its publisher states in the dataset's stage()."
        )
        raise CRSError(message)
    if layer.crs.to_epsg() != BNG:
        message = (
            f"{name} is in {layer.crs.to_string()}; distances need EPSG:{BNG} (metres). "
            "Reproject it in the dataset's stage()."
        )
        raise CRSError(message)


@cache
def to_wgs84() -> pyproj.Transformer:
    """Return the transformer from the British National Grid to longitude and latitude."""
    return _transformer(BNG, WGS84)


@cache
def to_bng() -> pyproj.Transformer:
    """Return the transformer from longitude and latitude to the British National Grid."""
    return _transformer(WGS84, BNG)


def _transformer(source: int, target: int) -> pyproj.Transformer:
    # One fixed operation whatever grids a machine has, so that all machines give the same
    # bytes: the best that needs no grid file, the Helmert transformation, good to 2 m.
    from pyproj import network  # noqa: PLC0415 - slow to import
    from pyproj.transformer import TransformerGroup  # noqa: PLC0415 - slow to import

    # Without this, PROJ_NETWORK=ON in somebody's environment would ask a server for grids.
    network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # it is documented
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(source, target, always_xy=True)
    exact = [t for t in group.transformers if t.accuracy >= 0 and "grid" not in t.definition]
    return min(exact, key=lambda transformer: transformer.accuracy)


def crs_operation() -> tuple[str, float]:
    """Return the name of the operation from BNG to WGS84 and its accuracy in metres."""
    transformer = to_wgs84()
    return str(transformer.description), float(transformer.accuracy)
