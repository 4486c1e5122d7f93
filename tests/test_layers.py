"""Layers with geometry: read into the British grid, or held, or refused."""

import json
import os
import sqlite3
import struct
import zipfile

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.errors import CRSError, UnreadableFileError
from assetmap.geography import to_bng, to_wgs84
from assetmap.inputs import InputFile
from assetmap.layers import GEOMETRY, read_polygons, read_sites
from assetmap.layers.arrow import is_shallow
from assetmap.quarantine import REASONS

SQUARE = [[[-1.94, 52.48], [-1.93, 52.48], [-1.93, 52.49], [-1.94, 52.49], [-1.94, 52.48]]]
BNG_SQUARE = shapely.box(404_000, 287_000, 405_000, 288_000)
BNG_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}


def polygon(rings=SQUARE):
    return {"type": "Polygon", "coordinates": rings}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*geometries, **members):
    features = [feature(shape, site_id=f"s{n}") for n, shape in enumerate(geometries, 1)]
    return {"type": "FeatureCollection", "features": features, **members}


def read(folder, document, reader=read_polygons, name="t.geojson"):
    path = folder / name
    is_bytes = isinstance(document, bytes)
    path.write_bytes(document if is_bytes else json.dumps(document).encode())
    return reader(InputFile(path))


def shapes(table):
    return shapely.from_wkb(table.frame[GEOMETRY].to_numpy())


def held(table):
    return dict(zip(table.rejects.row_numbers, table.rejects.reasons, strict=True))


def refusal(folder, document, reader=read_polygons):
    with pytest.raises(UnreadableFileError) as caught:
        read(folder, document, reader)
    return str(caught.value)


# GeoJSON that is read


def test_longitude_and_latitude_become_metres_of_the_british_grid(tmp_path):
    (shape,) = shapes(read(tmp_path, collection(polygon())))
    ring = np.array(SQUARE[0])
    expected = np.column_stack(to_bng().transform(ring[:, 0], ring[:, 1]))
    np.testing.assert_allclose(shapely.get_coordinates(shape), expected, atol=0.00501)
    assert shapely.get_srid(shape) == 0
    assert 700_000 < shape.area < 800_000


def test_coordinates_are_whole_centimetres(tmp_path):
    xy = shapely.get_coordinates(shapes(read(tmp_path, collection(polygon()))))
    np.testing.assert_array_equal(xy, np.round(xy, 2))


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:EPSG::27700", "EPSG:27700"], ids=["urn", "short"]
)
def test_a_layer_that_says_it_is_in_the_british_grid_is_left_there(tmp_path, name):
    crs = {"type": "name", "properties": {"name": name}}
    document = collection(shapely.geometry.mapping(BNG_SQUARE), crs=crs)
    (shape,) = shapes(read(tmp_path, document))
    assert shape.equals(BNG_SQUARE)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
def test_a_layer_that_says_it_is_in_degrees_is_read_as_one_that_says_nothing(tmp_path, name):
    crs = {"type": "name", "properties": {"name": name}}
    stated = shapes(read(tmp_path, collection(polygon(), crs=crs)))
    assert stated[0].equals(shapes(read(tmp_path, collection(polygon())))[0])


def test_heights_are_dropped_and_that_is_noted(tmp_path):
    high = [[[*xy, 120.5] for xy in SQUARE[0]]]
    table = read(tmp_path, collection(polygon(high)))
    assert not shapely.has_z(shapes(table)[0])
    assert shapes(table)[0].equals(shapes(read(tmp_path, collection(polygon())))[0])
    assert table.notes == ("heights dropped",)


def test_a_site_of_two_parts_is_one_row(tmp_path):
    second = [[[x + 0.02, y] for x, y in SQUARE[0]]]
    table = read(tmp_path, collection({"type": "MultiPolygon", "coordinates": [SQUARE, second]}))
    (shape,) = shapes(table)
    (part,) = shapes(read(tmp_path, collection(polygon())))
    assert (table.rows_in, shape.geom_type) == (1, "MultiPolygon")
    assert shape.area == pytest.approx(2 * part.area, rel=0.001)


def test_ring_order_does_not_matter(tmp_path):
    table = read(tmp_path, collection(polygon([SQUARE[0][::-1]]), polygon()))
    first, second = shapes(table)
    assert first.equals(second)


