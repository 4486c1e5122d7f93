"""Residents by age or sex and ward, put in by hand where no census table of them is loaded.

Optional: the comparison of respondents with residents uses it. The figures are those of adults,
in the bands of the questionnaire; age gives way to ``census_2021_ts007a`` where that is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.dataset import Dataset, Source

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "age_band": ("18_24", "25_34", "35_44", "45_54", "55_64", "65_plus"),
    "sex": ("female", "male"),
}
"""Dimensions that may be put in, with the answers of the questionnaire that they count."""


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Write a category that is not one of its dimension so that the contract holds the row."""
    pairs = {f"{dimension} {name}" for dimension, names in CATEGORIES.items() for name in names}
    pair = raw["dimension"] + " " + raw["category"]
    return raw.assign(category=raw["category"].where(pair.isin(pairs) | pair.isna(), pair))


DATASET = Dataset(
    id="survey_margin",
    source=Source(
        publisher=fields.ONS,
        title="Census 2021 figures put in as margins of the survey (age, sex)",
        url="https://www.nomisweb.co.uk/sources/census_2021",
        licence=fields.OGL,
        period="21 March 2021",
        as_of="2021-03-21",
        is_replaced=True,
        is_assembled=True,
    ),
    contract=Contract(
        table="stg_survey_margin",
        row_is="one dimension, one category, one ward",
        primary_key=("dimension", "category", "wd17cd"),
        columns=(
            fields.label("dimension", "Question of the survey.", allowed=tuple(CATEGORIES)),
            fields.label(
                "category",
                "Answer to that question.",
                allowed=tuple(name for names in CATEGORIES.values() for name in names),
            ),
            fields.WD17CD,
            fields.count("people_count", "Adult residents of that category."),
            fields.label("source", "Where the figure is from."),
        ),
    ),
    headings={
        "dimension": "dimension",
        "category": "category",
        "wd17cd": "wd17cd",
        "people_count": "people_count",
        "source": "source",
    },
    stage=stage,
    folder="survey/margins",
    required=False,
)
