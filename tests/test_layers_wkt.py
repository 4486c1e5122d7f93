"""Outlines as well-known text in CSV: read where the coordinate system is told, or refused."""

import csv
import gzip
import json

import pytest
import shapely

from assetmap.errors import CRSError, UnreadableFileError
from assetmap.geography import to_wgs84
from assetmap.inputs import InputFile
from assetmap.layers import GEOMETRY, read_polygons, read_sites
from assetmap.readers import MAX_FIELD

SQUARE = shapely.box(404_000, 287_000, 405_000, 288_000)
DEGREES = shapely.transform(SQUARE, to_wgs84().transform, interleaved=False)
BOWTIE = "POLYGON ((404000 287000, 405000 288000, 405000 287000, 404000 288000, 404000 287000))"
EAST = "POINT (1.29 52.63)"
"""A place that lies in Great Britain as degrees, and on the sheet of the grid as metres."""


def read(folder, rows, heading=("site_id", "geometry"), reader=read_sites):
    path = folder / "sites.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([heading, *rows])
    return reader(InputFile(path))


def shapes_of(table):
    return shapely.from_wkb(table.frame[GEOMETRY].to_numpy())


def held(table):
    return dict(zip(table.rejects.row_numbers, table.rejects.reasons, strict=True))


@pytest.mark.parametrize("title", ["geometry", "Geometry", "WKT", "wkt"])
def test_metres_of_the_british_grid_are_known_by_their_range(tmp_path, title):
    table = read(tmp_path, [("a", SQUARE.wkt)], ("site_id", title))
    assert shapes_of(table)[0].equals(SQUARE)
    assert table.frame.columns.tolist() == ["site_id", GEOMETRY]
    assert table.frame.index.tolist() == [2]  # line of the file


@pytest.mark.parametrize("wkt", [DEGREES.wkt, EAST])
def test_degrees_are_known_by_their_range(tmp_path, wkt):
    (shape,) = shapes_of(read(tmp_path, [("a", wkt)]))
    assert shape.bounds[0] > 400_000
    assert shape.bounds[1] > 200_000


@pytest.mark.parametrize(
    ("wkt", "crs"),
    [
        (f"SRID=27700;{SQUARE.wkt}", ""),
        (f" srid = 27700 ; {SQUARE.wkt}", ""),
        (SQUARE.wkt, "EPSG:27700"),
        (SQUARE.wkt, "27700"),
        (DEGREES.wkt, "EPSG:4326"),
        (f"SRID=4326;{DEGREES.wkt}", "27700"),
    ],
)
def test_a_stated_system_is_used_and_its_column_is_no_property(tmp_path, wkt, crs):
    table = read(tmp_path, [("a", wkt, crs)], ("site_id", "geometry", "CRS"))
    assert shapely.hausdorff_distance(shapes_of(table)[0], SQUARE) < 0.02
    assert table.frame.columns.tolist() == ["site_id", GEOMETRY]


def test_a_stated_system_outweighs_what_the_numbers_look_like(tmp_path):
    table = read(tmp_path, [("a", f"SRID=27700;{DEGREES.wkt}")])
    assert held(table) == {2: "bad_coordinate"}


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([("a", SQUARE.wkt), ("b", DEGREES.wkt)], "rows in both coordinate systems"),
        (
            [("a", f"SRID=27700;{SQUARE.wkt}"), ("b", DEGREES.wkt)],
            "rows in both coordinate systems",
        ),
        ([("a", "POINT (52.48 -1.93)")], "no coordinates in Great Britain"),
        ([("a", "POINT (-214000 6890000)")], "no coordinates in Great Britain"),
        ([("a", "POINT (0 0)")], "no coordinates in Great Britain"),
        ([("a", "POINT (nan nan)")], "no coordinates in Great Britain"),
        ([("a", "POINT (52.63 1.29)")], "no coordinates in Great Britain"),
    ],
)
def test_a_system_that_cannot_be_told_is_not_guessed(tmp_path, rows, what):
    with pytest.raises(CRSError) as caught:
        read(tmp_path, rows)
    assert str(caught.value) == (
        f"sites.csv has {what}, so that its coordinate system cannot be told. Write EPSG:27700 or "
        "EPSG:4326 into a column crs of every row."
    )


