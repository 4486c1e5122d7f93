"""KML: placemarks as the features of any other layer, and XML that must not be opened."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import shapely

from assetmap.dataset import load
from assetmap.datasets.master_plan_sites import DATASET
from assetmap.errors import UnreadableFileError
from assetmap.inputs import InputFile
from assetmap.layers import GEOMETRY, read_polygons, read_sites

CORPUS = Path(__file__).parents[2] / "shared/bad_input/xml"

RING = "-1.94,52.48 -1.93,52.48 -1.93,52.49 -1.94,52.49 -1.94,52.48"
HOLE = "-1.938,52.482 -1.938,52.484 -1.934,52.484 -1.938,52.482"
POINT = "<Point><coordinates>-1.93,52.49</coordinates></Point>"


def ring(positions=RING, side="outer"):
    coordinates = f"<coordinates>{positions}</coordinates>"
    return f"<{side}BoundaryIs><LinearRing>{coordinates}</LinearRing></{side}BoundaryIs>"


def polygon(*boundaries):
    return f"<Polygon>{''.join(boundaries or [ring()])}</Polygon>"


def line(positions=RING, kind="LineString"):
    return f"<{kind}><coordinates>{positions}</coordinates></{kind}>"


def multi(*parts):
    return f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"


def placemark(geometry=POINT, more=""):
    return f"<Placemark>{more}{geometry}</Placemark>"


def document(*placemarks, root='kml xmlns="http://www.opengis.net/kml/2.2"'):
    inner = f"<Document>{''.join(placemarks)}</Document>"
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}>{inner}</{root.split()[0]}>'


def read(folder, content, reader=read_sites, name="sites.kml"):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return reader(InputFile(path))


def refusal(folder, content, **options):
    with pytest.raises(UnreadableFileError) as caught:
        read(folder, content, **options)
    return str(caught.value)


def shapes_of(table):
    return shapely.from_wkb(table.frame[GEOMETRY].to_numpy())


def held(table):
    return dict(zip(table.rejects.row_numbers, table.rejects.reasons, strict=True))


def as_geojson(folder, geometry, reader=read_sites):
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    return read(folder, json.dumps(feature), reader, "sites.geojson")


def positions(written):
    return [[float(number) for number in item.split(",")] for item in written.split()]


def test_placemarks_of_every_folder_are_rows_in_the_order_of_the_file(tmp_path):
    nested = "<Folder><Folder><Placemark><name>b</name></Placemark></Folder></Folder>"
    texts = ["<Placemark><name>a</name></Placemark>", nested, "<Placemark><name>c</name>"]
    table = read(tmp_path, document(*texts[:2], texts[2] + "</Placemark>"))
    assert table.frame["name"].tolist() == ["a", "b", "c"]
    assert table.frame.index.tolist() == [1, 2, 3]
    assert (table.rows_in, table.notes) == (3, ())


def test_extended_data_of_both_kinds_are_columns_as_they_were_written(tmp_path):
    data = (
        '<ExtendedData><Data name="site_id"><displayName>Id</displayName><value>01</value></Data>'
        '<Data name="note"/><SchemaData schemaUrl="#s"><SimpleData name="homes">5</SimpleData>'
        '<SimpleData name="kind">a &amp; b <![CDATA[<i>c</i>]]></SimpleData></SchemaData>'
        "<other>left</other></ExtendedData>"
    )
    more = f"<name>Hall</name><description>NA</description>{data}"
    frame = read(tmp_path, document(placemark(more=more), placemark())).frame
    assert frame.drop(columns=GEOMETRY).to_dict("records") == [
        {
            "name": "Hall",
            "description": "NA",
            "site_id": "01",
            "note": "",
            "homes": "5",
            "kind": "a & b <i>c</i>",
        },
        dict.fromkeys(("name", "description", "site_id", "note", "homes", "kind"), ""),
    ]


def test_a_column_that_is_called_name_goes_before_the_label_of_the_pin(tmp_path):
    data = '<ExtendedData><Data name="name"><value>Hall</value></Data></ExtendedData>'
    frame = read(tmp_path, document(placemark(more=f"<name>Pin 1</name>{data}"))).frame
    assert frame["name"].tolist() == ["Hall"]


@pytest.mark.parametrize(
    ("written", "geometry"),
    [
        (POINT, {"type": "Point", "coordinates": [-1.93, 52.49]}),
        (polygon(), {"type": "Polygon", "coordinates": [positions(RING)]}),
        (
            polygon(ring(HOLE, "inner"), ring()),
            {"type": "Polygon", "coordinates": [positions(RING), positions(HOLE)]},
        ),
        (
            multi(polygon()),
            {"type": "MultiPolygon", "coordinates": [[positions(RING)]]},
        ),
    ],
)
def test_a_geometry_is_that_of_the_same_positions_in_geojson(tmp_path, written, geometry):
    (shape,) = shapes_of(read(tmp_path, document(placemark(written))))
    (expected,) = shapes_of(as_geojson(tmp_path, geometry))
    assert shape.equals_exact(expected, normalize=True)
    assert shape.geom_type == geometry["type"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "null_geometry"),
        (polygon(ring("")), "empty_geometry"),
        ("<Polygon/>", "empty_geometry"),
        ("<MultiGeometry/>", "empty_geometry"),
        ("<Point><coordinates> </coordinates></Point>", "empty_geometry"),
        (polygon(ring(RING.rpartition(" ")[0])), "invalid_geometry"),
        (polygon(ring("-1.94,52.48 -1.93,52.48 -1.94,52.48")), "invalid_geometry"),
        (
            polygon(ring("-1.94,52.48 -1.93,52.49 -1.93,52.48 -1.94,52.49 -1.94,52.48")),
            "invalid_geometry",
        ),
        (polygon(ring(side="inner")), "invalid_geometry"),
        (polygon(ring(), ring()), "invalid_geometry"),
        (polygon("<outerBoundaryIs/>"), "invalid_geometry"),
        (polygon(ring(RING.replace(",", ", "))), "invalid_geometry"),
        (polygon(ring(RING.replace("-1.94", "nan"))), "invalid_geometry"),
        (polygon(ring(RING.replace("-1.94", "-1_94"))), "invalid_geometry"),
        (polygon(ring(RING.replace("-1.94", "-1e999"))), "invalid_geometry"),
        (POINT.replace("52.49", "52.49,0,0"), "invalid_geometry"),
        (POINT.replace("52.49", "52.49 1,2"), "invalid_geometry"),
        (polygon() + polygon(), "invalid_geometry"),
        ("<Model/>", "invalid_geometry"),
        (POINT, "wrong_geometry_type"),
        (line(), "wrong_geometry_type"),
        (line(kind="LinearRing"), "wrong_geometry_type"),
        (multi(POINT, POINT), "wrong_geometry_type"),
        (multi(line(), line()), "wrong_geometry_type"),
        (multi(POINT, polygon()), "wrong_geometry_type"),
        (multi(multi(polygon())), "wrong_geometry_type"),
        (
            polygon(ring(" ".join(",".join(p.split(",")[::-1]) for p in RING.split()))),
            "coordinates_swapped",
        ),
        (polygon(ring("0,0 1,0 1,1 0,0")), "bad_coordinate"),
        (polygon(ring("-1.94,52.48 -1.93,52.48 -1.93,52.4800001 -1.94,52.48")), "sliver"),
    ],
)
def test_a_geometry_that_cannot_be_used_is_held_with_its_reason(tmp_path, written, reason):
    texts = [placemark(polygon()), placemark(written), placemark(polygon())]
    table = read(tmp_path, document(*texts), read_polygons)
    assert held(table) == {2: reason}
    assert table.frame.index.tolist() == [1, 3]
    assert table.rows_in == 3


def test_a_site_may_have_no_geometry(tmp_path):
    table = read(tmp_path, document(placemark(""), placemark()))
    assert [shape and shape.geom_type for shape in shapes_of(table)] == [None, "Point"]


def test_heights_are_dropped_and_that_is_noted(tmp_path):
    high = polygon(ring(" ".join(f"{position},12.5" for position in RING.split())))
    table = read(tmp_path, document(placemark(high)))
    assert not shapely.has_z(shapes_of(table)).any()
    assert table.notes == ("heights dropped",)


def test_what_is_no_placemark_is_counted_and_no_link_is_followed(tmp_path):
    link = "<NetworkLink><Link><href>other.kml</href></Link></NetworkLink>"
    (tmp_path / "other.kml").write_text(document(placemark()))
    table = read(tmp_path, document(placemark(), link, "<GroundOverlay/>"))
    assert (table.rows_in, table.notes) == (1, ("2 links and overlays left out",))


@pytest.mark.parametrize(
    "root",
    [
        "kml",
        'kml xmlns="http://earth.google.com/kml/2.1"',
        'kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"',
    ],
)
@pytest.mark.parametrize("name", ["sites.kml", "sites.geojson", "sites.csv", "sites"])
def test_kml_is_known_by_its_content_whatever_its_name_or_edition(tmp_path, root, name):
    table = read(tmp_path, document(placemark(), root=root), name=name)
    assert len(table.frame) == 1


def test_a_byte_order_mark_utf16_and_blank_lines_are_no_fault(tmp_path):
    text = document(placemark(more="<name>Caf\u00e9</name>"))
    utf16 = text.replace("UTF-8", "UTF-16").encode("utf-16")
    for content in (b"\xef\xbb\xbf" + text.encode(), b"\r\n" + text.encode(), utf16):
        assert read(tmp_path, content).frame["name"].tolist() == ["Caf\u00e9"]


def test_a_page_in_a_description_does_not_make_the_file_a_web_page(tmp_path):
    page = "<description><![CDATA[<html><body>a</body></html>]]></description>"
    assert len(read(tmp_path, document(placemark(more=page))).frame) == 1


# KMZ


def pack(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_document_of_a_kmz_is_read_and_its_pictures_are_not(tmp_path):
    path = pack(tmp_path / "s.kmz", {"doc.kml": document(placemark()), "files/a.png": b"\x89"})
    assert len(read_sites(InputFile(path)).frame) == 1
    assert len(read_sites(InputFile(path, "doc.kml")).frame) == 1


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.kml": "", "b.kml": ""}, "the archive holds 2 KML documents; which one is meant"),
        ({"a.txt": ""}, r"no member of the archive matches \*\.kml"),
        ({"[Content_Types].xml": ""}, "the archive holds 0 KML documents"),
        ({"doc.kml": "", "../evil.kml": ""}, "the archive holds a path that leads outside it"),
    ],
)
def test_a_kmz_without_one_document_is_refused(tmp_path, members, said):
    with pytest.raises(UnreadableFileError, match=rf"^s\.kmz: {said}"):
        read_sites(InputFile(pack(tmp_path / "s.kmz", members)))


def test_a_kmz_within_an_archive_is_not_opened(tmp_path):
    inner = pack(tmp_path / "s.kmz", {"doc.kml": document(placemark())}).read_bytes()
    outer = pack(tmp_path / "s.zip", {"s.geojson": inner})
    with pytest.raises(UnreadableFileError, match=r"^s\.zip/s\.geojson: it is an archive within"):
        read_sites(InputFile(outer, "s.geojson"))


# Files that are refused


ENTITIES = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9))
BODY = document(placemark(more="<name>&a8;</name>")).partition("?>")[2]


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE kml>",
        f"<!DOCTYPE kml [<!ENTITY a0 'ha'>{ENTITIES}]>",
        '<!DOCTYPE kml [<!ENTITY a8 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE kml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE html PUBLIC "x" "http://127.0.0.1:9/x.dtd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_of_it_is_used(tmp_path, declared, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{declared}{BODY}'
    assert refusal(tmp_path, text.encode(encoding)) == (
        "sites.kml: it holds a document type declaration, which no layer needs (unsafe_xml). "
        "Do not use this file; nothing of this file was loaded."
    )


TWINS = '<ExtendedData><Data name="a"/><Data name="a"/></ExtendedData>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (document(placemark())[:-20], "it is KML that is cut short or damaged"),
        (document(placemark(more="<name>&nbsp;</name>")), "it is KML that is cut short"),
        (document(placemark()).replace("UTF-8", "base64"), "it is KML that is cut short"),
        (document(placemark()).replace("UTF-8", "no-such"), "it is KML that is cut short"),
        (document(), "it is KML without placemarks"),
        (
            document(
                placemark(more='<ExtendedData><Data name="a"/><Data name="a"/></ExtendedData>')
            ),
            "it is KML in which a name stands twice in one placemark",
        ),
        ("<gpx><wpt/></gpx>", "it is XML or a web page under this name, not GeoJSON or KML"),
        ("<!DOCTYPE html><html><p>502", "it is XML or a web page under this name"),
        ("<html><body>502</body></html>", "it is XML or a web page under this name"),
    ],
)
def test_a_file_that_is_no_layer_is_refused(tmp_path, content, said):
    message = refusal(tmp_path, content)
    assert message.startswith(f"sites.kml: {said}")
    assert message.endswith(". Export it again as GeoJSON; nothing of this file was loaded.")


def test_a_placemark_of_thousands_of_levels_is_held_and_does_not_end_the_run(tmp_path):
    deep = "<MultiGeometry>" * 50_000 + POINT + "</MultiGeometry>" * 50_000
    assert held(read(tmp_path, document(placemark(deep)))) == {1: "invalid_geometry"}


def test_sites_drawn_as_kml_load_like_any_other_layer(tmp_path):
    titles = [title for title in DATASET.headings if title != GEOMETRY]
    values = dict.fromkeys(titles[:10], "x") | {"site_id": "hall", "hectares": "2"}
    values |= {"homes_min": "", "homes_max": "", "location_source": "", "note": ""}
    data = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>' for name, value in values.items()
    )
    more = f"<name>Pin</name><ExtendedData>{data}</ExtendedData>"
    (tmp_path / "sites").mkdir()
    pack(tmp_path / "sites/sites.kmz", {"doc.kml": document(placemark(polygon(), more))})
    loaded = load(DATASET, tmp_path, max_held_share=0)
    assert loaded.table["extent_method"].tolist() == ["digitised"]
    assert loaded.held.empty


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/bad_input is absent: NOT tested")
@pytest.mark.parametrize("name", ["xxe.kml", "xxe_param.kml", "lol.kml"])
def test_hostile_files_of_the_corpus_are_refused_as_unsafe(tmp_path, name):
    path = Path(shutil.copy(CORPUS / name, tmp_path))
    with pytest.raises(UnreadableFileError, match=r"\(unsafe_xml\)"):
        read_sites(InputFile(path))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/bad_input is absent: NOT tested")
def test_the_sound_file_of_the_corpus_is_read(tmp_path):
    table = read(tmp_path, (CORPUS / "ok.kml").read_bytes())
    assert (table.rows_in, table.frame["name"].tolist()) == (1, ["Hall"])
    assert shapes_of(table)[0].geom_type == "Point"