def test_a_feature_alone_is_a_layer_of_one(tmp_path):
    table = read(tmp_path, feature(polygon(), site_id="s1"))
    assert table.frame["site_id"].tolist() == ["s1"]
    assert table.frame.index.tolist() == [1]


def test_a_byte_order_mark_is_no_fault(tmp_path):
    document = b"\xef\xbb\xbf" + json.dumps(collection(polygon())).encode()
    assert len(read(tmp_path, document).frame) == 1


def test_properties_stay_text_as_they_were_written(tmp_path):
    properties = {"a": "01", "b": 5, "c": None, "d": True, "e": 1.5, "f": ["x"], "g": "NA"}
    document = collection(polygon())
    document["features"] = [feature(polygon(), **properties), feature(polygon(), a="02", h="x")]
    frame = read(tmp_path, document).frame.drop(columns=GEOMETRY)
    assert frame.iloc[0].to_dict() == {
        "a": "01", "b": "5", "c": "", "d": "true", "e": "1.5", "f": '["x"]', "g": "NA", "h": "",
    }  # fmt: skip
    assert frame.iloc[1].to_dict() == dict.fromkeys("bcdefg", "") | {"a": "02", "h": "x"}


@pytest.mark.parametrize("properties", [None, {}])
def test_a_feature_without_properties_is_still_a_row(tmp_path, properties):
    document = collection(polygon(), polygon())
    for item in document["features"]:
        item["properties"] = properties
    table = read(tmp_path, document)
    assert table.frame.columns.tolist() == [GEOMETRY]
    assert table.rows_in == len(table.frame) == 2


def test_a_layer_inside_an_archive_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("layer.geojson", json.dumps(collection(polygon())))
    assert len(read_polygons(InputFile(tmp_path / "a.zip", "layer.geojson")).frame) == 1


# Features that are held


def swapped(rings=SQUARE):
    return polygon([[[y, x] for x, y in rings[0]]])


BOWTIE = [[[-1.94, 52.48], [-1.93, 52.49], [-1.93, 52.48], [-1.94, 52.49], [-1.94, 52.48]]]
FOLDS = [
    [[-1.93, 52.48], [-1.929999999, 52.48], [-1.929999999, 52.49], [-1.93, 52.49], [-1.93, 52.48]]
]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "null_geometry"),
        (polygon([]), "empty_geometry"),
        (polygon([[]]), "empty_geometry"),
        (polygon(BOWTIE), "invalid_geometry"),
        (polygon([SQUARE[0][:-1]]), "invalid_geometry"),
        (polygon([[*SQUARE[0][:2], SQUARE[0][0]]]), "invalid_geometry"),
        (polygon(FOLDS), "invalid_geometry"),
        ({"type": "Polygon", "coordinates": [[["-1.9", 52.4]]]}, "invalid_geometry"),
        ({"type": "Polygon"}, "invalid_geometry"),
        ({"type": "Circle", "coordinates": [-1.9, 52.4]}, "invalid_geometry"),
        ("POINT (1 2)", "invalid_geometry"),
        ([1, 2], "invalid_geometry"),
        ({"type": "LineString", "coordinates": SQUARE[0]}, "wrong_geometry_type"),
        ({"type": "Point", "coordinates": [-1.9, 52.4]}, "wrong_geometry_type"),
        ({"type": "GeometryCollection", "geometries": [polygon()]}, "wrong_geometry_type"),
        (swapped(), "coordinates_swapped"),
        (
            polygon([[[404e3, 287e3], [405e3, 287e3], [405e3, 288e3], [404e3, 287e3]]]),
            "bad_coordinate",
        ),
        (polygon([[[0, 0], [1, 0], [1, 1], [0, 0]]]), "bad_coordinate"),
        (polygon([[*SQUARE[0][:3], [-1.94, 99], SQUARE[0][0]]]), "bad_coordinate"),
    ],
)
def test_a_geometry_that_cannot_be_used_is_held_with_its_reason(tmp_path, geometry, reason):
    table = read(tmp_path, collection(polygon(), geometry, polygon()))
    assert held(table) == {2: reason}
    assert table.rejects.columns == ("geometry",)
    assert table.frame["site_id"].tolist() == ["s1", "s3"]
    assert table.frame.index.tolist() == [1, 3]
    assert table.rows_in == 3
    assert reason in REASONS


