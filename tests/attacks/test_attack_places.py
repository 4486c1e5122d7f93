"""Attacks that look for residents on the map, and for counts of them on anything but wards."""

from __future__ import annotations

import csv
import json
import re
import sqlite3

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from attack_search import views
from pyproj import Transformer
from scipy.spatial import cKDTree

from assetmap.disclosure.leaks import find_points

OF_PEOPLE = re.compile(r"people|survey|run\.csv")
_PAIR = re.compile(r"(-?\d{1,3}\.\d{3,})[,\s\]\[\"':a-z]{1,30}?(-?\d{1,3}\.\d{3,})")
_METRES = re.compile(r"(?<![\d.])(3[89]\d{4}|4[01]\d{4})(?:\.\d+)?\D{1,3}(2[789]\d{4})(?!\d)")
TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
TO_DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def data_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_nothing_but_the_tables_of_people_depends_on_who_answered(week, built):
    """Two surveys of other people over the same places: all else is the same to the byte.

    So no count, share, mean, order, centre, bound, heat or cluster of people is in any layer,
    script, catchment, site, neighbourhood or figure.
    """
    one, other = data_of(week.maps), data_of(built.maps)
    differing = {n for n in one.keys() | other.keys() if one.get(n) != other.get(n)}
    pages = {n for n in differing if n.endswith(".html")}
    assert {n for n in differing - pages if not OF_PEOPLE.search(n)} <= {"manifest.json"}
    assert len(one) > 40


def test_pages_of_sites_hold_figures_of_wards_only(week):
    """Every number of people on a site's page is a published one of its ward, or a mark."""
    with (week.seen / "people.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["geography"] == "ward"]
    shown = {row["count"] for row in rows if row["count"]} | {"[c]"}
    pages = sorted((week.maps / "sites").glob("*.html"))
    found = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for table in re.findall(r'<table id="ward-people.*?</table>', text, re.DOTALL):
            found += 1
            assert "ward, not the site or its surroundings" in table
            cells = re.findall(r"<td[^>]*>(.*?)</td>", table, re.DOTALL)
            assert {re.sub(r"<small.*?</small>|<[^>]+>", "", c).strip() for c in cells} <= shown
    assert pages
    assert found


def test_no_column_of_any_file_counts_people_by_site_catchment_or_small_area(week):
    columns = {}
    for path in sorted(week.seen.iterdir()):
        if path.suffix == ".csv":
            columns[path.name] = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
        elif path.suffix == ".parquet":
            columns[path.name] = pq.read_schema(path).names
        elif path.suffix == ".gpkg":
            with sqlite3.connect(path) as con:
                tables = con.execute("SELECT table_name FROM gpkg_contents").fetchall()
                columns[path.name] = [
                    row[1] for (t,) in tables for row in con.execute(f'PRAGMA table_info("{t}")')
                ]
    suspicious = re.compile(r"respond|person|people|answer|survey|researcher|skill|interview")
    others = {name: names for name, names in columns.items() if not name.startswith("people")}
    assert len(others) > 20
    found = {n: [c for c in names if suspicious.search(c)] for n, names in others.items()}
    assert {name for name, names in found.items() if names} <= {"codebook.csv"}
    assert found["codebook.csv"] == ["answers"]
    with (week.seen / "indicators_metadata.csv").open(encoding="utf-8") as lines:
        ids = [row["indicator_id"] for row in csv.DictReader(lines)]
    of_census = {i for i in ids if i.startswith("people_near_site")}
    assert [i for i in ids if suspicious.search(i) and i not in of_census] == []
    assert len(of_census) == 3


def homes_of(week):
    points = week.town.homes
    own = sorted({points[p.postcode.replace(" ", "")] for p in week.town.people})
    return np.array(own, dtype=float)


def public_points(built):
    """Return organisations and vertices of outlines, of a site over the same places.

    The homes of its people are others: it cannot hold those of this town.
    """
    places, outlines = [], []
    for name in ("assets", "sites", "areas", "lsoas", "catchments", "links"):
        path = built.maps / f"data/{name}.parquet"
        shapes = shapely.from_wkb(pq.read_table(path).column("geometry").to_pylist())
        held = places if name == "assets" else outlines
        held.append(shapely.get_coordinates([s for s in shapes if s is not None]))
    # Positions of labels and simplified outlines stand in the scripts of the maps only.
    outlines += coordinates(built.maps).values()
    return np.concatenate(places), np.concatenate(outlines)


def in_degrees(points):
    return np.column_stack(TO_DEGREES.transform(points[:, 0], points[:, 1]))


def test_no_point_near_a_home_by_the_leak_scan(week, built):
    places, outlines = public_points(built)
    found = find_points(
        week.maps,
        in_degrees(homes_of(week)),
        in_degrees(places),
        outlines=in_degrees(outlines),
    )
    assert found == []


def coordinates(folder):
    """Return every coordinate in metres by a search of its own, with its file."""
    found = {}
    for name, data in data_of(folder).items():
        points = [np.empty((0, 2))]
        if name.endswith(".parquet"):
            table = pq.read_table(folder / name)
            shapes = shapely.from_wkb(table.column("geometry").to_pylist())
            points.append(shapely.get_coordinates([s for s in shapes if s is not None]))
        for text in views(data, depth=1):
            for first, second in _PAIR.findall(text):
                pair = sorted((float(first), float(second)))
                if -3 < pair[0] < -1 and 52 < pair[1] < 53:
                    points.append(np.array([TO_METRES.transform(*pair)]))
            metres = [(float(e), float(n)) for e, n in _METRES.findall(text)]
            points.append(np.array(metres).reshape(-1, 2))
        found[name] = np.concatenate(points)
    return found


@pytest.fixture(scope="module")
def own_points(week):
    return coordinates(week.maps)


def test_no_point_near_a_home_by_a_search_of_its_own(week, built, own_points):
    places, outlines = public_points(built)
    homes, public = cKDTree(homes_of(week)), cKDTree(np.concatenate([places, outlines]))
    assert sum(map(len, own_points.values())) > 5000
    for name, points in own_points.items():
        if not len(points):
            continue
        near = points[homes.query(points)[0] < 100]
        stray = near[public.query(near)[0] > 2] if len(near) else near
        assert len(stray) == 0, name


def test_layers_centres_and_bounds_are_those_of_another_survey(built, own_points):
    """Not one coordinate of the site is new against a site of other people's answers."""
    before = coordinates(built.maps)
    for name, points in own_points.items():
        twin = name.replace("people.csv", "people_synthetic.csv")
        twin = twin.replace("people_tables.csv", "people_tables_synthetic.csv")
        twin = twin.replace("survey.csv", "survey_synthetic.csv")
        assert np.array_equal(points, before[twin]), name


def test_the_manifest_lists_no_input_about_people(week):
    manifest = json.loads((week.maps / "manifest.json").read_text(encoding="utf-8"))
    named = {name for name in manifest["inputs"] if name.startswith("survey/")}
    assert named <= {"survey/margins/margins_starter.csv", "survey/form.xlsx"}
