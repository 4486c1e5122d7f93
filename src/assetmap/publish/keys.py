"""The key of a map: one entry for each thing that the map draws, and no other.

Belongs here: keys, made from the same symbols as the maps. Does not: maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assetmap.publish.symbols import (
    DECILE_CLASSES,
    INDICATIVE_DASH,
    NO_DECILE,
    SITE_STYLE,
    Symbol,
    catchment_style,
    symbols,
)
from assetmap.publish.tables import metres

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assetmap.publish.model import Published, Row

_INK = str(SITE_STYLE["color"])


@dataclass(frozen=True, kw_only=True)
class KeyEntry:
    """One line of a key; ``layer`` names the layer that its tick box switches."""

    label: str
    layer: str = ""
    symbol: Symbol | None = None
    fill: str = "none"
    stroke: str = _INK
    width: float = 1
    dash: str = "none"
    is_line: bool = False
    is_point: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyGroup:
    """Entries under one heading."""

    title: str
    entries: tuple[KeyEntry, ...]


def area_key(published: Published) -> tuple[KeyGroup, ...]:
    """Return the key of the area map."""
    sites = _site_entries(published.sites)
    wards = KeyEntry(label="Ward", layer="ward", is_line=True, width=3)
    return (
        KeyGroup(title="Sites and areas", entries=(*sites, wards)),
        KeyGroup(title="Within a straight line of a site", entries=_catchments(published)),
        _place_group(published, {row["kind"] for row in published.rows("pub_asset")}),
        KeyGroup(
            title="Deprivation of small areas, IMD 2019",
            entries=_decile_entries(published.rows("pub_lsoa")),
        ),
    )


def site_key(published: Published, site: Row) -> tuple[KeyGroup, ...]:
    """Return the key of the locator map of one site."""
    kinds = {row["kind"] for row in published.of_site("pub_link", site["site_id"])}
    wards = KeyEntry(label="Ward of the study area", layer="ward", fill="#EEF0F2", width=2)
    lines = KeyEntry(
        label="Line to the three nearest of a kind",
        layer="links",
        is_line=True,
        stroke="#505a5f",
        width=2,
        dash="1 3",
    )
    groups = (
        KeyGroup(title="Site and areas", entries=(*_site_entries([site]), wards)),
        KeyGroup(title="Within a straight line of the site", entries=_catchments(published)),
        _place_group(published, kinds, lines),
    )
    return tuple(group for group in groups if group.entries)


def _site_entries(sites: Iterable[Row]) -> tuple[KeyEntry, ...]:
    methods = {site["extent_method"] for site in sites if site["geom_27700"] is not None}
    fill, width = str(SITE_STYLE["fillColor"]), 2.5
    entries = []
    if methods & {"surveyed", "digitised"}:
        entries.append(KeyEntry(label="Site", fill=fill, width=width))
    if "indicative_disc" in methods:
        label = "Site, outline only indicative"
        entries.append(KeyEntry(label=label, fill=fill, width=width, dash=INDICATIVE_DASH))
    if "point" in methods:
        entries.append(
            KeyEntry(label="Site known as a point", fill=fill, width=width, is_point=True)
        )
    return tuple(entries)


def _catchments(published: Published) -> tuple[KeyEntry, ...]:
    return tuple(
        KeyEntry(
            label=metres(distance),
            layer=f"catchment_{distance}",
            is_line=True,
            width=2.5,
            dash=str(catchment_style(rank)["dashArray"]),
        )
        for rank, distance in enumerate(published.catchments)
    )


def _place_group(published: Published, kinds: set[str], *more: KeyEntry) -> KeyGroup:
    entries = tuple(
        KeyEntry(label=symbol.label, layer=f"kind-{place}", symbol=symbol)
        for place, symbol in enumerate(symbols(published.kinds))
        if symbol.kind in kinds
    )
    return KeyGroup(title="Places and organisations", entries=(*entries, *more) if entries else ())


def _decile_entries(lsoas: Iterable[Row]) -> tuple[KeyEntry, ...]:
    ends = {1: " (most deprived)", 9: " (least deprived)"}
    classes = tuple(
        KeyEntry(label=group.label + ends.get(group.low, ""), fill=group.colour, stroke="#505a5f")
        for group in DECILE_CLASSES
    )
    if any(row["imd_decile"] is None for row in lsoas):
        return (*classes, KeyEntry(label="No figure", fill=NO_DECILE, stroke="#505a5f"))
    return classes
