"""Census 2021 highest level of qualification (TS067) by LSOA of 2021."""

from assetmap.datasets._census_2021 import CensusTable, census_dataset

TABLE = CensusTable(
    code="ts067",
    title="Highest level of qualification",
    variable="Highest level of qualification",
    categories={
        "Total: All usual residents aged 16 years and over": (
            "aged_16_plus_count",
            "Usual residents aged 16 and over.",
        ),
        "No qualifications": ("no_qualifications_count", "Without qualifications."),
        "Level 4 qualifications and above": ("level_4_plus_count", "Degree level and above."),
        "Level 4 qualifications or above": ("level_4_plus_count", "Degree level and above."),
    },
)

DATASET = census_dataset(TABLE)
