"""The pipeline of development sites, from potential to complete, against the master plan.

Belongs here: homes, jobs and hectares by stage, the bars that draw them, each site's row, and
where statements differ. Does not: what decides a site's stage (``sql/marts``), one site's
register (``site_register.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assetmap.publish.claims_model import claim_href
from assetmap.publish.page import Page
from assetmap.publish.plan import Amount, Plan, amount, plans, shares
from assetmap.publish.register_words import (
    NOT_STATED,
    capital,
    date_words,
    listing,
    metric_label,
    sources,
    worded,
)
from assetmap.publish.site_register import amount as stated_amount
from assetmap.publish.site_steps import milestone_label, next_step
from assetmap.publish.tables import STEPS, Cell, counted, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assetmap.publish.model import Published, Row
    from assetmap.publish.register_words import Sources
    from assetmap.publish.tables import Table

STAGES: Final = ("Potential", "Outline permission", "Full permission", "On site", "Complete")
"""Stages in their order: the first has ``stage_order`` 1."""

_NAMES: Final = dict(
    zip(("potential", "outline", "full", "on_site", "complete"), STAGES, strict=True)
)
_HOMES: Final = "homes"
_REGISTER: Final = "brownfield_register"
_WIDTH: Final = 640
_METHOD: Final = (
    (
        "A site is at the furthest stage that an entry of the register of milestones says was "
        "reached; without one, at the stage of its permission in the brownfield land register; "
        "without that, it is potential."
    ),
    (
        "Where statements of one site differ, its figure runs from the lowest to the highest. "
        "Totals run from the sum of the lowest to the sum of the highest: no mean is taken and "
        "none is chosen."
    ),
    (
        "A site that states no figure adds nothing to a total. A total is therefore of those "
        "sites only that state one, and the number of the others stands beside it."
    ),
    "Slippage is the latest statement of a step against its first plan, in months.",
)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One part of a bar, in units of its drawing; ``stage`` 0 is the spread of statements."""

    stage: int
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class StageBar:
    """One measure as a bar of stages; ``mark`` is where the plan's figure lies."""

    title: str
    words: str
    segments: tuple[Segment, ...]
    mark: float | None


def pipeline_page(published: Published) -> Page:
    """Return the page of the pipeline."""
    rows = sorted(published.rows("pub_pipeline"), key=lambda r: (-r["stage_order"], r["site_name"]))
    whence = sources(published)
    plan = plans(published)
    return Page(
        path="pipeline.html",
        template="pipeline.html.j2",
        title="Pipeline of development sites",
        summary="How far each site has come, from potential to complete, and what all of them "
        "add up to beside the figures of the master plan.",
        content={
            "is_loaded": bool(rows),
            "bars": [bar for bar in (_bar(rows, measure) for measure in plan) if bar],
            "stages": tuple(enumerate(STAGES, start=1)),
            "totals": _stage_table(rows, plan, whence),
            "gaps": _gaps(rows, plan),
            "by_site": _site_table(published, rows, whence),
            "disputed": _disputed_table(published, whence),
            "has_register_sites": any(r["origin"] == _REGISTER for r in rows),
            "method": _METHOD,
        },
    )


def stage_label(stage: str) -> str:
    """Return the name of a stage."""
    return _NAMES.get(stage, worded(stage))


def _bar(rows: Sequence[Row], plan: Plan) -> StageBar | None:
    """Return the bar of one measure; None where no site states it.

    Each stage is drawn as long as its lowest total. What the highest statements add stands
    together at the end, so that the length of a stage is never more than is sure.
    """
    total = amount(rows, plan)
    if total.stated == 0 or total.high == 0:
        return None
    limit = max(total.high, plan.high or 0)
    ends = [0.0]
    for stage in range(1, STEPS + 1):
        ends.append(ends[-1] + amount(_at(rows, stage), plan).low / limit * _WIDTH)
    segments = [
        Segment(stage=stage, start=round(ends[stage - 1], 1), width=round(width, 1))
        for stage in range(1, STEPS + 1)
        if (width := ends[stage] - ends[stage - 1]) > 0
    ]
    spread = (total.high - total.low) / limit * _WIDTH
    if spread:
        segments.append(Segment(stage=0, start=round(ends[-1], 1), width=round(spread, 1)))
    return StageBar(
        title=capital(plan.noun),
        words=_bar_words(rows, plan, total),
        segments=tuple(segments),
        mark=round(plan.high / limit * _WIDTH, 1) if plan.high else None,
    )