def test_another_system_is_refused_by_name(tmp_path):
    with pytest.raises(CRSError, match=r"^sites\.csv is in 3857; assetmap reads EPSG:4326"):
        read(tmp_path, [("a", "SRID=3857;POINT (-214000 6890000)")])


def test_bad_outlines_are_held_and_every_row_is_counted(tmp_path):
    rows = [
        ("a", SQUARE.wkt),
        ("b", BOWTIE),
        ("c", "POLYGON ((1 2"),
        ("d", ""),
        ("e", "LINESTRING (404000 287000, 405000 288000)"),
        ("f", "POINT EMPTY"),
        ("g", "POINT (-5 -5)"),
        ("h",),
        ("i", "POINT Z (404000 287000 12)"),
    ]
    table = read(tmp_path, rows)
    assert held(table) == {
        3: "invalid_geometry",
        4: "invalid_geometry",
        6: "wrong_geometry_type",
        7: "empty_geometry",
        8: "bad_coordinate",
        9: "wrong_field_count",
    }
    assert table.frame["site_id"].tolist() == ["a", "d", "i"]
    assert table.rows_in == len(rows)
    assert table.notes == ("heights dropped",)


def test_a_row_without_a_place_is_held_where_every_row_needs_one(tmp_path):
    table = read(tmp_path, [("a", SQUARE.wkt), ("b", "")], reader=read_polygons)
    assert held(table) == {3: "null_geometry"}


def test_rows_without_any_place_need_no_system(tmp_path):
    table = read(tmp_path, [("a", ""), ("b", "")])
    assert [shape is None for shape in shapes_of(table)] == [True, True]


def test_an_outline_may_be_longer_than_any_other_cell(tmp_path):
    circle = shapely.Point(404_000, 287_000).buffer(500, quad_segs=200)
    assert len(circle.wkt) > MAX_FIELD
    rows = [("a", circle.wkt), ("x" * (MAX_FIELD + 1), SQUARE.wkt)]
    table = read(tmp_path, rows)
    assert table.frame["site_id"].tolist() == ["a"]
    assert held(table) == {3: "field_too_long"}


@pytest.mark.parametrize(
    ("heading", "count"), [(("site_id", "shape"), 0), (("wkt", "geometry"), 2)]
)
def test_a_table_needs_one_column_of_outlines(tmp_path, heading, count):
    with pytest.raises(UnreadableFileError, match=f"it has {count} columns named geometry or WKT"):
        read(tmp_path, [("a", SQUARE.wkt)], heading)


def test_outlines_of_thousands_of_levels_are_held_and_do_not_end_the_run(tmp_path):
    # A few hundred thousand levels crash shapely; the limit stands far below.
    deep = "GeometryCollection(" * 300_000 + "POINT (1 1)" + ")" * 300_000
    table = read(tmp_path, [("a", SQUARE.wkt), ("b", deep)])
    assert held(table) == {3: "invalid_geometry"}


def test_outlines_that_gzip_packed_are_read(tmp_path):
    path = tmp_path / "sites.csv.gz"
    path.write_bytes(gzip.compress(f'site_id,geometry\na,"{SQUARE.wkt}"\n'.encode()))
    assert len(read_sites(InputFile(path)).frame) == 1


def test_a_layer_under_the_name_of_a_table_is_read_as_what_it_is(tmp_path):
    path = tmp_path / "sites.csv"
    point = {"type": "Point", "coordinates": [-1.94, 52.48]}
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": point}))
    assert len(read_sites(InputFile(path)).frame) == 1
