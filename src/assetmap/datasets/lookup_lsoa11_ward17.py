"""Best-fit ward in force in 2017 of each LSOA of 2011."""

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.dataset import Dataset, Source

DATASET = Dataset(
    id="lookup_lsoa11_ward17",
    source=Source(
        publisher=fields.ONS,
        title="Lower Layer Super Output Area (2011) to Ward (2017) Lookup in England and Wales",
        url="https://geoportal.statistics.gov.uk/",
        licence=fields.OGL,
        period="December 2017",
        as_of="2017-12-31",
    ),
    contract=Contract(
        table="stg_lookup_lsoa11_ward17",
        row_is="one LSOA of 2011",
        primary_key=("lsoa11cd",),
        columns=(
            fields.LSOA11CD,
            fields.WD17CD,
            fields.label("wd17nm", "Name of the ward."),
            fields.LAD17CD,
            fields.label("lad17nm", "Name of the local authority."),
        ),
    ),
    headings={
        "LSOA11CD": "lsoa11cd",
        "WD17CD": "wd17cd",
        "WD17NM": "wd17nm",
        "LAD17CD": "lad17cd",
        "LAD17NM": "lad17nm",
    },
    is_boundary=True,
)