def _bar_words(rows: Sequence[Row], plan: Plan, total: Amount) -> str:
    parts = [
        f"{name} {plan.figure(found)}"
        for stage, name in enumerate(STAGES, start=1)
        if (found := amount(_at(rows, stage), plan)).stated
    ]
    of_plan = f"; master plan {plan.words}" if plan.claims else ""
    return f"{'; '.join(parts)}; together {plan.figure(total)}{of_plan}."


def _at(rows: Sequence[Row], stage: int) -> list[Row]:
    return [row for row in rows if row["stage_order"] == stage]


def _stage_table(rows: Sequence[Row], plan: Sequence[Plan], whence: Sources) -> Table:
    body = tuple(_stage_row(name, _at(rows, stage), plan) for stage, name in enumerate(STAGES, 1))
    return listing(
        "stages",
        "Sites by stage: what they are to hold",
        ("Stage", "#Sites", *(f"#{capital(p.noun)}" for p in plan)),
        body,
        download="pipeline",
        totals=_total_rows(rows, plan, whence),
    )


def _stage_row(name: str, rows: Sequence[Row], plan: Sequence[Plan]) -> tuple[Cell, ...]:
    return (
        Cell(text=name),
        Cell(text=whole(len(rows))),
        *(_amount_cell(amount(rows, p), p) for p in plan),
    )


def _amount_cell(found: Amount, plan: Plan) -> Cell:
    if found.total == 0:
        return Cell(text="0")
    if found.stated == 0:
        return Cell(text=NOT_STATED)
    partial = found.stated < found.total
    return Cell(
        text=plan.figure(found),
        small=f"{found.stated} of {counted(found.total, 'site')}" if partial else "",
    )


def _total_rows(
    rows: Sequence[Row], plan: Sequence[Plan], whence: Sources
) -> tuple[tuple[Cell, ...], ...]:
    listed = [row for row in rows if row["origin"] == _REGISTER]
    named = [row for row in rows if row["origin"] != _REGISTER]
    groups, compared = {"All sites": rows}, {"All sites in per cent of the plan": rows}
    if listed and named:
        groups |= {
            "Of these, sites that documents name": named,
            "Of these, sites of the brownfield register only": listed,
        }
        # The plan may not hold what stands in the register only: its share is then too high.
        compared |= {"Sites that documents name in per cent of the plan": named}
    return (
        *(
            (
                Cell(text=title),
                Cell(text=whole(len(group))),
                *(_amount_cell(amount(group, p), p) for p in plan),
            )
            for title, group in groups.items()
        ),
        (Cell(text="Master plan"), Cell(text=""), *(_plan_cell(p, whence) for p in plan)),
        *(
            (Cell(text=title), Cell(text=""), *(Cell(text=shares(amount(g, p), p)) for p in plan))
            for title, g in compared.items()
        ),
    )


def _plan_cell(plan: Plan, whence: Sources) -> Cell:
    places = dict.fromkeys(whence.words(claim) for claim in plan.claims)
    return Cell(
        text=plan.words or "no figure loaded",
        small="; ".join(places),
        href=claim_href(plan.claims[0]["claim_id"]) if len(plan.claims) == 1 else "",
    )


def _gaps(rows: Sequence[Row], plan: Sequence[Plan]) -> list[str]:
    """Return one sentence for each measure that not every site states."""
    found = [(p.noun, amount(rows, p)) for p in plan]
    return [
        f"{a.total - a.stated} of {counted(a.total, 'site')} "
        f"{'states' if a.total - a.stated == 1 else 'state'} no {noun}."
        for noun, a in found
        if a.stated < a.total
    ]


