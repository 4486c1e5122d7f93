"""Position of every live postcode (OS Code-Point Open, published without a heading)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.datasets._postcodes import hold_bad_postcodes, spell
from assetmap.readers import Layout, RawTable, read_csv

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.inputs import InputFile

NO_POSITION: Final = 90
"""Positional quality of a postcode that has no position (its coordinates are 0, 0)."""

_LAYOUT: Final = Layout(
    header=(
        "Postcode",
        "Positional_quality_indicator",
        "Eastings",
        "Northings",
        "Country_code",
        "NHS_regional_HA_code",
        "NHS_HA_code",
        "Admin_county_code",
        "Admin_district_code",
        "Admin_ward_code",
    )
)


def read(source: InputFile) -> RawTable:
    """Read a file of the product; rows whose postcode is none are held."""
    return hold_bad_postcodes(read_csv(source, _LAYOUT), "postcode")


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Write postcodes in their published spelling; a position that is none becomes NULL."""
    has_position = raw["positional_quality"] < NO_POSITION
    return raw.assign(
        postcode=spell(raw["postcode"]),
        easting_m=raw["easting_m"].where(has_position),
        northing_m=raw["northing_m"].where(has_position),
    )


DATASET = Dataset(
    id="code_point_open",
    folder="postcodes/code_point_open",
    source=Source(
        publisher="Ordnance Survey",
        title="Code-Point Open",
        url="https://www.ordnancesurvey.co.uk/products/code-point-open",
        licence=fields.OGL,
        period="May 2025",
        as_of="2025-05-01",
        is_replaced=True,
    ),
    contract=Contract(
        table="stg_code_point_open",
        row_is="one live postcode",
        primary_key=("postcode",),
        columns=(
            fields.POSTCODE,
            Column(
                name="positional_quality",
                kind="integer",
                description="10 best … 60 worst, 90 no position.",
                disclosure=Disclosure.BASE,
                minimum=10,
                maximum=NO_POSITION,
            ),
            fields.easting(Disclosure.BASE),
            fields.northing(Disclosure.BASE),
        ),
    ),
    headings={
        "Postcode": "postcode",
        "Positional_quality_indicator": "positional_quality",
        "Eastings": "easting_m",
        "Northings": "northing_m",
    },
    members="*data/csv/*.csv",
    read=read,
    stage=stage,
)
