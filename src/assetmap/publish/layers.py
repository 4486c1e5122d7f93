"""What the area map and the locator map of a site hold.

Belongs here: published rows in, :class:`MapSpec` out; the turn from the British National
Grid to longitude and latitude; simplification where a layer is too large. Does not:
folium (``maps.py``), pages.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from assetmap.geography import to_wgs84
from assetmap.publish.maps import DECIMALS, Feature, FeatureLayer, Label, MapSpec, Place
from assetmap.publish.page import ROW_LIMIT
from assetmap.publish.symbols import (
    CASING,
    INDICATIVE_DASH,
    SITE_STYLE,
    WARD_STYLE,
    catchment_style,
    decile_colour,
    symbols,
)
from assetmap.publish.tables import homes, kind_label, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assetmap.publish.model import Published, Row

_LOG = logging.getLogger(__name__)

MAX_LAYER_BYTES: Final = 900_000
TOLERANCES_M: Final = (2, 4, 8, 16, 32, 64, 128, 256)
"""How far an outline may move where its layer is too large, tried in order."""
NEAREST_DRAWN: Final = 3
DEFAULT_CATCHMENT_M: Final = 800
MAX_RINGED_SITES: Final = 12
LABEL_LENGTH: Final = 28

_COARSE_DECIMALS: Final = 5

_LEVELS: Final = {"lsoa": 360, "links": 365, "ward": 370, "catchment": 380, "site": 400}
_MARGIN_SHARE: Final = 0.03
_LSOA_EDGE: Final = {"color": "#FFFFFF", "weight": 1, "fillOpacity": 1}
_WARD_FILL: Final = {"color": "#0b0c0c", "weight": 2, "fillColor": "#EEF0F2", "fillOpacity": 1}
_LINK_STYLE: Final = {"color": "#505a5f", "weight": 1.5, "dashArray": "1 3"}


def to_lonlat(geometry: shapely.Geometry, *, decimals: int = DECIMALS) -> shapely.Geometry:
    """Return a geometry of EPSG:27700 in EPSG:4326, longitude first, to ``decimals``."""

    def turn(coordinates: np.ndarray) -> np.ndarray:
        lon, lat = to_wgs84().transform(coordinates[:, 0], coordinates[:, 1])
        return np.round(np.column_stack([lon, lat]), decimals)

    return shapely.transform(geometry, turn)


def area_map(published: Published) -> MapSpec:
    """Return the map of the whole study area: deprivation, wards, sites, catchments, places."""
    extent = _drawn(published.wards) or _drawn(published.rows("pub_lsoa"))
    sites = _drawn(published.sites)
    assets = published.rows("pub_asset")
    return MapSpec(
        name="area",
        label=f"Map of {published.run['area_name']}",
        bounds=_bounds(extent + sites),
        layers=[
            _lsoa_layer(published.rows("pub_lsoa")),
            _ward_layer(published.wards),
            *_catchment_layers(published, published.rows("pub_catchment")),
            _site_layer(published.sites, are_linked=True),
        ],
        places=_places(published, assets, _listed(assets)),
        symbols=symbols(published.kinds),
        labels=[*_site_labels(published.sites), *_ward_labels(published.wards)],
    )


def site_map(published: Published, site: Row) -> MapSpec | None:
    """Return the locator map of one site; None where its place is not known."""
    if site["geom_27700"] is None:
        return None
    site_id = site["site_id"]
    catchments = published.of_site("pub_catchment", site_id)
    links = published.links_of(site_id)
    nearest = {row["asset_id"] for row in links[:ROW_LIMIT]}
    reached = {row["asset_id"] for row in links}
    linked = [row for row in published.rows("pub_asset") if row["asset_id"] in reached]
    return MapSpec(
        name=f"site-{site_id}",
        label=f"Map of {site['site_name']} and its surroundings",
        bounds=_bounds(_drawn(catchments) or _drawn([site])),
        layers=[
            _ward_layer(published.wards, is_filled=True),
            _link_layer(links),
            *_catchment_layers(published, catchments, are_all_shown=True),
            _site_layer([site], are_linked=False),
        ],
        places=_places(published, linked, nearest),
        symbols=symbols(published.kinds),
        labels=[*_site_labels([site]), *_ward_labels(published.wards)],
        root="../",
    )


def _drawn(rows: Iterable[Row]) -> list[shapely.Geometry]:
    return [row["geom_27700"] for row in rows if row["geom_27700"] is not None]


def _bounds(shapes: Sequence[shapely.Geometry]) -> tuple[float, float, float, float]:
    lonlat = [to_lonlat(shape) for shape in shapes]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(lonlat))
    across, along = _MARGIN_SHARE * (east - west), _MARGIN_SHARE * (north - south)
    return west - across, south - along, east + across, north + along


def _lsoa_layer(lsoas: Sequence[Row]) -> FeatureLayer:
    rows = [row for row in lsoas if row["geom_27700"] is not None]
    features = [
        Feature(
            geometry=shape,
            style={**_LSOA_EDGE, "fillColor": decile_colour(row["imd_decile"])},
            title=row["lsoa11nm"],
            lines=(
                f"Best-fit ward: {row['wd17nm']}",
                f"Deprivation decile: {whole(row['imd_decile'])} (1 is most deprived)",
                f"Residents: {whole(row['resident_count'])}",
            ),
            key=f"lsoa:{row['lsoa11cd']}",
        )
        for row, shape in zip(rows, _within_budget(_drawn(rows)), strict=True)
    ]
    return FeatureLayer(key="lsoa", level=_LEVELS["lsoa"], features=features, is_interactive=True)


def _within_budget(shapes: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    drawn = [to_lonlat(shape) for shape in shapes]
    size = _json_bytes(drawn)
    for tolerance_m in TOLERANCES_M:
        if size <= MAX_LAYER_BYTES:
            return drawn
        simple = _simplified(shapes, tolerance_m)
        simple_size = _json_bytes(simple)
        if simple_size < size:
            drawn, size = simple, simple_size
    if size > MAX_LAYER_BYTES:
        _LOG.warning("map layer: %d shapes take %d bytes at their simplest", len(drawn), size)
    return drawn


def _simplified(shapes: Sequence[shapely.Geometry], tolerance_m: int) -> list[shapely.Geometry]:
    # Neighbours are simplified together, so that they still meet without gaps. Where outlines
    # move by metres, the sixth decimal (0.1 m) says nothing.
    simple = shapely.coverage_simplify(np.asarray(shapes, dtype=object), tolerance_m)
    return [to_lonlat(shape, decimals=_COARSE_DECIMALS) for shape in simple]


def _json_bytes(shapes: Sequence[shapely.Geometry]) -> int:
    return sum(len(json.dumps(shapely.geometry.mapping(shape))) for shape in shapes)


def _ward_layer(wards: Sequence[Row], *, is_filled: bool = False) -> FeatureLayer:
    rows = [row for row in wards if row["geom_27700"] is not None]
    shapes = _within_budget(_drawn(rows))
    inside = _WARD_FILL if is_filled else WARD_STYLE
    casings = [] if is_filled else [Feature(geometry=s, style=CASING) for s in shapes]
    return FeatureLayer(
        key="ward",
        level=_LEVELS["ward"] if not is_filled else _LEVELS["lsoa"],
        features=[*casings, *(Feature(geometry=s, style=inside) for s in shapes)],
    )


def _catchment_layers(
    published: Published, rows: Sequence[Row], *, are_all_shown: bool = False
) -> list[FeatureLayer]:
    distances = published.catchments
    shown = set(distances) if are_all_shown else _shown_catchments(distances, rows)
    layers = []
    for rank, distance in enumerate(distances):
        shapes = [to_lonlat(s) for s in _drawn(r for r in rows if r["catchment_m"] == distance)]
        lines = [Feature(geometry=s, style=catchment_style(rank)) for s in shapes]
        casing = [Feature(geometry=s, style={**CASING, "weight": 4}) for s in shapes]
        layers.append(
            FeatureLayer(
                key=f"catchment_{distance}",
                level=_LEVELS["catchment"] + rank,
                features=[*casing, *lines],
                is_shown=distance in shown,
            )
        )
    return layers


def _shown_catchments(distances: tuple[int, ...], rows: Sequence[Row]) -> set[int]:
    """Return the one distance that is drawn at first; none where its rings would hide the map."""
    sites = {row["site_id"] for row in rows}
    return {_default_catchment(distances)} if len(sites) <= MAX_RINGED_SITES else set()


def _default_catchment(distances: tuple[int, ...]) -> int:
    return DEFAULT_CATCHMENT_M if DEFAULT_CATCHMENT_M in distances else distances[0]


def _site_layer(sites: Sequence[Row], *, are_linked: bool) -> FeatureLayer:
    features = [
        Feature(
            geometry=to_lonlat(row["geom_27700"]),
            style=_site_style(row),
            title=row["site_name"],
            lines=_site_lines(row),
            key=f"site:{row['site_id']}",
            site_id=row["site_id"] if are_linked else "",
        )
        for row in sites
        if row["geom_27700"] is not None
    ]
    return FeatureLayer(
        key="site",
        level=_LEVELS["site"],
        features=features,
        is_interactive=True,
        is_focusable=True,
    )


def _site_style(site: Row) -> dict[str, object]:
    is_indicative = site["extent_method"] == "indicative_disc"
    return {**SITE_STYLE, "dashArray": INDICATIVE_DASH} if is_indicative else dict(SITE_STYLE)


def _site_lines(site: Row) -> tuple[str, ...]:
    lines = [f"{kind_label(site['kind'])}, {site['local_authority']}", f"Homes: {homes(site)}"]
    if site["extent_method"] == "indicative_disc":
        lines.append("The outline is a disc of the stated hectares, not the true boundary.")
    if site["extent_method"] == "point":
        lines.append("Only a point is known.")
    return tuple(lines)


def _link_layer(links: Sequence[Row]) -> FeatureLayer:
    nearest = [row for row in links if row["kind_rank"] <= NEAREST_DRAWN]
    shapes = [to_lonlat(shape) for shape in _drawn(nearest)]
    return FeatureLayer(
        key="links",
        level=_LEVELS["links"],
        features=[Feature(geometry=shape, style=_LINK_STYLE) for shape in shapes],
    )


def _listed(assets: Sequence[Row]) -> set[str]:
    return {row["asset_id"] for row in assets} if len(assets) <= ROW_LIMIT else set()


def _places(published: Published, rows: Sequence[Row], listed: set[str]) -> list[Place]:
    # Only a place that a table lists needs its id, for the button "Show": it keeps a map
    # with many places small.
    index = {kind: place for place, kind in enumerate(published.kinds)}
    located = [row for row in rows if row["geom_27700"] is not None]
    points = [to_lonlat(row["geom_27700"]) for row in located]
    return [
        Place(
            lon=point.x,
            lat=point.y,
            kind_index=index[row["kind"]],
            asset_id=row["asset_id"] if row["asset_id"] in listed else "",
            name=row["asset_name"],
            detail=_place_detail(row),
        )
        for row, point in zip(located, points, strict=True)
    ]


def _place_detail(row: Row) -> str:
    return ", ".join(part for part in (row["detail"], row["postcode"]) if part)


def _site_labels(sites: Sequence[Row]) -> list[Label]:
    """Return a name for each site, the largest first: where room is short the first ones stay."""
    return [
        Label(
            lon=point.x,
            lat=point.y,
            text=_short(row["site_name"]),
            rank=0,
            key=f"site:{row['site_id']}",
        )
        for row in sorted(sites, key=lambda r: -(r["stated_ha"] or 0))
        if row["geom_27700"] is not None
        for point in [to_lonlat(row["geom_27700"].centroid)]
    ]


def _short(name: str) -> str:
    """Return a name that a map has room for; the whole of it is in the table and on a click."""
    if len(name) <= LABEL_LENGTH:
        return name
    start = name[: LABEL_LENGTH - 1]
    return f"{(start.rpartition(' ')[0] or start).rstrip(' ,')}…"


def _ward_labels(wards: Sequence[Row]) -> list[Label]:
    return [
        Label(lon=p.x, lat=p.y, text=row["area_name"], rank=1)
        for row in wards
        if row["geom_27700"] is not None
        for p in [to_lonlat(shapely.maximum_inscribed_circle(row["geom_27700"], 5).centroid)]
    ]