def test_a_number_too_large_for_a_float_is_held(tmp_path):
    text = json.dumps(collection(polygon(), polygon())).replace("-1.94", "1e999", 1)
    assert set(held(read(tmp_path, text.encode()))) == {1}


def test_metres_outside_the_british_grid_are_held(tmp_path):
    far = shapely.geometry.mapping(shapely.box(-2_000_000, 0, -1_999_000, 1_000))
    table = read(tmp_path, collection(shapely.geometry.mapping(BNG_SQUARE), far, crs=BNG_CRS))
    assert held(table) == {2: "bad_coordinate"}


def test_degrees_in_a_layer_that_says_metres_pass_as_metres_near_the_origin(tmp_path):
    # Longitudes west of Greenwich are negative, so no place in England slips through.
    table = read(tmp_path, collection(polygon(), crs=BNG_CRS))
    assert held(table) == {1: "bad_coordinate"}


def test_a_site_may_be_a_point_or_have_no_place_but_is_no_line(tmp_path):
    point = {"type": "Point", "coordinates": [-1.94, 52.48]}
    line = {"type": "LineString", "coordinates": SQUARE[0]}
    table = read(tmp_path, collection(point, None, polygon(), line), read_sites)
    assert held(table) == {4: "wrong_geometry_type"}
    assert [shape and shape.geom_type for shape in shapes(table)] == ["Point", None, "Polygon"]


def test_a_broken_geometry_is_not_taken_for_a_site_without_place(tmp_path):
    table = read(tmp_path, collection(polygon([SQUARE[0][:-1]])), read_sites)
    assert held(table) == {1: "invalid_geometry"}
    assert table.rows_in == 1


def strip(width):
    """Return a strip of the grid, a kilometre long, as a layer that says so holds it."""
    return shapely.geometry.mapping(shapely.box(404_000, 287_000, 404_000 + width, 288_000))


@pytest.mark.parametrize(("width", "is_held"), [(0.07, True), (0.49, True), (0.51, False)])
def test_an_outline_narrower_than_half_a_metre_is_held_as_a_sliver(tmp_path, width, is_held):
    table = read(tmp_path, collection(strip(9), strip(width), crs=BNG_CRS))
    assert held(table) == ({2: "sliver"} if is_held else {})


def test_what_is_narrow_somewhere_or_small_is_no_sliver(tmp_path):
    flag = shapely.union(shapely.box(404e3, 287e3, 404e3 + 0.1, 288e3), BNG_SQUARE.buffer(-400))
    hut = shapely.box(404_000, 287_000, 404_001, 287_001)
    two = shapely.MultiPolygon([hut, shapely.box(405_000, 287_000, 405_100, 287_100)])
    shapes = [shapely.geometry.mapping(shape) for shape in (flag, hut, two)]
    assert held(read(tmp_path, collection(*shapes, crs=BNG_CRS))) == {}


def test_a_point_has_no_width_that_could_be_too_small(tmp_path):
    point = {"type": "Point", "coordinates": [-1.94, 52.48]}
    assert held(read(tmp_path, collection(point, None), read_sites)) == {}


