"""The large development sites: where they lie, how big they are, how many homes."""

from __future__ import annotations

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.datasets._sites import draw_extents, extent, homes, stated_hectares
from assetmap.geography import SITE_ID_PATTERN
from assetmap.layers import GEOMETRY, read_sites

_O = Disclosure.ORGANISATION

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
            stated_hectares(),
            homes("homes_min_count", "Fewest homes planned."),
            homes("homes_max_count", "Most homes planned."),
            fields.label("location_source", "Source of the position.", about=_O, nullable=True),
            fields.label("note", "What the documents say.", about=_O, nullable=True),
            fields.easting(_O),
            fields.northing(_O),
            extent(),
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
        # A shapefile cuts its headings after ten letters.
        "local_auth": "local_authority",
        "register_r": "register_ref",
        "extent_met": "extent_method",
        "location_s": "location_source",
    },
    read=read_sites,
    stage=draw_extents,
    folder="sites",
    files="sites*",
    members="*.geojson *.gpkg *.kml *.shp *.csv",
    is_boundary=True,
)
