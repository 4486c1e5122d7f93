"""Every published figure of a site, by a key that holds from site to site.

Belongs here: which downloads hold figures, what identifies one, and what it rests on. Does not:
comparing two (``compare.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.digest.causes import Basis
from assetmap.digest.changes import claims_behind

if TYPE_CHECKING:
    from assetmap.differences.sites import Site
    from assetmap.digest.snapshot import Snapshot

SITE_SOURCES: Final = (
    *("brownfield_land", "claims", "lookup_lsoa11_ward17", "lsoa_2011", "master_plan_sites"),
    "sites",
)
"""What the list of sites is made from."""

LINK_SOURCES: Final = (
    *("brownfield_land", "code_point_open", "gp_practices", "lookup_lsoa11_ward17", "lsoa_2011"),
    *("master_plan_sites", "postcode_lsoa", "public_places"),
)
"""What the links between places and sites are made from."""

PEOPLE_SOURCES: Final = (
    *("survey_margin", "postcode_lsoa", "lookup_lsoa11_ward17", "lookup_lsoa11_lsoa21"),
    *("public_places", "census_2021_ts001", "census_2021_ts004", "census_2021_ts007a"),
    "census_2021_ts067",
)
"""Datasets that place answers, know the places in them, or are compared with them."""

_SOURCES: Final = {
    "site": SITE_SOURCES,
    "link": LINK_SOURCES,
    "people": PEOPLE_SOURCES,
    "survey": PEOPLE_SOURCES,
}

ABSENT: Final = "absent"
SHOWN: Final = "published"

Key = tuple[str, str, str]
"""Kind of figure, indicator, area."""

Row = Mapping[str, str] | None
"""One row of a download; None where the site has none for that figure."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of figure: its download, the columns that identify it, those that are compared.

    ``words`` are columns that say it to a reader. ``status`` is the column that says whether there
    is a figure; empty where a row is one.
    """

    name: str
    table: str
    indicator: tuple[str, ...]
    area: tuple[str, ...]
    words: tuple[str, ...]
    measures: tuple[str, ...]
    status: str = ""
    is_about_people: bool = False


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            name="indicator",
            table="pub_indicator",
            indicator=("indicator_id",),
            area=("area_code",),
            words=("title", "area_name"),
            measures=("value", "numerator", "denominator", "low", "high"),
            status="status",
        ),
        Kind(
            name="headline",
            table="pub_claim_indicator",
            indicator=("indicator_id",),
            area=(),
            words=("title",),
            measures=("headline_low", "headline_high", "is_open_above", "target_value"),
            status="state",
        ),
        Kind(
            name="site",
            table="pub_site",
            indicator=(),
            area=("site_id",),
            words=("site_name",),
            measures=("stated_ha", "homes_min_count", "homes_max_count"),
        ),
        Kind(
            name="link",
            table="pub_link",
            indicator=("asset_id",),
            area=("site_id",),
            words=("asset_name", "site_name"),
            measures=("distance_m", "catchment_m", "kind_rank", "is_nearest_site"),
        ),
        Kind(
            name="people",
            table="pub_people",
            indicator=("table_id",),
            area=("area_code", "category"),
            words=("table_id", "category_label", "area_name"),
            measures=(
                *("count", "share_pct", "answered_pct", "weighted_pct", "census_pct"),
                "coverage_ratio",
            ),
            status="status",
            is_about_people=True,
        ),
        Kind(
            name="survey",
            table="pub_survey",
            indicator=("key",),
            area=(),
            words=("label",),
            measures=("value",),
            status="status",
            is_about_people=True,
        ),
    )
}
"""Every kind of figure, in the order in which they are listed."""


def list_figures(site: Site, *, with_people: bool) -> dict[Key, dict[str, str]]:
    """Return the row of each figure of a site, by its key."""
    return {
        _key(kind, row): row
        for kind in KINDS.values()
        if with_people or not kind.is_about_people
        for row in site.rows[kind.table]
    }


def _key(kind: Kind, row: Mapping[str, str]) -> Key:
    return kind.name, _join(kind.indicator, row), _join(kind.area, row)


def _join(names: tuple[str, ...], row: Mapping[str, str]) -> str:
    return "|".join(row[name] for name in names)


def status_of(kind: Kind, row: Row) -> str:
    """Return whether there is a figure: as its download says, or that it is not there at all."""
    if row is None:
        return ABSENT
    return row[kind.status] if kind.status else SHOWN


def basis_of(key: Key, rows: tuple[Row, Row], snapshots: tuple[Snapshot, Snapshot]) -> Basis:
    """Return what a figure rests on, by both sites."""
    kind = KINDS[key[0]]
    statuses = (status_of(kind, rows[0]), status_of(kind, rows[1]))
    if kind.name == "headline":
        return _basis_of_headline(key[1], snapshots, statuses)
    listed = {part for row in rows if row for part in row.get("source", "").split(";")}
    return Basis(
        indicator_id=key[1] if kind.name == "indicator" else "",
        sources=_SOURCES.get(kind.name, tuple(listed - {""})),
        statuses=statuses,
        is_about_people=kind.is_about_people,
    )


def _basis_of_headline(
    name: str, snapshots: tuple[Snapshot, Snapshot], statuses: tuple[str, str]
) -> Basis:
    """Return the claims behind a headline; where none of them changed, their lists as a whole."""
    before, after = snapshots
    claims = claims_behind(before, after, name)
    is_told = any(before.claims.get(claim) != after.claims.get(claim) for claim in claims)
    lists = () if is_told else ("claims",)
    return Basis(indicator_id=name, claims=claims, sources=lists, statuses=statuses)