# Files that are refused


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"", "it is not GeoJSON"),
        (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "it is XML or a web page"),
        (b"\n<!DOCTYPE html>", "it is XML or a web page"),
        (b'{"type":"FeatureCollection","features":[{"type":"Fea', "it is not GeoJSON"),
        (
            b'{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,1]}}',
            "it is not GeoJSON (NaN",
        ),
        (
            b'{"type":"Feature","geometry":{"type":"Point","coordinates":[Infinity,1]}}',
            "it is not GeoJSON (Inf",
        ),
        (
            b'{"type":"Feature","properties":{"a":1,"a":2},"geometry":null}',
            "it is not GeoJSON (a name stands twice",
        ),
        (
            b'{"type":"Feature","type":"Feature","geometry":null}',
            "it is not GeoJSON (a name stands twice",
        ),
        (b'{"type":"\xff"}', "it is not GeoJSON"),
        (b"[" * 100_000, "it is not GeoJSON"),
        (b"[1, 2]", "it is JSON but not GeoJSON"),
        ({"type": "Topology", "objects": {}, "arcs": []}, "it is Topology, not a GeoJSON"),
        ({"type": "FeatureCollection"}, "it is FeatureCollection, not a GeoJSON"),
        ({"type": "FeatureCollection", "features": {}}, "it is FeatureCollection, not"),
        ({"features": []}, "it is JSON, not a GeoJSON"),
        ({"type": "Polygon", "coordinates": SQUARE}, "it is Polygon, not a GeoJSON"),
        ({"type": "FeatureCollection", "features": []}, "it holds no features"),
        ({"type": "FeatureCollection", "features": [1, {}]}, "1 of its 2 features are not"),
        ({"type": "FeatureCollection", "features": [{"properties": []}]}, "1 of its 1 features"),
    ],
)
def test_a_file_that_is_no_layer_is_refused(tmp_path, document, what):
    message = refusal(tmp_path, document)
    assert message.startswith(f"t.geojson: {what}")
    assert message.endswith(". Export it again as GeoJSON; nothing of this file was loaded.")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "an empty file"),
        (b"site_id,geometry\na,POINT (1 2)\n", "text"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\x1f\x8b\x08", "gzip data"),
        (b"II*\x00\x08", "binary data"),
    ],
)
def test_what_is_no_layer_is_named_with_what_is_read(tmp_path, content, kind):
    path = tmp_path / "sites.gpkg"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        read_sites(InputFile(path))
    assert str(caught.value) == (
        f"sites.gpkg: it is not GeoJSON but {kind}; read are GeoJSON, GeoPackage, KML, a "
        "shapefile in a ZIP archive, and under a name that ends in .csv outlines as WKT. Export "
        "it again as GeoJSON; nothing of this file was loaded."
    )


def test_a_file_that_names_another_is_not_opened_by_gdal(tmp_path):
    other = tmp_path / "other.geojson"
    other.write_text(json.dumps(collection(polygon())))
    source = f"<SrcDataSource>{other}</SrcDataSource>"
    layer = f"<OGRVRTLayer name='other'>{source}</OGRVRTLayer>"
    vrt = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    assert len(pyogrio.read_arrow(write(tmp_path / "t.vrt", vrt))[1]) == 1
    assert "it is XML or a web page" in refusal(tmp_path, vrt.encode())


def write(path, text):
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("crs", "stated"),
    [
        ({"type": "name", "properties": {"name": "EPSG:3857"}}, "EPSG:3857"),
        ({"type": "name", "properties": {}}, "an unnamed coordinate system"),
        ({"type": "EPSG", "properties": {"code": 27700}}, "an unnamed coordinate system"),
        ({"properties": [1]}, "an unnamed coordinate system"),
        ("EPSG:27700", "an unnamed coordinate system"),
    ],
)
def test_another_coordinate_system_is_refused_by_name(tmp_path, crs, stated):
    with pytest.raises(CRSError) as caught:
        read(tmp_path, collection(polygon(), crs=crs))
    assert str(caught.value) == (
        f"t.geojson is in {stated}; assetmap reads EPSG:4326 (longitude, latitude) and "
        "EPSG:27700 (British National Grid). Export the layer in one of these."
    )


def test_a_refusal_shows_no_more_than_sixty_letters_of_what_it_found(tmp_path):
    message = refusal(tmp_path, {"type": "y" * 500})
    assert "y" * 60 in message
    assert "y" * 61 not in message


# GeoPackage


def write_geopackage(
    path, geometry, columns=None, *, crs="EPSG:27700", layer="sites", append=False
):
    columns = columns or {"site_id": [f"s{n}" for n in range(1, len(geometry) + 1)]}
    wkb = np.array([None if g is None else shapely.to_wkb(g) for g in geometry], dtype=object)
    pyogrio.raw.write(
        path,
        geometry=wkb,
        field_data=[np.array(v, dtype=object) for v in columns.values()],
        fields=list(columns),
        geometry_type="Unknown",
        driver="GPKG",
        crs=crs,
        layer=layer,
        append=append,
    )
    return path


