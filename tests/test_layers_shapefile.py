"""Shapefiles: whole, in an archive, in a known system, or refused; no feature is lost."""

import struct
import warnings
import zipfile

import numpy as np
import pyogrio
import pytest
import shapely

from assetmap.errors import CRSError, UnreadableFileError
from assetmap.geography import to_wgs84
from assetmap.inputs import InputFile, find_inputs
from assetmap.layers import GEOMETRY, read_polygons, read_sites

SQUARE = shapely.box(404_000, 287_000, 405_000, 288_000)
BOWTIE = shapely.Polygon([(404e3, 287e3), (405e3, 288e3), (405e3, 287e3), (404e3, 288e3)])
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def write(folder, shapes=(SQUARE,), *, crs="EPSG:27700", kind="Polygon", encoding="UTF-8", **more):
    """Write a shapefile and return the content of its parts."""
    columns = more or {"site_id": [f"s{n}" for n in range(1, len(shapes) + 1)]}
    pyogrio.raw.write(
        folder / "made.shp",
        geometry=np.array([None if s is None else shapely.to_wkb(s) for s in shapes], dtype=object),
        field_data=[np.array(values) for values in columns.values()],
        fields=list(columns),
        geometry_type=kind,
        crs=crs,
        encoding=encoding,
    )
    found = {suffix: folder / f"made{suffix}" for suffix in PARTS}
    return {suffix: path.read_bytes() for suffix, path in found.items() if path.exists()}


def pack(folder, parts, name="sites.zip", stem="layer"):
    with zipfile.ZipFile(folder / name, "w") as archive:
        for suffix, content in parts.items():
            archive.writestr(f"{stem}{suffix}", content)
    return folder / name


def read(path, reader=read_polygons):
    (source,) = find_inputs(path.parent, "*.shp", path.name)
    return reader(source)


def shapes_of(table):
    return shapely.from_wkb(table.frame[GEOMETRY].to_numpy())


def held(table):
    return dict(zip(table.rejects.row_numbers, table.rejects.reasons, strict=True))


def test_a_shapefile_in_an_archive_is_read_with_all_its_texts(tmp_path):
    parts = write(tmp_path, [SQUARE] * 2, name=["Café", "Łódź"], homes=[5, 60], ha=[1.5, np.nan])
    table = read(pack(tmp_path, parts))
    assert table.frame.drop(columns=GEOMETRY).to_numpy().tolist() == [
        ["Café", "5", "1.5"],
        ["Łódź", "60", ""],
    ]
    assert table.frame.index.tolist() == [1, 2]
    assert shapes_of(table)[0].equals(SQUARE)
    assert (table.rows_in, table.notes) == (2, ())


def test_a_shapefile_in_degrees_is_turned_into_metres(tmp_path):
    turned = shapely.transform(SQUARE, to_wgs84().transform, interleaved=False)
    table = read(pack(tmp_path, write(tmp_path, [turned], crs="EPSG:4326")))
    assert shapely.hausdorff_distance(shapes_of(table)[0], SQUARE) < 0.02


@pytest.mark.parametrize(
    ("encoding", "content", "note"),
    [
        ("UTF-8", "Łódź", "no encoding stated, read as UTF-8"),
        ("cp1252", "Café €5", "no encoding stated, read as Windows-1252"),
    ],
)
def test_texts_without_a_stated_encoding_are_tried_and_the_guess_is_noted(
    tmp_path, encoding, content, note
):
    parts = write(tmp_path, name=[content], encoding=encoding)
    del parts[".cpg"]
    table = read(pack(tmp_path, parts))
    assert table.frame["name"].tolist() == [content]
    assert table.notes == (note,)


@pytest.mark.parametrize("stated", [b"UTF-8", b"no such", b"\xff\xfe", b"base64", b"utf-16"])
def test_a_stated_encoding_that_is_none_or_wrong_is_not_believed(tmp_path, stated):
    parts = write(tmp_path, name=["Café"], encoding="cp1252")
    table = read(pack(tmp_path, parts | {".cpg": stated}))
    assert table.frame["name"].tolist() == ["Café"]
    assert table.notes == ("no encoding stated, read as Windows-1252",)


def test_a_stated_encoding_is_used(tmp_path):
    parts = write(tmp_path, name=["Łódź"], encoding="cp1250")
    table = read(pack(tmp_path, parts | {".cpg": b"1250\r\n"}))
    assert (table.frame["name"].tolist(), table.notes) == (["Łódź"], ())


def test_bad_geometries_are_held_and_counted(tmp_path):
    table = read(pack(tmp_path, write(tmp_path, [SQUARE, None, BOWTIE, SQUARE])))
    assert held(table) == {2: "null_geometry", 3: "invalid_geometry"}
    assert (table.rows_in, table.frame["site_id"].tolist()) == (4, ["s1", "s4"])


