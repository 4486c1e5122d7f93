"""Census 2021 car or van availability (TS045) by LSOA of 2021."""

from assetmap.datasets._census_2021 import CensusTable, census_dataset

TABLE = CensusTable(
    code="ts045",
    title="Car or van availability",
    variable="Number of cars or vans",
    categories={
        "Total: All households": ("household_count", "Households."),
        "No cars or vans in household": (
            "household_no_car_count",
            "Households without a car or van.",
        ),
    },
)

DATASET = census_dataset(TABLE)