def add_functions(con):
    """Give SQLite what the triggers of a GeoPackage call."""
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY"):
        con.create_function(name, 1, lambda _: 0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["t.gpkg", "t.geojson", "t"])
def test_a_geopackage_is_known_by_its_content_and_read_without_a_warning(tmp_path, name):
    path = write_geopackage(tmp_path / "made.gpkg", [BNG_SQUARE]).rename(tmp_path / name)
    table = read_polygons(InputFile(path))
    assert table.frame["site_id"].tolist() == ["s1"]
    assert shapes(table)[0].equals(BNG_SQUARE)
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - nothing is left beside it


def test_a_geopackage_in_degrees_is_turned_into_metres(tmp_path):
    shape = shapely.Polygon(SQUARE[0])
    path = write_geopackage(tmp_path / "t.gpkg", [shape], crs="EPSG:4326")
    (read_shape,) = shapes(read_polygons(InputFile(path)))
    (expected,) = shapes(read(tmp_path, collection(polygon())))
    assert read_shape.equals(expected)


def test_bad_geometries_of_a_geopackage_are_held(tmp_path):
    bowtie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    geometry = [BNG_SQUARE, None, shapely.Polygon(), bowtie, shapely.Point(1, 2)]
    table = read_polygons(InputFile(write_geopackage(tmp_path / "t.gpkg", geometry)))
    assert held(table) == {
        2: "null_geometry", 3: "empty_geometry", 4: "invalid_geometry", 5: "wrong_geometry_type",
    }  # fmt: skip
    assert table.rows_in == 5


def test_empty_cells_of_a_geopackage_are_empty_texts(tmp_path):
    columns = {"name": ["a", None], "code": ["01", "NA"]}
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE, BNG_SQUARE], columns)
    frame = read_polygons(InputFile(path)).frame
    assert frame[["name", "code"]].to_numpy().tolist() == [["a", "01"], ["", "NA"]]


def test_a_geopackage_with_two_layers_is_refused(tmp_path):
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE])
    write_geopackage(path, [BNG_SQUARE], layer="more", append=True)
    with pytest.raises(UnreadableFileError, match="it holds 2 layers; which one is meant"):
        read_polygons(InputFile(path))


def test_a_table_without_geometry_in_a_geopackage_is_no_second_layer(tmp_path):
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE])
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, style TEXT)")
        con.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
    con.close()
    assert len(pyogrio.list_layers(path)) == 2
    assert len(read_polygons(InputFile(path)).frame) == 1


def test_another_coordinate_system_of_a_geopackage_is_refused(tmp_path):
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE], crs="EPSG:3857")
    with pytest.raises(CRSError) as caught:
        read_polygons(InputFile(path))
    assert str(caught.value) == (
        "t.gpkg is in EPSG:3857; assetmap reads EPSG:4326 and EPSG:27700. "
        "Export the layer in one of these."
    )


@pytest.mark.parametrize("kept", [200, 5_000, 40_000])
def test_a_geopackage_that_is_cut_short_is_refused(tmp_path, kept):
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE] * 50)
    content = path.read_bytes()
    assert len(content) > kept
    message = refusal(tmp_path, content[:kept])
    assert message.startswith("t.geojson: it is a GeoPackage that is cut short or damaged")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE sites SET site_id = CAST(x'41ff42' AS TEXT)",
        "UPDATE sites SET site_id = x'41ff42'",
        "DROP TABLE gpkg_spatial_ref_sys",
        "DROP TABLE sites",
    ],
)
def test_a_geopackage_with_a_part_that_is_wrong_is_refused_without_a_warning(tmp_path, spoil):
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE])
    with sqlite3.connect(path) as con:
        add_functions(con)
        con.execute(spoil)
    con.close()
    with pytest.raises((UnreadableFileError, CRSError)) as caught:
        read_polygons(InputFile(path))
    assert str(caught.value).startswith("t.gpkg")