def test_an_outline_that_is_not_closed_is_held_without_a_warning(tmp_path):
    parts = write(tmp_path, [SQUARE, SQUARE])
    shp = bytearray(parts[".shp"])
    last = 100 + 8 + 4 + 32 + 4 + 4 + 4 + 16 * 4 + 8  # northing of the fifth point
    assert struct.unpack_from("<d", shp, last) in [(287_000.0,), (288_000.0,)]
    struct.pack_into("<d", shp, last, 287_000.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read(pack(tmp_path, parts | {".shp": bytes(shp)}))
    assert held(table) == {1: "invalid_geometry"}


def test_points_are_sites_and_no_outlines(tmp_path):
    path = pack(tmp_path, write(tmp_path, [shapely.Point(404_000, 287_000)], kind="Point"))
    assert len(read(path, read_sites).frame) == 1
    assert held(read(path)) == {1: "wrong_geometry_type"}


def test_a_record_that_is_marked_as_deleted_is_no_feature(tmp_path):
    parts = write(tmp_path, [SQUARE, SQUARE])
    dbf = bytearray(parts[".dbf"])
    dbf[int.from_bytes(dbf[8:10], "little")] = ord("*")
    table = read(pack(tmp_path, parts | {".dbf": bytes(dbf)}))
    assert (table.rows_in, table.frame["site_id"].tolist()) == (1, ["s2"])


def test_endings_in_capitals_and_a_folder_are_no_fault(tmp_path):
    parts = {suffix.upper(): content for suffix, content in write(tmp_path).items()}
    assert len(read(pack(tmp_path, parts, stem="export/SITES")).frame) == 1


def test_parts_of_another_name_do_not_stand_in(tmp_path):
    parts = write(tmp_path)
    path = pack(tmp_path, parts)
    with zipfile.ZipFile(path, "w") as archive:
        for suffix, content in parts.items():
            archive.writestr(f"{'other' if suffix == '.shx' else 'layer'}{suffix}", content)
    with pytest.raises(UnreadableFileError, match=r"sites\.zip: the archive lacks \.shx beside"):
        read(path)


@pytest.mark.parametrize("lacking", [".shx", ".dbf"])
def test_a_shapefile_that_lacks_a_part_is_refused(tmp_path, lacking):
    parts = write(tmp_path)
    del parts[lacking]
    with pytest.raises(UnreadableFileError) as caught:
        read(pack(tmp_path, parts))
    assert str(caught.value) == (
        f"sites.zip: the archive lacks {lacking} beside sites.zip/layer.shp. Export it again, "
        "whole, and put it into a new ZIP archive; nothing of this file was loaded."
    )


def test_a_shapefile_without_a_coordinate_system_is_refused_and_none_is_guessed(tmp_path):
    parts = write(tmp_path)
    del parts[".prj"]
    with pytest.raises(CRSError) as caught:
        read(pack(tmp_path, parts))
    assert str(caught.value) == (
        "sites.zip/layer.shp has no .prj beside it, so its coordinate system is not known and is "
        "not guessed. Export it again, whole, and put it into a new ZIP archive; nothing of this "
        "file was loaded."
    )


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4277"])
def test_another_coordinate_system_is_refused_by_name(tmp_path, crs):
    with pytest.raises(CRSError, match=f"^sites.zip/layer.shp is in {crs}; assetmap reads"):
        read(pack(tmp_path, write(tmp_path, crs=crs)))


def test_a_coordinate_system_that_says_nothing_is_refused(tmp_path):
    parts = write(tmp_path) | {".prj": b"nonsense"}
    with pytest.raises(CRSError, match="is in an unnamed coordinate system"):
        read(pack(tmp_path, parts))


def test_a_coordinate_system_that_is_no_text_is_refused(tmp_path):
    parts = write(tmp_path)
    with pytest.raises(UnreadableFileError, match="it is a shapefile that is damaged"):
        read(pack(tmp_path, parts | {".prj": parts[".prj"].replace(b"_", b"\x80")}))


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("kept", [3, 50, -20])
def test_a_part_that_is_cut_short_is_refused(tmp_path, part, kept):
    parts = write(tmp_path, [SQUARE] * 3)
    parts[part] = parts[part][:kept]
    with pytest.raises(UnreadableFileError, match=r"cut short|it is no shapefile"):
        read(pack(tmp_path, parts))


def test_parts_of_two_exports_do_not_pass_for_one(tmp_path):
    many = write(tmp_path, [SQUARE] * 3)
    parts = write(tmp_path) | {".dbf": many[".dbf"]}
    with pytest.raises(UnreadableFileError, match="its parts hold different numbers of records"):
        read(pack(tmp_path, parts))


def test_a_damaged_index_does_not_lose_a_feature_unseen(tmp_path):
    parts = write(tmp_path, [SQUARE] * 3)
    parts[".shx"] = parts[".shx"][:108] + b"\x7f\xff\xff\xff" * 2 + parts[".shx"][116:]
    path = pack(tmp_path, parts)
    try:
        table = read(path)
    except UnreadableFileError:
        return
    assert (table.rows_in, held(table)) == (3, {2: "null_geometry"})


def test_two_shapefiles_in_one_archive_are_refused(tmp_path):
    parts = write(tmp_path)
    path = pack(tmp_path, {f"{n}{suffix}": c for suffix, c in parts.items() for n in (1, 2)})
    sources = find_inputs(tmp_path, "*.shp", "sites.zip")
    assert len(sources) == 2
    with pytest.raises(UnreadableFileError, match="the archive holds 2 shapefiles; which one"):
        read_polygons(sources[0])
    assert path.exists()


@pytest.mark.parametrize("suffix", PARTS)
def test_a_shapefile_that_lies_open_in_a_folder_is_refused(tmp_path, suffix):
    write(tmp_path)
    with pytest.raises(UnreadableFileError, match="a part of a shapefile that lies open") as caught:
        read_polygons(InputFile(tmp_path / f"made{suffix}"))
    assert "into one ZIP archive, and take them out here" in str(caught.value)


def test_an_archive_that_leads_outside_itself_is_refused_by_the_reader_too(tmp_path):
    path = pack(tmp_path, write(tmp_path))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../evil.dbf", b"")
    with pytest.raises(UnreadableFileError, match="a path that leads outside it"):
        read_polygons(InputFile(path, "layer.shp"))


def test_nothing_is_left_beside_the_archive(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    path = pack(folder, write(tmp_path))
    before = path.read_bytes()
    read(path)
    assert [p.name for p in folder.iterdir()] == ["sites.zip"]
    assert path.read_bytes() == before
