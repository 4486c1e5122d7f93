"""What the register holds of one site: who, how much, when, engagement, needs, commitments.

Belongs here: the sections of a site's page that come from lists kept by hand. Does not:
figures of the surroundings (``site_page.py``), all sites together (``pipeline_page.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.model import split_keys
from assetmap.publish.register_words import (
    NOT_STATED,
    bounded,
    capital,
    date_words,
    joined,
    listing,
    metric_label,
    part,
    quantity,
    sources,
    worded,
)
from assetmap.publish.site_steps import history, timeline
from assetmap.publish.tables import NOT_RECORDED, STEPS, Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assetmap.publish.model import Published, Row
    from assetmap.publish.register_words import RegisterPart, Sources
    from assetmap.publish.tables import Table

_ROLES: Final = ("owner", "joint_venture", "developer", "operator", "funder")
_METRICS: Final = ("homes", "jobs", "ha", "gbp")
_COMMITMENTS: Final = {
    "recruit": "Recruitment",
    "procure": "Procurement",
    "train": "Training",
    "estate": "Land and buildings",
}


@dataclass(frozen=True, kw_only=True)
class SiteRegister:
    """All that is recorded of one site, and the one line of what is not."""

    parts: tuple[RegisterPart, ...]
    missing: str


def site_register(published: Published, site_id: str) -> SiteRegister:
    """Return what is recorded of one site."""
    whence = sources(published)
    made = [make(published, site_id, whence) for make in _MAKERS]
    empty = [found.title.lower() for found in made if not found.tables]
    return SiteRegister(
        parts=tuple(found for found in made if found.tables),
        missing=f"{capital(joined(empty))}: {NOT_RECORDED}." if empty else "",
    )


def differing(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return one sentence for each capacity of one site whose statements do not meet."""
    metrics = dict.fromkeys(row["metric"] for row in rows if row["is_disputed"])
    return tuple(
        f"Statements of {metric_label(metric)} differ: {joined(_amounts(rows, metric))}. All are "
        "kept, and none is chosen here."
        for metric in metrics
    )


def amount(row: Row) -> str:
    """Return the figure of one row of ``pub_site_capacity``: ``about 500``, ``£350,000,000``."""
    if row["value"] is None:
        return NOT_STATED
    return bounded(quantity(row["value"], row["metric"]), row["bound"])


def _amounts(rows: Sequence[Row], metric: str) -> list[str]:
    found = sorted((r["value"] or 0, amount(r)) for r in rows if r["metric"] == metric)
    return list(dict.fromkeys(text for _, text in found))


