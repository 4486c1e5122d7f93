"""The published tables of people: what the gate works out, and nothing of a person in it.

Belongs here: contracts of ``pub_people*`` and ``pub_survey*``. Does not: tables that are
copied as they stand (``tables.py``), rounding, suppression and audit (``people.py``).
"""

from __future__ import annotations

from typing import Final

from assetmap.contracts import Column, Contract, Disclosure, Kind

SHOWN: Final = ("published", "suppressed")


def _column(  # noqa: PLR0913 - one argument for each part of a column
    kind: Kind,
    name: str,
    description: str,
    *,
    unit: str = "",
    nullable: bool = False,
    allowed: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    return Column(
        name=name,
        kind=kind,
        description=description,
        disclosure=Disclosure.BASE,
        unit=unit,
        nullable=nullable,
        allowed=allowed,
        minimum=minimum,
        maximum=maximum,
    )


def _share(name: str, description: str) -> Column:
    return _column("integer", name, description, unit="percent", nullable=True, minimum=0)


PUB_PEOPLE_TABLE: Final = Contract(
    table="pub_people_table",
    row_is="one declared table of people",
    primary_key=("table_id",),
    columns=(
        _column("text", "table_id", "Table."),
        _column("integer", "sort_order", "Order on pages."),
        _column("text", "title", "Title."),
        _column("text", "population", "Whom it counts.", allowed=("respondent", "researcher")),
        _column("text", "attributes", "What it counts by, separated by semicolons; empty: all."),
        _column("text", "attribute_labels", "The same in words."),
        _column("boolean", "is_exclusive", "True where a person is in one category only."),
        _column("boolean", "is_sensitive", "True where the stricter threshold holds."),
        _column("integer", "threshold", "Smaller counts are not shown.", unit="count"),
        _column("text", "margin", "Census dimension that it is compared with.", nullable=True),
    ),
)

PUB_PEOPLE: Final = Contract(
    table="pub_people",
    row_is="one declared table, one area, one category; category 'all' is everyone of the area",
    primary_key=("table_id", "area_code", "category"),
    columns=(
        _column("text", "table_id", "Table."),
        _column("text", "area_code", "Ward, or the study area's own id."),
        _column("text", "area_name", "Name of the area."),
        _column("text", "geography", "Kind of area.", allowed=("study_area", "ward")),
        _column("text", "category", "Category; two codes are joined by a slash."),
        _column("text", "category_label", "The category in words."),
        _column("integer", "sort_order", "Order within the table."),
        _column("text", "status", "Whether the count is shown.", allowed=SHOWN),
        _column(
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
        _column(
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
        _column("text", "key", "Name of the fact."),
        _column("text", "label", "The fact in words."),
        _column("text", "status", "Whether it is shown.", allowed=SHOWN),
        _column("text", "value", "Its value; NULL where it is withheld.", nullable=True),
        _column("text", "unit", "Unit, or empty."),
        _column("text", "note", "What to know about it.", nullable=True),
    ),
)

PUB_CODEBOOK: Final = Contract(
    table="pub_codebook",
    row_is="one question of the questionnaire",
    primary_key=("question",),
    columns=(
        _column("text", "question", "Name of the question."),
        _column("integer", "sort_order", "Order on the form."),
        _column("text", "group_label", "Heading that it stands under.", nullable=True),
        _column("text", "label", "The question in English."),
        _column("text", "kind", "Kind of answer."),
        _column("boolean", "is_required", "True where an answer must be given."),
        _column("boolean", "is_repeated", "True where it is asked for each of several."),
        _column("text", "answers", "Codes and labels, separated by semicolons.", nullable=True),
        _column("text", "relevant", "When it is asked, if not always.", nullable=True),
        _column("text", "published_as", "What becomes of the answer."),
    ),
)

RELEASED: Final[tuple[Contract, ...]] = (PUB_PEOPLE_TABLE, PUB_PEOPLE, PUB_SURVEY)
"""Tables that the gate itself works out of restricted ones."""
