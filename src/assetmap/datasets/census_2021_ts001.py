"""Census 2021 usual residents (TS001) by LSOA of 2021."""

from assetmap.datasets._census_2021 import CensusTable, census_dataset

TABLE = CensusTable(
    code="ts001",
    title="Number of usual residents in households and communal establishments",
    variable="Residence type",
    categories={
        "Total": ("resident_count", "Usual residents."),
    },
)

DATASET = census_dataset(TABLE)
