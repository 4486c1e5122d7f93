"""Census 2021 socio-economic classification (TS062) by LSOA of 2021."""

from assetmap.datasets._census_2021 import CensusTable, census_dataset

TABLE = CensusTable(
    code="ts062",
    title="NS-SEC",
    variable="National Statistics Socio-economic Classification (NS-SEC)",
    categories={
        "Total: All usual residents aged 16 years and over": (
            "nssec_total_count",
            "Usual residents aged 16 and over.",
        ),
        "L14.1 and L14.2 Never worked and long-term unemployed": (
            "never_worked_count",
            "Never worked, or unemployed for a long time.",
        ),
    },
)

DATASET = census_dataset(TABLE)
