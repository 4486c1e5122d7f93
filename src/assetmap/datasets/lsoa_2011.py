"""Outlines of the LSOAs of 2011, as the ONS generalised them."""

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.layers import GEOMETRY, read_polygons

DATASET = Dataset(
    id="lsoa_2011",
    source=Source(
        publisher=fields.ONS,
        title="Lower layer Super Output Areas (December 2011) Boundaries, super generalised",
        url="https://geoportal.statistics.gov.uk/",
        licence=fields.OGL,
        period="December 2011",
        as_of="2011-12-31",
    ),
    contract=Contract(
        table="stg_lsoa_2011",
        row_is="one LSOA of 2011",
        primary_key=("lsoa11cd",),
        columns=(
            fields.LSOA11CD,
            fields.LSOA11NM,
            Column(
                name=GEOMETRY,
                kind="geometry",
                description="Outline (WKB, EPSG:27700).",
                disclosure=Disclosure.BASE,
            ),
        ),
    ),
    headings={
        "LSOA11CD": "lsoa11cd",
        "lsoa11_code": "lsoa11cd",
        "LSOA11NM": "lsoa11nm",
        "lsoa11_name": "lsoa11nm",
        GEOMETRY: GEOMETRY,
    },
    read=read_polygons,
    members="*.geojson",
    is_boundary=True,
)