def _who(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    rows = sorted(
        published.of_site("pub_site_role", site_id),
        key=lambda r: (_rank(r["role"], _ROLES), r["organisation_name"]),
    )
    lasting = "no end recorded" if any(row["to_date"] for row in rows) else ""
    cells = (
        (
            Cell(text=row["organisation_name"]),
            Cell(text=worded(row["role"])),
            Cell(text=date_words(row["from_date"])),
            Cell(text=date_words(row["to_date"]) if row["to_date"] else lasting),
            Cell(text=row["note"] or ""),
            whence.cell(row),
        )
        for row in rows
    )
    table = listing(
        "register-who",
        "Organisations and what they are at the site",
        ("Organisation", "Role", "From", "Until", "Note", "Source"),
        cells,
        download="site_roles",
    )
    return part("who", "Who", table)


def _how_much(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    rows = sorted(
        published.of_site("pub_site_capacity", site_id),
        key=lambda r: (_rank(r["metric"], _METRICS), r["statement_id"]),
    )
    cells = (
        (
            Cell(text=capital(metric_label(row["metric"]))),
            Cell(text=amount(row), small="differs from another" if row["is_disputed"] else ""),
            Cell(text=date_words(row["as_of"])),
            Cell(text=row["note"] or ""),
            whence.cell(row),
        )
        for row in rows
    )
    table = listing(
        "register-capacity",
        "What the site is to hold, statement by statement",
        ("What", "#Statement", "As of", "Note", "Source"),
        cells,
        download="site_capacity",
    )
    return part("how-much", "How much", table, remarks=differing(rows))


def _when(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    entries = published.of_site("pub_site_milestone", site_id)
    steps = published.of_site("pub_site_slippage", site_id)
    return part("when", "When", timeline(steps, entries, whence), history(entries, whence))


def _engagement(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    rows = sorted(
        published.of_site("pub_site_engagement", site_id),
        key=lambda r: (-r["level_rank"], r["organisation_name"], r["event_date"], r["event_id"]),
    )
    latest = [row for row in rows if row["is_latest"]]
    earlier = [row for row in rows if not row["is_latest"]]
    return part(
        "engagement",
        "Engagement",
        _contacts("ladder", "Where each organisation stands by its last contact", latest, whence),
        _contacts("contacts", "Earlier contacts", earlier, whence),
        remarks=(f"The {STEPS} steps are none, informed, consulted, active and committed.",),
    )


def _contacts(name: str, caption: str, rows: Sequence[Row], whence: Sources) -> Table:
    cells = (
        (
            Cell(text=row["organisation_name"]),
            Cell(
                text=f"{capital(row['level'])} ({row['level_rank'] + 1} of {STEPS})",
                steps=row["level_rank"] + 1,
            ),
            Cell(text=capital(row["event_kind"]), small=_when_met(row)),
            Cell(text=row["note"] or ""),
            whence.cell(row),
        )
        for row in rows
    )
    return listing(
        f"register-{name}",
        caption,
        ("Organisation", "Level", "Contact", "What came of it", "Source"),
        cells,
        download="site_engagement",
    )


def _when_met(row: Row) -> str:
    date = date_words(row["event_date"])
    return f"date {date}" if date == NOT_STATED else date


def _groups(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    cells = (
        (
            Cell(text=row["group_name"]),
            Cell(text=row["purpose"]),
            Cell(text="; ".join(split_keys(row["work_packages"])) or NOT_STATED),
            whence.cell(row),
        )
        for row in published.of_site("pub_site_group", site_id)
    )
    table = listing(
        "register-groups",
        "Groups of partners that work on the site",
        ("Group", "What it is for", "Work packages in it", "Source"),
        cells,
        download="site_groups",
    )
    return part("groups", "Groups", table)


def _needs(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    cells = (
        (Cell(text=row["need"]), Cell(text=worded(row["theme"])), whence.cell(row))
        for row in published.of_site("pub_site_need", site_id)
    )
    table = listing(
        "register-needs",
        "What the site needs from its neighbourhood",
        ("Need", "Theme", "Source"),
        cells,
        download="site_needs",
    )
    return part("needs", "What the site needs", table)


def _commitments(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    cells = (
        (
            Cell(
                text=row["what"],
                small=_COMMITMENTS.get(row["commitment"], worded(row["commitment"])),
            ),
            Cell(text=row["organisation_name"]),
            Cell(text=_with_unit(row["target"], row["unit"], missing="no target")),
            _reached(row),
            Cell(text=date_words(row["due"])),
            Cell(text=capital(row["state"])),
            whence.cell(row),
        )
        for row in published.of_site("pub_commitment", site_id)
    )
    table = listing(
        "register-commitments",
        "What organisations have said they will do",
        ("What was said", "Organisation", "#Target", "#Reached", "Due", "State", "Source"),
        cells,
        download="commitments",
    )
    return part("commitments", "Commitments", table)


def _reached(row: Row) -> Cell:
    text = _with_unit(row["actual"], row["unit"], missing="not reported")
    return Cell(text=text, small="" if row["actual"] is None else _as_of(row["as_of"]))


def _as_of(date: str) -> str:
    words = date_words(date)
    return f"date {words}" if words == NOT_STATED else f"as of {words}"


def _with_unit(value: float | None, unit: str | None, *, missing: str) -> str:
    if value is None:
        return missing
    return f"{quantity(value, unit or '')}{f' {unit}' if unit and unit != 'gbp' else ''}"


def _parts(published: Published, site_id: str, whence: Sources) -> RegisterPart:
    cells = (
        (
            Cell(text=row["part_name"]),
            Cell(text=worded(row["part_kind"])),
            Cell(text=row["note"] or ""),
            whence.cell(row),
        )
        for row in published.of_site("pub_site_part", site_id)
    )
    table = listing(
        "register-parts",
        "Parts of the site that have a name of their own",
        ("Part", "What it is", "Note", "Source"),
        cells,
        download="site_parts",
    )
    return part("parts", "Parts", table)


def _rank(key: str, order: Sequence[str]) -> int:
    return order.index(key) if key in order else len(order)


_MAKERS: Final[tuple[Callable[[Published, str, Sources], RegisterPart], ...]] = (
    _who,
    _how_much,
    _when,
    _engagement,
    _groups,
    _needs,
    _commitments,
    _parts,
)
