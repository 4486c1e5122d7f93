"""A small town as published tables, with hostile text in every field where wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from publish_claims import claim_rows
from publish_people import codebook, people, people_tables, survey_facts
from publish_register import register_rows

from assetmap.disclosure.tables import PUBLISHED

if TYPE_CHECKING:
    from assetmap.contracts import Column, Contract

HOSTILE = (
    "=cmd {{7*7}} {% raw %} {# ${alert(1)} </script><img src=x onerror=alert(1)> "
    "`tick` \"double\" 'single' \\ & &#123; javascript:alert(1)"
)

EAST, NORTH = 404_000, 287_000
SITES = ("mill", "basin", "nowhere")
KINDS = ("gp_practice", "library", "school")
CATCHMENTS = (400, 800, 1200)


def town(
    *,
    hostile: bool = False,
    place_count: int = 9,
    survey: str = "synthetic",
    has_claims: bool = True,
) -> dict[str, pd.DataFrame]:
    """Return every published table of a town of two wards, three sites and some places.

    ``survey`` is the state of its survey: none, synthetic or collected; ``has_claims`` says
    whether documents about it are loaded.
    """
    has_survey = survey != "none"
    assets = _assets(place_count)
    links = _links(assets)
    rows: dict[str, list[dict[str, Any]]] = {
        "pub_area": _areas(),
        "pub_lsoa": _lsoas(),
        "pub_site": _sites(),
        "pub_catchment": _catchments(),
        "pub_site_area": _site_areas(),
        "pub_asset": assets,
        "pub_link": links,
        "pub_nearest": _nearest(links),
        "pub_indicator": _indicators(),
        "pub_indicator_meta": _metas(),
        "pub_caveat": [
            {"caveat": "best_fit", "meaning": "Wards are sums of whole small areas."},
            {"caveat": "not_loaded", "meaning": "Not every small area is loaded."},
        ],
        "pub_dataset": [_dataset()],
        "pub_input": [
            {"file": "imd/imd.csv", "dataset_id": "imd", "sha256": "ab" * 32, "size_bytes": 9}
        ],
        "pub_quality": [
            _check("rows_held", passed=True),
            _check("no_place", passed=False),
            _check("old", passed=False, owner="nobody"),
        ],
        "pub_coverage": [_coverage()],
        "pub_held": [{"dataset_id": "imd", "reason": "bad_code", "held_count": 1}],
        "pub_run": [
            {"key": key, "value": value} for key, value in {**_RUN, "survey_state": survey}.items()
        ],
        "pub_people_table": people_tables() if has_survey else [],
        "pub_people": people() if has_survey else [],
        "pub_survey": survey_facts() if has_survey else [],
        "pub_codebook": codebook(),
        **(claim_rows() if has_claims else {}),
        **register_rows(),
    }
    frames = {c.table: pd.DataFrame(rows.get(c.table, []), columns=c.names) for c in PUBLISHED}
    return {c.table: _poison(frames[c.table], c) for c in PUBLISHED} if hostile else frames


_RUN = {
    "run_id": "0123456789abcdef",
    "code_version": "0.1.0",
    "policy_hash": "fedcba9876543210",
    "data_as_of": "2025-05-01",
    "area_name": "Milltown",
    "area_id": "milltown",
    "crs_operation": "Inverse of British National Grid + OSGB36 to WGS 84 (6)",
    "crs_accuracy_m": "2",
    "catchments_m": "400;800;1200",
    "attribution": "Contains public sector information.",
    "summary_rows_loaded": "12345",
    "summary_rows_held": "6",
    "translations_unchecked": "Urdu;Polish",
}

# Text that is a key, a code or a word of a closed list, and so cannot be anything.
_FIXED = {
    ("pub_site", "site_id"),
    ("pub_lsoa", "lsoa11cd"),
    ("pub_run", "key"),
    ("pub_area", "area_code"),
}
_KEYS = {
    "site_id",
    "area_code",
    "indicator_id",
    "caveat",
    "source",
    "dataset_id",
    "lsoa11cd",
    "claim_id",
    "claims",
    "headline_claims",
}
_RUN_FIXED = {"catchments_m", "data_as_of", "survey_state"}
# Text that joins rows: it may attack, but each value stays apart from the others.
_JOINING = {
    "asset_id",
    "kind",
    "check_id",
    "file",
    "table_id",
    "category",
    "question",
    "attributes",
    "finding_id",
    "target_id",
    "figure_id",
}
_ALL = "all"


def is_free_text(contract: Contract, column: Column) -> bool:
    """Return True where a column holds words that a source chose."""
    return (
        column.kind == "text"
        and not column.allowed
        and (contract.table, column.name) not in _FIXED
        and column.name not in _KEYS
        and column.name not in {*_JOINING, "geography", "key"}
    )


def _poison(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    poisoned = frame.copy()
    for column in contract.columns:
        if column.kind == "text" and column.name in _JOINING:
            poisoned[column.name] = [
                value if value == _ALL else f"{HOSTILE} {value}" for value in frame[column.name]
            ]
        elif contract.table == "pub_run" and column.name == "value":
            poisoned["value"] = [
                value if key in _RUN_FIXED else HOSTILE
                for key, value in zip(frame["key"], frame["value"], strict=True)
            ]
        elif contract.table == "pub_survey" and column.name == "value":
            poisoned["value"] = frame["value"].where(frame["value"].isna(), HOSTILE)
        elif is_free_text(contract, column):
            poisoned[column.name] = HOSTILE
    return poisoned


def _square(column: int, row: int, size: int = 1000) -> shapely.Geometry:
    x, y = EAST + column * size, NORTH + row * size
    return shapely.box(x, y, x + size, y + size)


def _areas() -> list[dict[str, Any]]:
    west = shapely.union(_square(0, 0), _square(0, 1))
    east = shapely.union(_square(1, 0), _square(1, 1))
    shapes = {
        "milltown": ("Milltown", "study_area", shapely.union(west, east)),
        "E05000001": ("West", "ward", west),
        "E05000002": ("East", "ward", east),
        "E08000001": ("Bigcity", "lad", None),
    }
    return [
        {
            "area_code": code,
            "area_name": name,
            "geography": geography,
            "is_complete": shape is not None,
            "geom_27700": None if shape is None else shapely.to_wkb(shape),
        }
        for code, (name, geography, shape) in shapes.items()
    ]


def _lsoas() -> list[dict[str, Any]]:
    return [
        {
            "lsoa11cd": f"E0100000{number}",
            "lsoa11nm": f"Milltown 00{number}A",
            "wd17cd": "E05000001" if column == 0 else "E05000002",
            "wd17nm": "West" if column == 0 else "East",
            "is_in_study_area": True,
            "imd_decile": decile,
            "imd_score": None if decile is None else 60.0 - decile,
            "imd_rank": None if decile is None else decile * 3000,
            "resident_count": 1500.0 + number,
            "geom_27700": shapely.to_wkb(_square(column, row)),
        }
        for number, (column, row, decile) in enumerate(
            [(0, 0, 1), (0, 1, 4), (1, 0, 9), (1, 1, None)], start=1
        )
    ]


def site_shapes() -> dict[str, shapely.Geometry | None]:
    return {
        "mill": shapely.Point(EAST + 700, NORTH + 900).buffer(150),
        "basin": shapely.Point(EAST + 1500, NORTH + 1500),
        "nowhere": None,
    }


def _sites() -> list[dict[str, Any]]:
    methods = {"mill": "indicative_disc", "basin": "point", "nowhere": "unknown"}
    return [
        {
            "site_id": site_id,
            "site_name": f"The {site_id.title()}",
            "aliases": "Old name;Older name" if site_id == "mill" else None,
            "kind": "housing",
            "local_authority": "Bigcity",
            "register_ref": "N1" if shape is not None else None,
            "extent_method": methods[site_id],
            "stated_ha": 7.07 if site_id == "mill" else None,
            "homes_min_count": 300 if site_id == "mill" else None,
            "homes_max_count": 450 if site_id == "mill" else None,
            "location_source": "Register of 2019",
            "note": "A plan says so.",
            "easting_m": None if shape is None else shape.centroid.x,
            "northing_m": None if shape is None else shape.centroid.y,
            "geom_27700": None if shape is None else shapely.to_wkb(shape),
            "origin": "site_layer" if site_id == "mill" else "brownfield_register",
            "permission_status": "permissioned" if site_id == "mill" else None,
            "permission_type": "outline planning permission" if site_id == "mill" else None,
            "permission_date": "2019-03-04" if site_id == "mill" else None,
        }
        for site_id, shape in site_shapes().items()
    ]


def _catchments() -> list[dict[str, Any]]:
    return [
        {
            "site_id": site_id,
            "catchment_m": distance,
            "geom_27700": shapely.to_wkb(shape.buffer(distance)),
        }
        for site_id, shape in site_shapes().items()
        if shape is not None
        for distance in CATCHMENTS
    ]


def _site_areas() -> list[dict[str, Any]]:
    relations = [
        ("mill", "E05000001", "West", "ward", "overlaps", 0.0, 0.75),
        ("mill", "E05000002", "East", "ward", "adjacent", 150.4, 0.0),
        ("mill", "milltown", "Milltown", "study_area", "inside", 0.0, 1.0),
        ("basin", "E05000002", "East", "ward", "inside", 0.0, 1.0),
        ("basin", "E05000001", "West", "ward", "outside", 500.2, 0.0),
    ]
    names = ("site_id", "area_code", "area_name", "geography", "relation", "distance_m")
    return [dict(zip((*names, "overlap_share"), row, strict=True)) for row in relations]


def _assets(count: int) -> list[dict[str, Any]]:
    points = [
        shapely.Point(EAST + 100 + (397 * i) % 1800, NORTH + 100 + (611 * i) % 1800)
        for i in range(count)
    ]
    return [
        {
            "asset_id": f"reg-{i:05d}",
            "asset_name": f"Place number {i} of the town, by the canal",
            "kind": KINDS[i % len(KINDS)],
            "detail": "Primary" if i % 2 else None,
            "postcode": "B16 8AA" if i % 3 else None,
            "lsoa11cd": "E01000001",
            "wd17cd": "E05000001" if point.x < EAST + 1000 else "E05000002",
            "wd17nm": "West" if point.x < EAST + 1000 else "East",
            "is_in_study_area": i % 5 != 4,
            "register": "Register",
            "location_precision": "postcode",
            "easting_m": point.x,
            "northing_m": point.y,
            "geom_27700": shapely.to_wkb(point),
        }
        for i, point in enumerate(points)
    ]


def _links(assets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    links = []
    for site_id, shape in site_shapes().items():
        if shape is None:
            continue
        rank = dict.fromkeys(KINDS, 0)
        pairs = [(shape.distance(shapely.from_wkb(a["geom_27700"])), a) for a in assets]
        for distance, asset in sorted(pairs, key=lambda p: (p[0], p[1]["asset_id"])):
            if distance > CATCHMENTS[-1]:
                continue
            rank[asset["kind"]] += 1
            point = shapely.from_wkb(asset["geom_27700"])
            links.append(
                {
                    "asset_id": asset["asset_id"],
                    "asset_name": asset["asset_name"],
                    "kind": asset["kind"],
                    "site_id": site_id,
                    "site_name": f"The {site_id.title()}",
                    "distance_m": distance,
                    "catchment_m": next(d for d in CATCHMENTS if distance <= d),
                    "is_nearest_site": True,
                    "kind_rank": rank[asset["kind"]],
                    "reason": f"It is {distance:.0f} m away.",
                    "geom_27700": shapely.to_wkb(shapely.shortest_line(shape, point)),
                }
            )
    return links


def _nearest(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("site_id", "kind", "kind_rank", "asset_id", "asset_name", "distance_m")
    return [{n: link[n] for n in names} for link in links if link["kind_rank"] <= 2]


def _indicator(area: str, value: float | None, status: str, **more: Any) -> dict[str, Any]:
    names = {r["area_code"]: (r["area_name"], r["geography"]) for r in _areas()}
    name, geography = names.get(area, (f"The {area.title()}", "site"))
    return {
        "indicator_id": "residents",
        "title": "Residents",
        "unit": "count",
        "geography": geography,
        "area_code": area,
        "area_name": name,
        "period": "2021",
        "value": value,
        "numerator": value,
        "denominator": None,
        "low": None,
        "high": None,
        "status": status,
        "caveat": "best_fit",
        "source": "imd",
        **more,
    }


def _indicators() -> list[dict[str, Any]]:
    people = {"indicator_id": "people_400_m", "title": "People within 400 m"}
    return [
        _indicator("milltown", 12_345.0, "published", low=12_000.0, high=12_600.0),
        _indicator("E05000001", 0.0, "published"),
        _indicator("E05000002", None, "suppressed"),
        _indicator("E08000001", None, "not_measured", caveat="best_fit;not_loaded"),
        _indicator("mill", 2222.0, "published", low=2000.0, high=2500.0, **people),
        _indicator("basin", 3333.0, "published", **people),
        _indicator("nowhere", None, "not_measured", **people),
    ]


def _metas() -> list[dict[str, Any]]:
    titles = {
        "residents": ("Residents", "full count"),
        "people_400_m": ("People within 400 m", "none: from registers"),
    }
    return [
        {
            "indicator_id": indicator_id,
            "sort_order": order,
            "topic": "People",
            "title": title,
            "meaning": "How many people live there.",
            "unit": "count",
            "decimals": 0,
            "direction": "neutral",
            "period": "2021",
            "vintage": "2017",
            "interval": interval,
            "caveat": "best_fit",
            "source": "imd",
            "definition": "cd" * 32,
        }
        for order, (indicator_id, (title, interval)) in enumerate(titles.items())
    ]


def _dataset() -> dict[str, Any]:
    return {
        "dataset_id": "imd",
        "title": "Indices of deprivation",
        "publisher": "Ministry",
        "licence": "OGL v3.0",
        "url": "https://www.gov.uk/statistics",
        "period": "2019",
        "row_count": 10,
        "loaded_count": 9,
        "held_count": 1,
        "extent": "full",
        "is_boundary": False,
    }


def _coverage() -> dict[str, Any]:
    return {
        "dataset_id": "imd",
        "vintage": "LSOAs of 2011",
        "as_of": "2019-09-26",
        "area_type": "LSOA of 2011",
        "area_count": 4,
        "covered_count": 3,
        "covered_pct": 75.0,
    }


def _check(check_id: str, *, passed: bool, owner: str = "keeper of sites") -> dict[str, Any]:
    return {
        "check_id": check_id,
        "title": f"Check of {check_id}",
        "topic": "places",
        "severity": "warning",
        "owner": owner,
        "passed": passed,
        "finding_count": 0 if passed else 3,
        "message": "Found in one sentence.",
    }