def test_another_database_is_refused_before_gdal_sees_it(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as con:
        con.execute("CREATE TABLE t (a)")
    con.close()
    message = refusal(tmp_path, (tmp_path / "x.db").read_bytes())
    assert message.startswith("t.geojson: it is an SQLite database but no GeoPackage")


def nest(depth):
    """Return well-known binary of collections within collections, a point inside."""
    head = b"\x01" + struct.pack("<II", 7, 1)
    return head * depth + shapely.to_wkb(shapely.Point(1, 2))


def test_a_geometry_of_thousands_of_levels_is_held_and_does_not_end_the_run(tmp_path):
    # A few hundred thousand levels crash shapely; the limit stands far below.
    path = write_geopackage(tmp_path / "t.gpkg", [BNG_SQUARE, shapely.MultiPoint([(1, 2)])])
    with sqlite3.connect(path) as con:
        add_functions(con)
        (blob,) = con.execute("SELECT geom FROM sites WHERE fid = 2").fetchone()
        head = blob[: blob.index(b"\x01\x04\x00\x00\x00")]
        con.execute("UPDATE sites SET geom = ? WHERE fid = 2", (head + nest(300_000),))
    con.close()
    table = read_polygons(InputFile(path))
    assert held(table) == {2: "invalid_geometry"}
    assert table.frame["site_id"].tolist() == ["s1"]


SHAPES = (
    shapely.Point(1, 2), shapely.Point(1, 2, 3), shapely.LineString([(1, 2), (3, 4)]), BNG_SQUARE,
    shapely.Polygon(), shapely.MultiPoint(), shapely.MultiPolygon([BNG_SQUARE, BNG_SQUARE]),
    BNG_SQUARE.difference(BNG_SQUARE.buffer(-100)), shapely.force_3d(BNG_SQUARE),
    shapely.GeometryCollection([shapely.Point(1, 2), shapely.MultiPolygon([BNG_SQUARE])]),
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.wkt[:20])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
@pytest.mark.parametrize("order", [0, 1])
def test_every_real_geometry_is_shallow_and_half_of_one_with_parts_is_not(shape, flavor, order):
    whole = shapely.to_wkb(shapely.set_srid(shape, 27700), flavor=flavor, byte_order=order)
    marked = shapely.to_wkb(shapely.set_srid(shape, 27700), byte_order=order, include_srid=True)
    assert is_shallow(whole)
    assert is_shallow(marked)
    if shape.geom_type.startswith(("Multi", "Geometry")):
        assert not is_shallow(whole[:8])


@pytest.mark.parametrize(("depth", "expected"), [(19, True), (20, False), (300_000, False)])
def test_a_geometry_within_twenty_others_is_deep(depth, expected):
    assert is_shallow(nest(depth)) is expected


# Properties


@settings(max_examples=60, deadline=None)
@given(
    x=st.integers(10_000_000, 64_000_000),
    y=st.integers(1_000_000, 110_000_000),
    width=st.integers(100, 500_000),
    height=st.integers(100, 500_000),
)
def test_a_polygon_comes_back_from_degrees_within_two_centimetres(
    tmp_path_factory, x, y, width, height
):
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]]) / 100
    longitudes, latitudes = to_wgs84().transform(corners[:, 0], corners[:, 1])
    ring = [[lon, lat] for lon, lat in zip(longitudes, latitudes, strict=True)]
    table = read(tmp_path_factory.mktemp("turn"), collection(polygon([[*ring, ring[0]]])))
    assert len(table.rejects) == 0
    xy = shapely.get_coordinates(shapes(table))[:4]
    assert np.hypot(*(xy - corners).T).max() < 0.02


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from([None, polygon([]), polygon(), polygon(BOWTIE), swapped(), polygon(FOLDS)])
        | st.builds(
            lambda rings: polygon([[list(xy) for xy in ring] for ring in rings]),
            st.lists(
                st.lists(
                    st.tuples(st.floats(-1.95, -1.93), st.floats(52.4, 52.5)),
                    min_size=3,
                    max_size=6,
                ).map(lambda ring: [*ring, ring[0]]),
                min_size=1,
                max_size=2,
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_feature_is_loaded_valid_or_held(tmp_path_factory, geometries):
    table = read(tmp_path_factory.mktemp("layer"), collection(*geometries))
    numbers = sorted([*table.frame.index, *table.rejects.row_numbers])
    assert numbers == list(range(1, len(geometries) + 1))
    assert table.rows_in == len(geometries)
    assert all(shape.is_valid and not shape.is_empty for shape in shapes(table))
