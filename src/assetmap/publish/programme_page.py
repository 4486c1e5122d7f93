"""The programme behind the survey, for funders: researchers, questionnaires, vouchers.

Belongs here: targets against what has been reached, the facts of ``pub_survey`` in their
order, method and caveats. Does not: what residents answered (``survey_page.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assetmap.fields import NO_SURVEY
from assetmap.publish.page import Page, downloads
from assetmap.publish.people import declared, labelled, rows_of, section
from assetmap.publish.tables import SUPPRESSED, Cell, Heading, Table, headings

if TYPE_CHECKING:
    from assetmap.publish.model import Published, Row
    from assetmap.publish.people import PeopleSection

_RECRUITED: Final = "recruited"
"""The stage that the target is about."""

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Facts under one heading; a fact belongs to the first group with a prefix of its key."""

    title: str
    prefixes: tuple[str, ...]
    order: tuple[str, ...] = ()


_RESEARCHERS: Final = "Community researchers"
_GROUPS: Final = (
    _Group(
        title=_RESEARCHERS,
        prefixes=("researcher", "interval_"),
        order=("researcher_target", "interval_recruited"),
    ),
    _Group(
        title="Questionnaires",
        prefixes=("form_", "response", "questionnaire"),
        order=(
            "responses_received",
            "responses_validated",
            "form_title",
            "form_version",
            "form_languages",
        ),
    ),
    _Group(
        title="Vouchers",
        prefixes=("voucher",),
        order=(
            "voucher_rule",
            "vouchers_accrued_gbp",
            "vouchers_paid_gbp",
            "vouchers_outstanding_gbp",
        ),
    ),
    _Group(
        title="How far the answers carry",
        prefixes=("design_effect", "effective_n", "weight", "not_weighted"),
        order=("design_effect", "effective_n", "weighted_by", "not_weighted_by"),
    ),
    _Group(title="Other facts", prefixes=("",)),
)

_METHOD: Final = (
    (
        "A questionnaire is validated when it is complete, the respondent is an adult who agreed "
        "to research and lives in the study area, and a trained community researcher is named."
    ),
    (
        "A researcher is counted at a stage from the day that the register gives for it. Who has "
        "reached a stage is counted in the stages before it as well."
    ),
    (
        "Counts of researchers and respondents are withheld [c] where they are small and rounded "
        "elsewhere. A target is not about people and is not rounded, so small "
        "gaps between a target and a count mean nothing."
    ),
    (
        "Vouchers earned follow from the rule, vouchers handed over from the register of payments. "
        "Sums of money are rounded too, so they may not add up."
    ),
    (
        "Researchers ask people whom they know. This is not a random sample: the design effect "
        "and the effective sample size say how much answers of one researcher's circle and the "
        "weights blur the figures, not how far respondents differ from other residents."
    ),
)


@dataclass(frozen=True, kw_only=True)
class FactGroup:
    """One heading of the page with what stands under it."""

    title: str
    table: Table | None = None
    sections: tuple[PeopleSection, ...] = ()


def programme_page(published: Published) -> Page:
    """Return the page of the programme."""
    is_loaded = published.survey_state != NO_SURVEY
    return Page(
        path="programme.html",
        template="programme.html.j2",
        title="Programme: targets and what was reached",
        summary="How many community researchers were sought, recruited and trained, how many "
        "questionnaires came in, and what was paid for them.",
        content={
            "is_loaded": is_loaded,
            "groups": _groups(published) if is_loaded else [],
            "method": _METHOD,
        },
        survey="figures" if is_loaded else "",
    )


def _groups(published: Published) -> list[FactGroup]:
    rows: dict[str, list[Row]] = {}
    for row in published.rows("pub_survey"):
        rows.setdefault(_group_of(row["key"]).title, []).append(row)
    groups = [
        FactGroup(
            title=group.title,
            table=_fact_table(published, group, rows.get(group.title, []), place),
            sections=_researchers(published) if group.title == _RESEARCHERS else (),
        )
        for place, group in enumerate(_GROUPS, start=1)
    ]
    return [group for group in groups if group.table or group.sections]


def _group_of(key: str) -> _Group:
    return next(group for group in _GROUPS if key.startswith(group.prefixes))


def _fact_table(published: Published, group: _Group, rows: list[Row], place: int) -> Table | None:
    if not rows:
        return None
    has_notes = any(row["note"] for row in rows)
    rank = {key: n for n, key in enumerate(group.order)}
    ordered = sorted(rows, key=lambda row: (rank.get(row["key"], len(rank)), row["key"]))
    return Table(
        id=f"facts-{place}",
        caption=labelled(published, group.title),
        headings=headings("Fact", "Value", *(["What to know"] if has_notes else [])),
        rows=tuple(
            (
                Cell(text=row["label"]),
                Cell(text=fact_value(row)),
                *([Cell(text=row["note"] or "")] if has_notes else []),
            )
            for row in ordered
        ),
        downloads=downloads("survey", published.survey_state),
        is_sortable=False,
    )


def fact_value(row: Row) -> str:
    """Return the value of one fact of ``pub_survey`` with its unit, or that it is withheld."""
    text = row["value"]
    if row["status"] != "published" or text is None:
        return SUPPRESSED
    number = _grouped(text) if row["unit"] and _NUMBER.fullmatch(text) else text
    if row["unit"] == "gbp":
        return f"-£{number[1:]}" if number.startswith("-") else f"£{number}"
    if row["unit"] == "percent":
        return f"{number}%"
    return number if row["unit"] in {"", "count"} else f"{number} {row['unit']}"


def _grouped(text: str) -> str:
    whole, point, decimals = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{abs(int(whole)):,}{point}{decimals}"


def _researchers(published: Published) -> tuple[PeopleSection, ...]:
    metas = declared(published, "researcher")
    target = published.survey_facts.get("researcher_target")
    return tuple(
        _with_target(published, meta, section(published, meta, place), target)
        for place, meta in enumerate(metas, start=1)
    )


def _with_target(
    published: Published, meta: Row, shown: PeopleSection, target: Row | None
) -> PeopleSection:
    """Return the table of stages with the target beside those recruited."""
    if shown.table is None or target is None or meta["attributes"] != "stage":
        return shown
    labels = {r["category_label"] for r in _recruited(published, meta)}
    heads = (*shown.table.headings, Heading(text="Target", is_number=True))
    rows = tuple(
        (*row, Cell(text=fact_value(target) if row[0].text in labels else "no target"))
        for row in shown.table.rows
    )
    totals = tuple((*row, Cell(text="")) for row in shown.table.totals)
    table = replace(shown.table, headings=heads, rows=rows, totals=totals, is_sortable=False)
    return replace(shown, table=table)


def _recruited(published: Published, meta: Row) -> list[Row]:
    return [r for r in rows_of(published, meta["table_id"]) if r["category"] == _RECRUITED]
