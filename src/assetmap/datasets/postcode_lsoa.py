"""LSOA of 2011 of every postcode, terminated ones included (ONS lookup of May 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.dataset import Dataset, Source
from assetmap.datasets._postcodes import hold_bad_postcodes, spell
from assetmap.readers import Layout, RawTable, read_csv

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.inputs import InputFile


def read(source: InputFile) -> RawTable:
    """Read the lookup; rows whose postcode is none are held."""
    return hold_bad_postcodes(read_csv(source, Layout()), "pcds")


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Write postcodes in their published spelling."""
    return raw.assign(postcode=spell(raw["postcode"]))


DATASET = Dataset(
    id="postcode_lsoa",
    folder="postcodes/postcode_lsoa",
    source=Source(
        publisher=fields.ONS,
        title="Postcode to OA, LSOA, MSOA and Local Authority District (May 2022) Lookup in the UK",
        url="https://geoportal.statistics.gov.uk/",
        licence="OGL v3.0; contains Royal Mail data",
        period="May 2022",
        as_of="2022-05-31",
    ),
    contract=Contract(
        table="stg_postcode_lsoa",
        row_is="one postcode, live or terminated",
        primary_key=("postcode",),
        columns=(
            fields.POSTCODE,
            # Scotland, Northern Ireland and the Crown dependencies have codes of other shapes.
            fields.code("lsoa11cd", "LSOA of 2011.", r"^[0-9A-Z]{8,9}$", nullable=True),
            fields.code("terminated_month", "Month of termination.", r"^\d{6}$", nullable=True),
            fields.label(
                "user_type", "0 = small user, 1 = large user.", allowed=("0", "1"), nullable=True
            ),
        ),
    ),
    headings={
        "pcds": "postcode",
        "lsoa11cd": "lsoa11cd",
        "doterm": "terminated_month",
        "usertype": "user_type",
    },
    read=read,
    stage=stage,
    is_boundary=True,
)
