"""The page of one development site.

Belongs here: what a planner prints for a meeting: facts, where the site lies, who lives
around it, what is in reach and why it is linked. Does not: the map's drawing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.encode import safe_slug
from assetmap.publish.indicator_page import site_topics
from assetmap.publish.keys import site_key
from assetmap.publish.layers import site_map
from assetmap.publish.model import split_keys
from assetmap.publish.page import ROW_LIMIT, Notes, Page, downloads
from assetmap.publish.register_words import date_words
from assetmap.publish.site_register import site_register
from assetmap.publish.tables import (
    NOT_RECORDED,
    Cell,
    Table,
    headings,
    homes,
    kind_label,
    kind_plural,
    metres,
    number,
    percent,
    whole,
)
from assetmap.publish.ward_survey import ward_surveys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row

_EXTENT: Final = {
    "surveyed": "surveyed outline",
    "digitised": "outline drawn from plans",
    "indicative_disc": "a disc of the stated hectares around the register's point: only "
    "indicative, so every distance and estimate here carries that doubt",
    "point": "a point; the extent is not known, so distances are from the point",
    "unknown": NOT_RECORDED,
}
_OTHER_PERMISSION: Final = "another kind of permission"
_AREA_NOUN: Final = {"ward": " ward", "study_area": "", "lad": ""}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact with its name."""

    name: str
    value: str


def site_pages(published: Published) -> list[Page]:
    """Return one page for each site."""
    return [_site_page(published, site) for site in published.sites]


def _site_page(published: Published, site: Row) -> Page:
    site_id = safe_slug(site["site_id"])
    notes = Notes(published.caveats)
    spec = site_map(published, site)
    surveyed = ward_surveys(published, site_id)
    content = {
        "facts": _facts(site),
        "key": site_key(published, site),
        "relations": _relations(published.of_site("pub_site_area", site_id)),
        "register": site_register(published, site_id),
        "topics": site_topics(published, site, notes),
        "ward_surveys": surveyed,
        **(_reach(published, site) if spec else {"within": None}),
    }
    return Page(
        path=f"sites/{site_id}.html",
        template="site_page.html.j2",
        title=site["site_name"],
        summary=_summary(site),
        content={**content, "notes": notes.texts},
        map_spec=spec,
        survey="section" if surveyed else "",
    )


def _summary(site: Row) -> str:
    kind = f"{kind_label(site['kind'])} site in {site['local_authority']}"
    planned = homes(site)
    return f"{kind}." if planned == NOT_RECORDED else f"{kind}, {planned} homes planned."


def _facts(site: Row) -> list[Fact]:
    area, position = site["stated_ha"], NOT_RECORDED
    if site["easting_m"] is not None and site["northing_m"] is not None:
        position = f"easting {site['easting_m']:.0f}, northing {site['northing_m']:.0f}"
    values = {
        "Other names": "; ".join(split_keys(site["aliases"])),
        "Homes planned": homes(site),
        "Area by the register": area and f"{number(area, unit='ha', decimals=2)} hectares",
        "Register reference": site["register_ref"],
        **_permission(site),
        "Position (British National Grid)": position,
        "Outline used here": _EXTENT[site["extent_method"]],
        "Source of the position": site["location_source"],
        "What the documents say": site["note"],
    }
    return [Fact(name=name, value=value or NOT_RECORDED) for name, value in values.items()]


def _permission(site: Row) -> dict[str, str]:
    """Return what a land register says of the permission; nothing where no register does."""
    kind = _OTHER_PERMISSION if site["permission_type"] == "other" else site["permission_type"]
    said = [part for part in (site["permission_status"], kind) if part]
    if site["permission_date"]:
        said.append(date_words(site["permission_date"]))
    return {"Permission by the register": ", ".join(said)} if said else {}


def _relations(rows: Sequence[Row]) -> list[str]:
    order = {"inside": 0, "overlaps": 1, "adjacent": 2, "outside": 3}
    rank = {"ward": 0, "study_area": 1, "lad": 2}
    ordered = sorted(
        rows,
        key=lambda r: (
            rank.get(r["geography"], 9),
            order[r["relation"]],
            r["distance_m"],
            r["area_name"],
        ),
    )
    return [_relation(row) for row in ordered]


def _relation(row: Row) -> str:
    area = f"{row['area_name']}{_AREA_NOUN.get(row['geography'], '')}"
    if row["relation"] == "inside":
        return f"Inside {area}."
    if row["relation"] == "overlaps":
        return f"Partly in {area}: {percent(row['overlap_share'])} of the site."
    ending = " (adjacent)" if row["relation"] == "adjacent" else ""
    return f"Outside {area}, {metres(row['distance_m'])} from its edge{ending}."


def _reach(published: Published, site: Row) -> dict[str, Table]:
    links = published.links_of(site["site_id"])
    # A site of which only a point is known has no edge to measure from.
    start = "recorded point" if site["extent_method"] == "point" else "edge"
    return {
        "within": _within_table(published, links, start),
        "nearest": _nearest_table(published.of_site("pub_nearest", site["site_id"]), start),
        "linked": _linked_table(links, start),
    }


def _within_table(published: Published, links: Sequence[Row], start: str) -> Table:
    counts = Counter((row["kind"], row["catchment_m"]) for row in links)
    rows = tuple(
        (
            Cell(text=kind_plural(kind)),
            *(
                Cell(text=whole(sum(counts[kind, d] for d in published.catchments if d <= limit)))
                for limit in published.catchments
            ),
        )
        for kind in published.kinds
    )
    return Table(
        id="within",
        caption=f"Places and organisations within a straight line of the site's {start}",
        headings=headings("Kind", *(f"#Within {metres(d)}" for d in published.catchments)),
        rows=rows,
        downloads=downloads("links"),
        is_sortable=False,
    )


def _nearest_table(rows: Sequence[Row], start: str) -> Table:
    ordered = sorted(rows, key=lambda r: (r["kind"], r["kind_rank"]))
    return Table(
        id="nearest",
        caption=f"Nearest places, by straight line from the site's {start}",
        headings=headings("Kind", "#Order", "Name", "#Distance"),
        rows=tuple(
            (
                Cell(text=kind_label(row["kind"])),
                Cell(text=whole(row["kind_rank"])),
                Cell(text=row["asset_name"]),
                Cell(text=metres(row["distance_m"])),
            )
            for row in ordered
        ),
        downloads=downloads("nearest"),
        is_sortable=False,
    )


def _linked_table(links: Sequence[Row], start: str) -> Table:
    shown = links[:ROW_LIMIT]
    remark = ""
    if len(shown) < len(links):
        remark = (
            f"The nearest {len(shown):,} of {len(links):,}; the CSV file below the table has "
            "all of them."
        )
    return Table(
        id="linked",
        caption="Why each place is linked to the site, nearest first; distances are straight "
        f"lines from the site's {start}",
        headings=headings("Name", "Kind", "#Distance", "Why it is linked", "On the map"),
        rows=tuple(
            (
                Cell(text=row["asset_name"]),
                Cell(text=kind_label(row["kind"])),
                Cell(text=metres(row["distance_m"])),
                Cell(text=row["reason"]),
                Cell(text="", show=f"asset:{row['asset_id']}"),
            )
            for row in shown
        ),
        downloads=downloads("links"),
        remark=remark,
    )
