"""Who runs the programme: partners, work packages, sectors, outcomes, stories.

Belongs here: the page of the programme's register. Does not: meetings, events and money
(``activity.py``), what sites hold (``site_register.py``), survey and vouchers
(``programme_page.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.activity import bodies, budget, channels, events, stated_at
from assetmap.publish.claims_model import anchor
from assetmap.publish.model import split_keys
from assetmap.publish.page import Page
from assetmap.publish.register_words import (
    NOT_STATED,
    date_words,
    joined,
    listing,
    part,
    sources,
    worded,
)
from assetmap.publish.tables import Cell, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assetmap.publish.model import Published, Row
    from assetmap.publish.register_words import RegisterPart, Sources
    from assetmap.publish.tables import Table

_CATEGORIES: Final = {
    "local_authority": "Local authorities",
    "infrastructure_provider": "Infrastructure providers",
    "land_owner": "Land owners",
    "private_sector": "Private sector",
    "third_sector": "Third sector",
    "education": "Education",
}
_SECTORS: Final = {
    "public": "Public",
    "private": "Private",
    "third": "Third (voluntary and community)",
    "education": "Education",
    "health": "Health",
    "other": "Other",
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """One story, whose consent lasts."""

    title: str
    text: str
    small: str


def partners_page(published: Published) -> Page:
    """Return the page of those who run the programme."""
    whence = sources(published)
    return Page(
        path="partners.html",
        template="partners.html.j2",
        title="Who runs the programme",
        summary="The partners and what each leads, how they meet, what they did and with what "
        "money, each with the document that says so.",
        content={
            "sections": [make(published, whence) for make in _MAKERS],
            "stories": _stories(published),
        },
    )


def _partners(published: Published, whence: Sources) -> RegisterPart:
    rank = {category: place for place, category in enumerate(_CATEGORIES)}
    rows = sorted(
        published.rows("pub_partner"),
        key=lambda r: (rank.get(r["category"], len(rank)), _name(r)),
    )
    organisations = {r["organisation_id"]: r for r in published.rows("pub_organisation")}
    table = listing(
        "register-partners",
        "Partners by group",
        ("Partner", "Group", "Sector", "Leads", "Source"),
        (_partner_row(row, organisations, whence) for row in rows),
        download="partners",
    )
    counts = _count_table(published)
    return part("partners", "Partners", table, counts, remarks=_miscounts(published))


def _name(row: Row) -> str:
    name: str = row["organisation_name"] or row["named_as"]
    return name


def _partner_row(row: Row, organisations: dict[str, Row], whence: Sources) -> tuple[Cell, ...]:
    found = organisations.get(row["organisation_id"] or "")
    return (
        Cell(text=_name(row), small=_other_name(row)),
        Cell(text=_category(row["category"])),
        Cell(text=_SECTORS.get(found["sector"], worded(found["sector"])) if found else NOT_STATED),
        Cell(text=row["work_package_title"] or row["leads"] or ""),
        whence.cell(row),
    )


def _other_name(row: Row) -> str:
    if row["organisation_name"] is None:
        return "not matched to an organisation"
    is_same = row["organisation_name"] == row["named_as"]
    return "" if is_same else f"written “{row['named_as']}”"


def _category(category: str) -> str:
    return _CATEGORIES.get(category, worded(category))


def _count_table(published: Published) -> Table:
    return listing(
        "partner-counts",
        "Number of partners: stated against named",
        ("Group", "#Stated", "#Named", "Do they agree?"),
        (
            (
                Cell(text=_category(row["category"])),
                Cell(
                    text=whole(row["stated_count"], missing=NOT_STATED),
                    href=stated_at(published, row["stated_claim"]),
                ),
                Cell(text=whole(row["listed_count"])),
                Cell(text=_agreement(row)),
            )
            for row in published.rows("pub_partner_count")
        ),
        download="partner_counts",
    )


def _agreement(row: Row) -> str:
    if row["is_same"] is None:
        return "Only named"
    return "Yes" if row["is_same"] else "No: they differ"


def _miscounts(published: Published) -> list[str]:
    return [
        f"{_category(row['category'])}: {whole(row['stated_count'])} are stated, "
        f"{whole(row['listed_count'])} are named."
        for row in published.rows("pub_partner_count")
        if row["is_same"] is False
    ]


def _work_packages(published: Published, whence: Sources) -> RegisterPart:
    table = listing(
        "register-work-packages",
        "Work packages, who leads them, and in how many groups at sites they take part",
        ("Work package", "Led by", "#Groups at sites", "Source"),
        (
            (
                Cell(text=row["work_package_title"]),
                Cell(text=joined(split_keys(row["lead_name"])) or NOT_STATED),
                Cell(text=whole(row["group_count"], missing=NOT_STATED)),
                whence.cell(row),
            )
            for row in published.rows("pub_work_package")
        ),
        download="work_packages",
    )
    return part("work-packages", "Work packages", table)


def _sectors(published: Published, whence: Sources) -> RegisterPart:
    rows = published.rows("pub_sector")
    names = sorted({row["scheme"] for row in rows})
    labels: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        labels.setdefault((row["common_sector"], row["scheme"]), []).append(row["label"])
    common = list(dict.fromkeys(row["common_sector"] for row in rows))
    table = listing(
        "sectors",
        "Sectors after each list of the documents",
        ("Common name", *(_list_name(rows, name, whence) for name in names)),
        (
            (
                Cell(text=worded(sector)),
                *(
                    Cell(text="; ".join(labels.get((sector, name), ["not in this list"])))
                    for name in names
                ),
            )
            for sector in sorted(common)
        ),
        download="sectors",
    )
    return part("sectors", "Sectors", table)


def _list_name(rows: Sequence[Row], scheme: str, whence: Sources) -> str:
    places = (whence.words(row) for row in rows if row["scheme"] == scheme)
    return "; ".join(dict.fromkeys(places))


def _outcomes(published: Published, whence: Sources) -> RegisterPart:
    titles = {r["indicator_id"]: r["title"] for r in published.rows("pub_claim_indicator")}
    table = listing(
        "register-outcomes",
        "What is to work, for whom, and through what",
        ("Outcome", "In what circumstances", "Through what", "Shown by", "Source"),
        (
            (
                Cell(text=row["outcome"]),
                Cell(text=row["context"]),
                Cell(text=row["mechanism"]),
                _indicator(row["indicator_id"], titles),
                whence.cell(row),
            )
            for row in published.rows("pub_outcome")
        ),
        download="outcomes",
    )
    return part("outcomes", "Outcomes, with context and mechanism", table)


def _indicator(indicator_id: str | None, titles: dict[str, str]) -> Cell:
    if indicator_id is None:
        return Cell(text="no indicator")
    if indicator_id not in titles:
        return Cell(text=worded(indicator_id))
    return Cell(
        text=titles[indicator_id], href=f"indicators.html#{anchor('indicator', indicator_id)}"
    )


def _stories(published: Published) -> list[Story]:
    names = {site["site_id"]: site["site_name"] for site in published.sites}
    return [
        Story(
            title=row["story_title"],
            text=row["story"],
            small=". ".join(
                text
                for text in (
                    names.get(row["site_id"] or "", ""),
                    worded(row["theme"] or ""),
                    f"Consent lasts until {date_words(row['consent_until'])}.",
                )
                if text
            ),
        )
        for row in published.rows("pub_story")
    ]


_MAKERS: Final[tuple[Callable[[Published, Sources], RegisterPart], ...]] = (
    _partners,
    _work_packages,
    bodies,
    events,
    channels,
    budget,
    _sectors,
    _outcomes,
)
