"""Census 2021 proficiency in English (TS029) by LSOA of 2021."""

from assetmap.datasets._census_2021 import CensusTable, census_dataset

_NOT_ENGLISH = "Main language is not English (English or Welsh in Wales): "

TABLE = CensusTable(
    code="ts029",
    title="Proficiency in English",
    variable="Proficiency in English language",
    categories={
        "Total: All usual residents aged 3 years and over": (
            "aged_3_plus_count",
            "Usual residents aged 3 and over.",
        ),
        _NOT_ENGLISH + "Cannot speak English well": (
            "cannot_speak_english_well_count",
            "Cannot speak English well.",
        ),
        _NOT_ENGLISH + "Cannot speak English": (
            "cannot_speak_english_count",
            "Cannot speak English at all.",
        ),
    },
)

DATASET = census_dataset(TABLE)
