"""The first page, and the accessibility statement.

Belongs here: the four questions with their headline figures, the list of sites. Does not:
the figures' making: they are read from the published tables.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.fields import COLLECTED, NO_SURVEY, SYNTHETIC
from assetmap.publish.claim_cards import Link
from assetmap.publish.claims_model import PAGE as CLAIMS_PAGE
from assetmap.publish.claims_model import claims_of
from assetmap.publish.dashboard_page import PAGE as TARGETS_PAGE
from assetmap.publish.dashboard_page import differing_words, progress
from assetmap.publish.page import ROW_LIMIT, Page, downloads
from assetmap.publish.tables import (
    NOT_RECORDED,
    Cell,
    Table,
    counted,
    headings,
    homes,
    kind_label,
    kind_plural,
    whole,
)

if TYPE_CHECKING:
    from assetmap.publish.model import Published, Row

_LIMITS: Final = (
    (
        "Distances are straight lines from the edge of a site, not walking routes: canals, "
        "railways and main roads can make the way much longer."
    ),
    (
        "A link says that a place is in reach of a site. It does not say that anyone uses it, "
        "or that the place has room."
    ),
    "Numbers of people around a site are estimates from census figures for small areas.",
    "Nothing here is about an individual: no resident is drawn or listed.",
)

_PROGRESS: Final = {
    NO_SURVEY: (
        "Not yet known",
        (
            "Targets and claims of the programmes are not yet loaded, so nothing is compared "
            "with them. The indicators describe the area as it is."
        ),
        "areas.html",
        "See the area figures",
    ),
    SYNTHETIC: (
        "Not yet known",
        (
            "The pages of the survey hold made-up people for now, to show how the system works. "
            "Claims of the programmes are not yet loaded, so nothing is compared with them."
        ),
        "programme.html",
        "See how it will look",
    ),
    COLLECTED: (
        "Known in part",
        (
            "The survey's own targets stand beside what was reached. Claims of the programmes "
            "are not yet loaded, so nothing else is compared."
        ),
        "programme.html",
        "See the programme",
    ),
}
"""What is known of progress without claims, by the state of the survey: figure, text, link."""

_SURVEYED: Final = Link(href="programme.html", text="See the survey's own targets")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One of the four questions and its answer in one figure; ``more`` are further links."""

    question: str
    figure: str
    text: str
    href: str
    link: str
    more: tuple[Link, ...] = ()


def overview_page(published: Published) -> Page:
    """Return the first page."""
    area = published.run["area_name"]
    summary = (
        f"{area}: what its neighbourhoods already have, which large sites are being built, and "
        "which of the one connects to which of the other."
    )
    questions = (_here(published), _coming(published), _connects(published), _works(published))
    return Page(
        path="index.html",
        template="index.html.j2",
        title=f"What {area} has, and what is coming",
        summary=summary,
        content={
            "questions": questions,
            "sites": sites_table(published, "sites"),
            "kinds": _kinds_table(published),
            "limits": _LIMITS,
        },
    )


def accessibility_page() -> Page:
    """Return the accessibility statement."""
    return Page(
        path="accessibility.html",
        template="accessibility.html.j2",
        title="Accessibility statement",
        summary="How far this site can be used by everyone, how that was tested, and what is "
        "not good enough yet.",
        content={"row_limit": ROW_LIMIT},
    )


def sites_table(published: Published, table_id: str, *, with_map: bool = False) -> Table:
    """Return the list of sites, each with a link to its page."""
    more = ("On the map",) if with_map else ()
    names = Counter(site["site_name"] for site in published.sites)
    rows = []
    for site in published.sites:
        site_id, is_mapped = site["site_id"], site["geom_27700"] is not None
        links = published.of_site("pub_link", site_id)
        row = (
            Cell(
                text=site["site_name"],
                small=_told_apart(site) if names[site["site_name"]] > 1 else "",
                href=f"sites/{site_id}.html",
            ),
            Cell(text=kind_label(site["kind"])),
            Cell(text=site["local_authority"]),
            Cell(text=homes(site)),
            Cell(text=whole(len(links)) if is_mapped else "location not recorded"),
        )
        show = (Cell(text="", show=f"site:{site_id}" if is_mapped else ""),) if with_map else ()
        rows.append((*row, *show))
    reach = published.catchments[-1]
    return Table(
        id=table_id,
        caption=f"Sites, and the places and organisations within {reach:,} m of them",
        headings=headings("Site", "Kind", "Local authority", "#Homes", "#Places in reach", *more),
        rows=tuple(rows),
        downloads=downloads("sites"),
    )


def _told_apart(site: Row) -> str:
    """Return what tells a site from another of the same name."""
    return f"register reference {site['register_ref'] or NOT_RECORDED}"


def _here(published: Published) -> Question:
    count, kinds = len(published.local_assets), len(published.kind_counts)
    return Question(
        question="What is already here?",
        figure=counted(count, "place", "places"),
        text=f"Places and organisations in {published.run['area_name']} with a public address, "
        f"of {counted(kinds, 'kind')}.",
        href="map.html#h-places",
        link="See what is here",
    )


def _coming(published: Published) -> Question:
    known = [s for s in published.sites if s["homes_min_count"] is not None]
    low = sum(s["homes_min_count"] for s in known)
    high = sum(s["homes_max_count"] or s["homes_min_count"] for s in known)
    span = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    total = len(published.sites)
    text = (
        f"{span} homes are recorded for {len(known)} of them."
        if known
        else "No number of homes is recorded."
    )
    return Question(
        question="What is coming?",
        figure=counted(total, "site"),
        text=text,
        href="#h-sites",
        link="See the sites",
    )


def _connects(published: Published) -> Question:
    links = published.rows("pub_link")
    assets = len({row["asset_id"] for row in links})
    sites = len({row["site_id"] for row in links})
    return Question(
        question="What connects?",
        figure=counted(len(links), "link"),
        text=f"{counted(assets, 'place')} within {published.catchments[-1]:,} m of "
        f"{counted(sites, 'site')}.",
        href="map.html",
        link="See the map",
    )


def _works(published: Published) -> Question:
    question = "Is it working?"
    claims = claims_of(published)
    if not claims.indicators:
        figure, text, href, link = _PROGRESS[published.survey_state]
        return Question(question=question, figure=figure, text=text, href=href, link=link)
    figure, rest = progress(claims)
    is_surveyed = published.survey_state == COLLECTED
    return Question(
        question=question,
        figure=figure,
        text=f"{rest} {differing_words(claims)}".strip(),
        href=TARGETS_PAGE,
        link="See the targets",
        more=(_contradictions(claims.open_count), *((_SURVEYED,) if is_surveyed else ())),
    )


def _contradictions(open_count: int) -> Link:
    doubts = counted(open_count, "open contradiction or doubt", "open contradictions and doubts")
    return Link(href=CLAIMS_PAGE, text=f"See what the documents say: {doubts}")


def _kinds_table(published: Published) -> Table:
    counts = published.kind_counts
    rows = tuple(
        (Cell(text=kind_plural(kind)), Cell(text=whole(counts[kind])))
        for kind in published.kinds
        if counts[kind]
    )
    return Table(
        id="kinds",
        caption=f"Places and organisations in {published.run['area_name']}, by kind",
        headings=headings("Kind", "#Count"),
        rows=rows or ((Cell(text=NOT_RECORDED), Cell(text="0")),),
        downloads=downloads("assets"),
    )
