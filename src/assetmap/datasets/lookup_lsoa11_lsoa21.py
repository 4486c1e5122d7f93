"""Which LSOAs of 2021 took the place of which LSOAs of 2011 (exact fit)."""

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.dataset import Dataset, Source

DATASET = Dataset(
    id="lookup_lsoa11_lsoa21",
    source=Source(
        publisher=fields.ONS,
        title="LSOA (2011) to LSOA (2021) to Local Authority District (2022) Exact Fit Lookup",
        url="https://geoportal.statistics.gov.uk/",
        licence=fields.OGL,
        period="2011 to 2021",
        as_of="2022-12-31",
    ),
    contract=Contract(
        table="stg_lookup_lsoa11_lsoa21",
        row_is="one pair of an LSOA of 2011 and an LSOA of 2021",
        primary_key=("lsoa11cd", "lsoa21cd"),
        columns=(
            fields.LSOA11CD,
            fields.LSOA21CD,
            fields.label(
                "chgind",
                "U unchanged, S split, M merged, X changed beyond like for like.",
                allowed=("U", "S", "M", "X"),
            ),
        ),
    ),
    headings={"LSOA11CD": "lsoa11cd", "LSOA21CD": "lsoa21cd", "CHGIND": "chgind"},
    is_boundary=True,
)