def _site_table(published: Published, rows: Sequence[Row], whence: Sources) -> Table:
    # A measure that no site states is said once above, not once for each site.
    plan = [p for p in plans(published) if p.metric == _HOMES or amount(rows, p).stated]
    known = {site["site_id"] for site in published.sites}
    return listing(
        "register-sites",
        "Each site, furthest first; a figure leads to the statements behind it",
        (
            "Site",
            "Stage",
            *(f"#{capital(p.noun)}" for p in plan[:1]),
            "#Share of the plan's homes",
            *(f"#{capital(p.noun)}" for p in plan[1:]),
            "Next step",
            "Source",
        ),
        (_site_row(published, row, plan, known, whence) for row in rows),
        download="pipeline",
    )


def _site_row(
    published: Published, row: Row, plan: Sequence[Plan], known: set[str], whence: Sources
) -> tuple[Cell, ...]:
    site_id = row["site_id"]
    page = f"sites/{site_id}.html" if site_id in known else ""
    metrics = {r["metric"] for r in published.of_site("pub_site_capacity", site_id)}
    figures = [
        replace(
            _amount_cell(amount([row], p), p),
            href=f"{page}#h-register-how-much" if page and p.metric in metrics else "",
        )
        for p in plan
    ]
    return (
        Cell(
            text=row["site_name"],
            href=page,
            small="brownfield land register only" if row["origin"] == _REGISTER else "",
        ),
        _stage_cell(published, row),
        figures[0],
        Cell(text=_share(row)),
        *figures[1:],
        _next(published, row),
        whence.cell(row),
    )


def _stage_cell(published: Published, row: Row) -> Cell:
    since, basis = date_words(row["stage_since"]), _basis(published, row)
    return Cell(
        text=stage_label(row["stage"]),
        small=basis if since == NOT_STATED else f"{basis}, {since}",
        steps=row["stage_order"],
    )


def _basis(published: Published, row: Row) -> str:
    """Return what a stage rests on: an entry of the milestones by its step, not by its id."""
    basis: str = row["stage_basis"]
    named = re.split(r"[\s()]+", basis)
    for entry in published.of_site("pub_site_milestone", row["site_id"]):
        if entry["entry_id"] in named:
            return f"{milestone_label(entry['milestone'])} taken"
    return basis


def _next(published: Published, row: Row) -> Cell:
    if row["stage_order"] == STEPS:
        return Cell(text="none: complete")
    return next_step(published.of_site("pub_site_slippage", row["site_id"]))


def _share(row: Row) -> str:
    low, high = row["homes_share_pct_low"], row["homes_share_pct_high"]
    known = list(dict.fromkeys(f"{share:.1f}" for share in (low, high) if share is not None))
    return f"{' to '.join(known)}%" if known else NOT_STATED


def _disputed_table(published: Published, whence: Sources) -> Table | None:
    names = {row["site_id"]: row["site_name"] for row in published.rows("pub_pipeline")}
    rows = [row for row in published.rows("pub_site_capacity") if row["is_disputed"]]
    if not rows:
        return None
    return listing(
        "register-disputed",
        "Statements of capacity that do not meet",
        ("Site", "What", "#Statement", "As of", "Note", "Source"),
        (_disputed_row(row, names, whence) for row in rows),
        download="site_capacity",
    )


def _disputed_row(row: Row, names: Mapping[str, str], whence: Sources) -> tuple[Cell, ...]:
    site_id: str = row["site_id"]
    return (
        Cell(text=names.get(site_id, site_id)),
        Cell(text=capital(metric_label(row["metric"]))),
        Cell(text=stated_amount(row)),
        Cell(text=date_words(row["as_of"])),
        Cell(text=row["note"] or ""),
        whence.cell(row),
    )
