"""The area map and its twins in tables.

Belongs here: what stands on ``map.html``. Does not: how the map is drawn (``layers.py``).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assetmap.publish.keys import area_key
from assetmap.publish.layers import area_map
from assetmap.publish.overview import sites_table
from assetmap.publish.page import ROW_LIMIT, Page, downloads
from assetmap.publish.tables import (
    NOT_AVAILABLE,
    NOT_RECORDED,
    Cell,
    Table,
    counted,
    headings,
    kind_label,
    kind_plural,
    number,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row

_ELSEWHERE = "Outside the study area"


def map_page(published: Published) -> Page:
    """Return the page of the area map."""
    return Page(
        path="map.html",
        template="map.html.j2",
        title="Map",
        summary=f"Sites, places and organisations, and deprivation by small area in "
        f"{published.run['area_name']}.",
        content={
            "key": area_key(published),
            "sites": sites_table(published, "sites", with_map=True),
            "wards": _ward_table(published),
            "places": _place_table(published),
            "lsoas": _lsoa_table(published.rows("pub_lsoa")),
        },
        map_spec=area_map(published),
    )


def _ward_table(published: Published) -> Table:
    lsoas = [row for row in published.rows("pub_lsoa") if row["is_in_study_area"]]
    rows = tuple(
        (
            Cell(text=ward["area_name"]),
            Cell(text=ward["area_code"]),
            Cell(text=whole(len(own))),
            Cell(text=_residents(own)),
            Cell(text=whole(sum(1 for row in own if row["imd_decile"] == 1))),
        )
        for ward in published.wards
        for own in [[row for row in lsoas if row["wd17cd"] == ward["area_code"]]]
    )
    return Table(
        id="wards",
        caption="Wards, built from best-fit small areas",
        headings=headings(
            "Ward", "Code", "#Small areas", "#Residents", "#Small areas in the most deprived tenth"
        ),
        rows=rows,
        downloads=downloads("areas"),
    )


def _residents(lsoas: Sequence[Row]) -> str:
    known = [row["resident_count"] for row in lsoas if row["resident_count"] is not None]
    return whole(sum(known)) if known and len(known) == len(lsoas) else NOT_AVAILABLE


def _place_table(published: Published) -> Table:
    assets = published.rows("pub_asset")
    if len(assets) > ROW_LIMIT:
        return _place_summary(published, assets)
    ordered = sorted(assets, key=lambda row: (row["asset_name"], row["asset_id"]))
    return Table(
        id="places",
        caption="Places and organisations on the map",
        headings=headings("Name", "Kind", "Ward", "Postcode", "On the map"),
        rows=tuple(_place_row(row) for row in ordered),
        downloads=downloads("assets"),
        filter_label="Find a place",
    )


def _place_row(row: Row) -> tuple[Cell, ...]:
    ward = row["wd17nm"] if row["is_in_study_area"] and row["wd17nm"] else _ELSEWHERE
    return (
        Cell(text=row["asset_name"], small=row["detail"] or ""),
        Cell(text=kind_label(row["kind"])),
        Cell(text=ward),
        Cell(text=row["postcode"] or NOT_RECORDED),
        Cell(text="", show=f"asset:{row['asset_id']}" if row["geom_27700"] is not None else ""),
    )


def _place_summary(published: Published, assets: Sequence[Row]) -> Table:
    wards = {row["area_code"]: row["area_name"] for row in published.wards}
    counts = Counter((r["wd17cd"] if r["is_in_study_area"] else None, r["kind"]) for r in assets)
    rows = tuple(
        (Cell(text=name), *(Cell(text=whole(counts[code, kind])) for kind in published.kinds))
        for code, name in (*wards.items(), (None, _ELSEWHERE))
    )
    return Table(
        id="places",
        caption="Places and organisations on the map, by ward and kind",
        headings=headings("Ward", *(f"#{kind_plural(kind)}" for kind in published.kinds)),
        rows=rows,
        downloads=downloads("assets"),
        remark=f"{counted(len(assets), 'place')} are too many to list here. The CSV file below "
        "the table has each of them with its address and position.",
    )


def _lsoa_table(lsoas: Sequence[Row]) -> Table:
    shown = lsoas[:ROW_LIMIT]
    rest = len(lsoas) - len(shown)
    remark = (
        f"The first {ROW_LIMIT:,} of {len(lsoas):,} small areas; the CSV file below the table "
        "has all of them."
    )
    return Table(
        id="lsoas",
        caption="Small areas (LSOAs of 2011): deprivation in 2019 and residents in 2021",
        headings=headings(
            "Small area", "Code", "Ward", "#Decile", "#Score", "#Residents", "On the map"
        ),
        rows=tuple(_lsoa_row(row) for row in shown),
        downloads=downloads("lsoas"),
        filter_label="Find a small area",
        remark=remark
        if rest
        else "Decile 1 is the most deprived tenth in England; a higher score is more deprived.",
    )


def _lsoa_row(row: Row) -> tuple[Cell, ...]:
    score = row["imd_score"]
    return (
        Cell(text=row["lsoa11nm"]),
        Cell(text=row["lsoa11cd"]),
        Cell(text=row["wd17nm"]),
        Cell(text=whole(row["imd_decile"])),
        Cell(text=NOT_AVAILABLE if score is None else number(score, unit="score", decimals=1)),
        Cell(text=whole(row["resident_count"])),
        Cell(text="", show=f"lsoa:{row['lsoa11cd']}"),
    )
