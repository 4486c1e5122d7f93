"""Census 2021 country of birth (TS004) by LSOA of 2021."""

from assetmap.datasets._census_2021 import CensusTable, census_dataset

TABLE = CensusTable(
    code="ts004",
    title="Country of birth",
    variable="Country of birth",
    categories={
        "Total": ("birth_country_total_count", "Usual residents by country of birth."),
        "Europe: United Kingdom": ("born_uk_count", "Born in the United Kingdom."),
        "Europe: EU countries": ("born_eu_count", "Born in the EU."),
        "Africa": ("born_africa_count", "Born in Africa."),
        "Middle East and Asia": ("born_middle_east_asia_count", "Born in the Middle East or Asia."),
    },
)

DATASET = census_dataset(TABLE)
