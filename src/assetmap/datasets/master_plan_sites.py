"""The large development sites: where they lie, how big they are, how many homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.geography import SITE_ID_PATTERN
from assetmap.layers import GEOMETRY, read_sites

if TYPE_CHECKING:
    import pandas as pd

_O = Disclosure.ORGANISATION
_M2_PER_HA = 10_000
MAX_HA = 10_000
"""No site is larger than a city; a figure above this is a slip."""
_POINT_TYPE = 0


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Draw the extent of each site.

    A polygon stays as it is (``surveyed`` or ``digitised``); a point with stated hectares
    becomes a disc of that area (``indicative_disc``); a point without stays a ``point``; a
    site without geometry is ``unknown``. What the geometry shows outweighs what was stated.
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


def _homes(name: str, description: str) -> Column:
    return Column(
        name=name,
        kind="integer",
        description=description,
        disclosure=_O,
        unit="homes",
        nullable=True,
        minimum=0,
    )


DATASET = Dataset(
    id="master_plan_sites",
    source=Source(
        publisher="Birmingham City Council; USE-IT! journals",
        title="Development sites of Greater Icknield (brownfield land registers and journals)",
        url="https://www.planning.data.gov.uk/dataset/brownfield-land",
        licence=fields.OGL,
        period="2017 to 2020",
        as_of="2020-01-31",
        is_replaced=True,
        is_assembled=True,
    ),
    contract=Contract(
        table="stg_master_plan_site",
        row_is="one macro-asset site",
        primary_key=("site_id",),
        ranges=(("homes_min_count", "homes_max_count"),),
        columns=(
            Column(
                name="site_id",
                kind="text",
                description="Macro-asset site.",
                disclosure=_O,
                pattern=SITE_ID_PATTERN,
            ),
            fields.label("site_name", "Name.", about=_O),
            fields.label("aliases", "Other names.", about=_O, nullable=True),
            fields.label("kind", "housing, hospital, leisure …", about=_O),
            fields.label("local_authority", "Local authority.", about=_O),
            fields.label("register_ref", "Reference in the register.", about=_O, nullable=True),
            fields.label("extent_method", "How the outline came about.", about=_O),
            Column(
                name="stated_ha",
                kind="number",
                description="Hectares by the register.",
                disclosure=_O,
                unit="ha",
                nullable=True,
                minimum=0,
                maximum=MAX_HA,
            ),
            _homes("homes_min_count", "Fewest homes planned."),
            _homes("homes_max_count", "Most homes planned."),
            fields.label("location_source", "Source of the position.", about=_O, nullable=True),
            fields.label("note", "What the documents say.", about=_O, nullable=True),
            fields.easting(_O),
            fields.northing(_O),
            Column(
                name=GEOMETRY,
                kind="geometry",
                description="Extent (WKB, EPSG:27700).",
                disclosure=_O,
                nullable=True,
            ),
        ),
    ),
    headings={
        "site_id": "site_id",
        "site_name": "site_name",
        "aliases": "aliases",
        "kind": "kind",
        "local_authority": "local_authority",
        "register_ref": "register_ref",
        "extent_method": "extent_method",
        "hectares": "stated_ha",
        "homes_min": "homes_min_count",
        "homes_max": "homes_max_count",
        "location_source": "location_source",
        "note": "note",
        GEOMETRY: GEOMETRY,
    },
    read=read_sites,
    stage=stage,
    members="*.geojson",
)
