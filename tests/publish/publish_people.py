"""Published tables of made-up people: released counts, withheld ones, and what is around them."""

from __future__ import annotations

from typing import Any

STUDY_AREA = ("milltown", "Milltown", "study_area")
WEST = ("E05000001", "West", "ward")
EAST = ("E05000002", "East", "ward")

# Category, label, and (count, share, weighted share, census share, ratio) for the study area,
# then (count, share) for West and East; None: withheld.
_EVERYONE = ("all", "All respondents", (215, None), (130, None), (85, None))
_TABLES: dict[str, list[tuple[Any, ...]]] = {
    "respondents": [_EVERYONE],
    "age": [
        ("18_24", "18 to 24", (15, 7, 12, 12, 0.58), None, None),
        ("25_34", "25 to 34", (85, 40, 25, 24, 1.67), (60, 46), (25, 29)),
        ("35_64", "35 to 64", (95, 44, 43, 44, 1.0), (55, 42), (40, 47)),
        ("65_plus", "65 and over", None, None, None),
        ("no_answer", "No answer", (10, 5, None, None, None), (10, 8), None),
        _EVERYONE,
    ],
    "country": [
        ("uk", "United Kingdom", (110, 51, 55, 57, 0.89)),
        ("africa", "Africa", (55, 26, 12, None, None)),
        ("asia", "Middle East and Asia", (45, 21, 24, 24, None)),
        ("other", "Other countries", None),
        _EVERYONE[:3],
    ],
    "skills": [
        ("food", "Food and catering", (75, 35, 33), (45, 35), (30, 35)),
        ("care", "Care of children and adults", (110, 51, 50), (70, 54), (40, 47)),
        ("health", "Health professions", (25, 12, 10), (15, 12), None),
        ("digital", "Computers", None, None, None),
        _EVERYONE,
    ],
    "stage": [
        ("invited", "Invited", (30, None)),
        ("recruited", "Recruited", (20, None)),
        ("module_1", "Finished module 1", (15, None)),
        ("module_2", "Finished module 2", None),
    ],
}


def people_tables() -> list[dict[str, Any]]:
    """Return the declared tables, one of which has nothing released."""
    rows = [
        ("respondents", "Respondents", "respondent", "", "", True, False, ""),
        ("age", "Respondents by age", "respondent", "age_band", "Age", True, False, "age_band"),
        (
            "country",
            "Respondents by country of birth",
            "respondent",
            "country_group",
            "Country of birth",
            True,
            True,
            "country_group",
        ),
        (
            "skills",
            "Skills by theme",
            "respondent",
            "skill_theme",
            "Skills by theme",
            False,
            False,
            None,
        ),
        ("rare", "Rare skills", "respondent", "rare", "Rare skills", False, False, None),
        (
            "stage",
            "Community researchers by stage",
            "researcher",
            "stage",
            "Stage",
            False,
            False,
            "",
        ),
    ]
    names = ("table_id", "title", "population", "attributes", "attribute_labels")
    more = ("is_exclusive", "is_sensitive", "margin")
    return [
        {
            **dict(zip((*names, *more), row, strict=True)),
            "sort_order": order,
            "threshold": 20 if row[6] else 10,
        }
        for order, row in enumerate(rows)
    ]


def people() -> list[dict[str, Any]]:
    """Return the released rows of every declared table."""
    return [
        _row(table_id, area, order, category, label, figures)
        for table_id, rows in _TABLES.items()
        for order, (category, label, *by_area) in enumerate(rows)
        for area, figures in zip((STUDY_AREA, WEST, EAST), by_area, strict=False)
    ]


def _row(
    table_id: str,
    area: tuple[str, str, str],
    order: int,
    category: str,
    label: str,
    figures: tuple[Any, ...] | None,
) -> dict[str, Any]:
    count, share, weighted, census, ratio = (*(figures or ()), *(None,) * 5)[:5]
    if figures is None and table_id == "age" and area is STUDY_AREA:
        census = 20
    return {
        "table_id": table_id,
        **dict(zip(("area_code", "area_name", "geography"), area, strict=True)),
        "category": category,
        "category_label": label,
        "sort_order": order,
        "status": "suppressed" if figures is None else "published",
        "count": count,
        "share_pct": share,
        "answered_pct": share,
        "weighted_pct": weighted,
        "census_pct": census,
        "coverage_ratio": ratio,
    }


def survey_facts() -> list[dict[str, Any]]:
    """Return facts about the survey: known ones, a withheld one, an unknown one."""
    facts = [
        ("vouchers_paid_gbp", "Vouchers handed over", "860", "gbp", None),
        ("vouchers_accrued_gbp", "Vouchers earned", "1240", "gbp", "By the rule."),
        ("vouchers_outstanding_gbp", "Vouchers still owed", "-380", "gbp", None),
        ("voucher_rule", "Rule", "£20 for each 10 questionnaires, up to £100", "", None),
        ("weather", "Rainy days", "12", "days", None),
        ("responses_validated", "Questionnaires validated", "1215", "count", "Rounded."),
        ("responses_rejected", "Questionnaires rejected", None, "count", None),
        ("researcher_target", "Researchers to be recruited", "22", "count", None),
        ("interval_recruited", "Invited to recruited, median", "14", "days", None),
        ("effective_n", "Effective number of respondents", "160", "count", None),
        ("design_effect", "Design effect of the weights", "1.35", "", None),
        ("weighted_by", "Weighted to the census by", "age, sex", "", None),
        ("form_languages", "Languages of the form", "English, Urdu", "", "Nobody checked them."),
        ("answered_share", "Questionnaires that are complete", "96", "percent", None),
    ]
    return [
        {
            "key": key,
            "label": label,
            "status": "suppressed" if value is None else "published",
            "value": value,
            "unit": unit,
            "note": note,
        }
        for key, label, value, unit, note in facts
    ]


def codebook() -> list[dict[str, Any]]:
    """Return some questions in two groups and one without."""
    rows = [
        ("consent", "Consent", "May we use it?", "one answer", "yes: Yes; no: No", None),
        (
            "skills",
            "Skills",
            "What can you do?",
            "several answers",
            "cook: Cooking; sew: Sewing",
            None,
        ),
        ("qual_title", "Skills", "Which qualification?", "text", None, "consent is yes"),
        ("notes", None, "Anything else?", "text", None, None),
    ]
    return [
        {
            "question": question,
            "sort_order": order,
            "group_label": group,
            "label": label,
            "kind": kind,
            "is_required": question == "consent",
            "is_repeated": question == "qual_title",
            "answers": answers,
            "relevant": relevant,
            "published_as": "Counts by theme, gated.",
        }
        for order, (question, group, label, kind, answers, relevant) in enumerate(rows)
    ]
