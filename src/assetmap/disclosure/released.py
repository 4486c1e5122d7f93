"""The published tables of people: what the gate works out, and nothing of a person in it.

Belongs here: contracts of ``pub_people*`` and ``pub_survey*``. Does not: tables that are
copied as they stand (``tables.py``), rounding, suppression and audit (``people.py``).
"""

from __future__ import annotations

from typing import Final

from assetmap.contracts import Column, Contract
from assetmap.fields import column

SHOWN: Final = ("published", "suppressed")


def _share(name: str, description: str) -> Column:
    return column("integer", name, description, unit="percent", nullable=True, minimum=0)


PUB_PEOPLE_TABLE: Final = Contract(
    table="pub_people_table",
    row_is="one declared table of people",
    primary_key=("table_id",),
    columns=(
        column("text", "table_id", "Table."),
        column("integer", "sort_order", "Order on pages."),
        column("text", "title", "Title."),
        column("text", "population", "Whom it counts.", allowed=("respondent", "researcher")),
        column("text", "attributes", "What it counts by, separated by semicolons; empty: all."),
        column("text", "attribute_labels", "The same in words."),
        column("boolean", "is_exclusive", "True where a person is in one category only."),
        column("boolean", "is_sensitive", "True where the stricter threshold holds."),
        column("integer", "threshold", "Smaller counts are not shown.", unit="count"),
        column("text", "margin", "Census dimension that it is compared with.", nullable=True),
    ),
)

PUB_PEOPLE: Final = Contract(
    table="pub_people",
    row_is="one declared table, one area, one category; category 'all' is everyone of the area",
    primary_key=("table_id", "area_code", "category"),
    columns=(
        column("text", "table_id", "Table."),
        column("text", "area_code", "Ward, or the study area's own id."),
        column("text", "area_name", "Name of the area."),
        column("text", "geography", "Kind of area.", allowed=("study_area", "ward")),
        column("text", "category", "Category; two codes are joined by a slash."),
        column("text", "category_label", "The category in words."),
        column("integer", "sort_order", "Order within the table."),
        column("text", "status", "Whether the count is shown.", allowed=SHOWN),
        column(
            "integer",
            "count",
            "People, rounded as the policy says; NULL where it is withheld.",
            unit="count",
            nullable=True,
            minimum=0,
        ),
        _share("share_pct", "Rounded count over rounded count, in whole per cent."),
        _share("answered_pct", "The same among those with an answer that the census has too."),
        _share("weighted_pct", "The same, weighted to the census; non-probability sample."),
        _share("census_pct", "Share of residents by the census, where it is comparable."),
        column(
            "number",
            "coverage_ratio",
            "Share of respondents over share of residents; 1 = in proportion.",
            nullable=True,
            minimum=0,
        ),
    ),
)

PUB_SURVEY: Final = Contract(
    table="pub_survey",
    row_is="one fact about the survey as a whole",
    primary_key=("key",),
    columns=(
        column("text", "key", "Name of the fact."),
        column("text", "label", "The fact in words."),
        column("text", "status", "Whether it is shown.", allowed=SHOWN),
        column("text", "value", "Its value; NULL where it is withheld.", nullable=True),
        column("text", "unit", "Unit, or empty."),
        column("text", "note", "What to know about it.", nullable=True),
    ),
)

PUB_CODEBOOK: Final = Contract(
    table="pub_codebook",
    row_is="one question of the questionnaire",
    primary_key=("question",),
    columns=(
        column("text", "question", "Name of the question."),
        column("integer", "sort_order", "Order on the form."),
        column("text", "group_label", "Heading that it stands under.", nullable=True),
        column("text", "label", "The question in English."),
        column("text", "kind", "Kind of answer."),
        column("boolean", "is_required", "True where an answer must be given."),
        column("boolean", "is_repeated", "True where it is asked for each of several."),
        column("text", "answers", "Codes and labels, separated by semicolons.", nullable=True),
        column("text", "relevant", "When it is asked, if not always.", nullable=True),
        column("text", "published_as", "What becomes of the answer."),
    ),
)

RELEASED: Final[tuple[Contract, ...]] = (PUB_PEOPLE_TABLE, PUB_PEOPLE, PUB_SURVEY)
"""Tables that the gate itself works out of restricted ones."""
