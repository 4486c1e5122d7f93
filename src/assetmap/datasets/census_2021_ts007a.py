"""Census 2021 age in five-year bands (TS007A) by LSOA of 2021.

Optional: only the comparison of respondents with residents uses it. Where it is absent, the
figures of ``survey_margin`` stand in its place.
"""

from dataclasses import replace

from assetmap.datasets._census_2021 import CensusTable, census_dataset

_FIRST, _LAST, _WIDTH = 15, 85, 5

TABLE = CensusTable(
    code="ts007a",
    title="Age by five-year age bands",
    variable="Age",
    categories={
        "Total": ("age_total_count", "Usual residents of all ages."),
        **{
            f"Aged {age} to {age + _WIDTH - 1} years": (
                f"aged_{age}_{age + _WIDTH - 1}_count",
                f"Aged {age} to {age + _WIDTH - 1}.",
            )
            for age in range(_FIRST, _LAST, _WIDTH)
        },
        f"Aged {_LAST} years and over": (f"aged_{_LAST}_plus_count", f"Aged {_LAST} and over."),
    },
)

DATASET = replace(census_dataset(TABLE), required=False)
