"""Every reader under mutated and made-up files: a table that adds up, or one refusal.

``ASSETMAP_FUZZ_EXAMPLES=2000`` tries that many files for each reader, new ones every time.
"""

import copy
import gzip
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assetmap.claims.registry import REGISTRY, read_registry
from assetmap.contents import find_fault
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source, load
from assetmap.datasets import find_datasets
from assetmap.errors import AssetmapError
from assetmap.inputs import InputFile, find_inputs
from assetmap.layers import GEOMETRY, read_polygons, read_sites
from assetmap.readers import Layout, read_csv
from assetmap.registers.read import REGISTERS, read_lists
from assetmap.settings import Policy, StudyArea, read_toml
from assetmap.sources import read_sources
from assetmap.survey.exports import read_exports
from assetmap.survey.form import read_form
from assetmap.survey.server import read_server
from assetmap.workbook import read_sheets

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
SAMPLES = ROOT / "tests/data/raw"
EXPORTS = sorted((ROOT / "tests/data/survey/layouts").iterdir())

WANTED = os.environ.get("ASSETMAP_FUZZ_EXAMPLES")


def fuzz(examples):
    """Return settings for a stable suite, or for a long search where that was asked for."""
    return settings(
        max_examples=int(WANTED or examples),
        derandomize=WANTED is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


# What a file may hold, and how it may be spoilt

SNIPPETS = (
    *(b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\x85", b"\xa0"),
    *(b'"', b'""', b'",', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"'", b"\\", b"\x1a", b"\x0c"),
    *(b"nan", b"-inf", b"1e999", b"NULL", b"N/A", b"*", b"-0", b"1_000", b"9" * 400, b"0x1"),
    *(b"\xd9\xa3", b"\xc2\xb2", b"\xe2\x88\x921", b"total", b"Total", b"=1+1", b"<b>", b"\\ud800"),
    *(b"{", b"}", b"[", b"]", b"[[[[", b":", b"null", b"true", b"<", b">", b"</", b"<!DOCTYPE a>"),
    *(b"POLYGON EMPTY", b"POINT (1 1)", b"SRID=27700;", b"2021", b"1e5", b"\xf0\x9f\x8f\xa0"),
)


@st.composite
def mutated(draw, base, most=4):
    """Spoil some bytes: put in, taken out, doubled, overwritten or cut off."""
    content = bytearray(base)
    for _ in range(draw(st.sampled_from((1, 1, 2, most)))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.sampled_from((0, 1, 1, 2, 7, 40)))
        act = draw(st.sampled_from(("put", "put", "put", "byte", "byte", "double", "cut")))
        if act == "put":
            content[place : place + length] = draw(st.sampled_from(SNIPPETS))
        elif act == "byte":
            content[place : place + 1] = bytes([draw(st.integers(0, 255))])
        elif act == "double":
            content[place:place] = content[place : place + length]
        else:
            del content[place:]
    return bytes(content)


@st.composite
def spoilt_parts(draw, parts, most=3):
    """Spoil the content of one member of an archive, and pack it soundly."""
    name = draw(st.sampled_from(sorted(parts)))
    return pack(parts | {name: draw(mutated(parts[name], most))})


def pack(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def unpack(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# What must hold


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder for the file, and have every temporary file made in a folder of its own."""
    temporary, before = tmp_path_factory.mktemp("temporary"), tempfile.tempdir
    tempfile.tempdir = str(temporary)
    yield tmp_path_factory.mktemp("files")
    tempfile.tempdir = before
    assert not list(temporary.iterdir()), "a temporary file was left behind"


def listing(folder):
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def attempt(folder, read):
    """Return what ``read`` gives, or None for a refusal; nothing but that may happen."""
    before = listing(folder)
    result = refused = None
    try:
        result = read()
    except AssetmapError as fault:
        refused = str(fault)
    assert refused is None or refused.strip()
    assert listing(folder) == before
    return result


def put(folder, name, content):
    """Return the one file of a folder, with new content."""
    for path in folder.iterdir():
        path.unlink()
    path = folder / name
    path.write_bytes(content)
    return InputFile(path)


def require_sum(table):
    """Have every row that came in stand in the table or among those held, once."""
    if table is None:
        return
    numbers = [*table.frame.index, *table.rejects.row_numbers]
    assert len(numbers) == table.rows_in
    assert len(set(numbers)) == len(numbers)
    texts = table.frame.drop(columns=GEOMETRY, errors="ignore").to_numpy().ravel()
    assert all(isinstance(cell, str) for cell in texts)


def require_whole(loaded):
    if loaded is not None:
        assert loaded.rows_in == len(loaded.table) + len(loaded.held)


def column(name, kind="text", **rules):
    return Column(name=name, kind=kind, description="", disclosure=Disclosure.BASE, **rules)


def small_dataset(*columns, **options):
    names = [item.name for item in columns]
    return Dataset(
        id="case",
        source=Source(publisher="", title="", url="", licence="", period="", as_of=""),
        contract=Contract(table="t", row_is="", primary_key=(names[0],), columns=columns),
        headings={name: name for name in names},
        **options,
    )


# Delimited text

TABLE = (
    'code,name,homes,is_open\nE1,"Hall, old",5,yes\nE2,Caf\u00e9,"1,200",no\nE3,"a ""b""\nc",,*\n'
    "\nE4,x,-,TRUE\nTotal,,1205,\n"
)
TABLES = tuple(
    TABLE.replace(",", separator).encode(encoding)
    for separator in (",", ";")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
)
LAYOUTS = (
    Layout(),
    Layout(header=("code", "name", "homes", "is_open")),
    Layout(heading_cell="homes"),
    Layout(may_be_empty=True, long_columns=("name",)),
)
HOMES = small_dataset(
    column("code"), column("name", nullable=True), column("homes", "integer", nullable=True),
    column("is_open", "boolean", nullable=True),
)  # fmt: skip


@fuzz(250)
@given(
    content=st.binary(max_size=80) | st.sampled_from(TABLES).flatmap(mutated),
    layout=st.sampled_from(LAYOUTS),
)
def test_delimited_text(place, content, layout):
    source = put(place, "t.csv", content)
    require_sum(attempt(place, lambda: read_csv(source, layout)))


@fuzz(150)
@given(content=st.sampled_from(TABLES).flatmap(mutated))
def test_a_dataset_of_delimited_text(place, content):
    put(place, "t.csv", content)
    dataset = small_dataset(*HOMES.contract.columns, folder=".")
    require_whole(attempt(place, lambda: load(dataset, place, max_held_share=1)))


@fuzz(100)
@example(gzip.compress(bytes(5_000_000)))
@example(gzip.compress(b""))
@example(b"\x1f\x8b")
@given(content=mutated(gzip.compress(TABLES[0] * 5, mtime=0)))
def test_gzip(place, content):
    source = put(place, "t.csv.gz", content)
    require_sum(attempt(place, lambda: read_csv(source, Layout())))


# Archives

ARCHIVE = {"a.csv": TABLES[0], "b/c.csv": TABLES[1] * 9, "readme.txt": b"x"}


@fuzz(200)
@given(content=mutated(pack(ARCHIVE)) | spoilt_parts(ARCHIVE))
def test_archives(place, content):
    put(place, "t.zip", content)
    sources = attempt(place, lambda: find_inputs(place, "*.csv")) or []
    for source in sources:
        require_sum(attempt(place, lambda source=source: read_csv(source, Layout())))
    if find_fault(io.BytesIO(content), "zip") is None:
        assert all(source.read() is not None for source in sources)


@fuzz(150)
@given(
    content=st.binary(max_size=60) | mutated(pack(ARCHIVE)) | mutated(TABLES[2]),
    form=st.sampled_from(["csv", "zip", "geojson"]),
)
def test_downloads(content, form):
    fault = find_fault(io.BytesIO(content), form)
    assert fault is None or fault.startswith("is ")


# Workbooks

BOOK = unpack(next(path for path in EXPORTS if path.name == "kobo.xlsx"))


@fuzz(60)
@given(content=spoilt_parts(BOOK) | mutated(pack(BOOK)))
def test_workbooks(place, content):
    source = put(place, "t.xlsx", content)
    for table in (attempt(place, lambda: read_sheets(source)) or {}).values():
        require_sum(table)


# Layers

SQUARE = [[-1.94, 52.48], [-1.93, 52.48], [-1.93, 52.49], [-1.94, 52.49], [-1.94, 52.48]]
LAYER = {
    "type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    "features": [
        {
            "type": "Feature",
            "properties": {"site_id": f"s{number}", "homes": number},
            "geometry": geometry,
        }
        for number, geometry in enumerate(
            (
                {"type": "Polygon", "coordinates": [SQUARE]},
                {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
                {"type": "Point", "coordinates": [-1.94, 52.48, 5]},
                {"type": "GeometryCollection", "geometries": []},
                None,
            )
        )
    ],
}
NUMBERS = st.sampled_from((0, -1.94, 52.48, 404_000, -1e308, 1e308, 10**400, 1, True))
SCALARS = st.none() | NUMBERS | st.sampled_from(("Point", "Polygon", "", "nan", "\ud800"))
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("type", "coordinates", "geometries", "x")), inner)
    ),
    max_leaves=8,
)


def places_in(value, path=()):
    """Yield the path to every value of a document."""
    yield path
    if isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_in(member, (*path, key))


PATHS = [path for path in places_in(LAYER) if path]


@st.composite
def odd_layers(draw):
    """Put anything into some places of a layer."""
    layer = copy.deepcopy(LAYER)
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3)):
        member = layer
        try:
            for key in path[:-1]:
                member = member[key]
            member[path[-1]] = draw(ANYTHING)
        except (TypeError, KeyError, IndexError):
            continue  # a place that is there no more
    return json.dumps(layer).encode()


OUTLINES = small_dataset(
    column("site_id"), column(GEOMETRY, "geometry", nullable=True), read=read_sites, folder="."
)


def require_layer(place, name, content, *, reader=read_sites):
    """Have a file read as a layer and as a dataset, each adding up."""
    source = put(place, name, content)
    require_sum(attempt(place, lambda: reader(source)))
    require_whole(attempt(place, lambda: load(OUTLINES, place, max_held_share=1)))


@fuzz(120)
@given(content=odd_layers() | mutated(json.dumps(LAYER).encode()))
@example(
    b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [' + b"9" * 5_000 + b"]}}"
)
@example(b'{"type": "Feature", "properties": {"\\ud800": "\\udfff"}, "geometry": null}')
def test_geojson(place, content):
    require_layer(place, "t.geojson", content)


WORDS = st.sampled_from(
    (
        *("POLYGON", "POINT", "MULTIPOLYGON", "GEOMETRYCOLLECTION", "CURVEPOLYGON", "TIN", "Z"),
        *("EMPTY", "(", "((", ")", "))", ",", "404000 287000", "405000 287000", "405000 288000"),
        *("-1.9 52.4", "nan", "SRID=27700;", "SRID=4326;", "1e999", "inf inf", ""),
    )
)
WHOLE = (
    "POLYGON ((404000 287000, 405000 287000, 405000 288000, 404000 287000))",
    "MULTIPOLYGON (((404000 287000, 405000 287000, 405000 288000, 404000 287000)))",
    "SRID=27700;POINT Z (404000 287000 5)",
    "POINT (-1.9 52.4)",
)
OUTLINE = (
    st.sampled_from(WHOLE)
    | st.sampled_from([text.encode() for text in WHOLE])
    .flatmap(mutated)
    .map(lambda text: text.decode("utf-8", "replace").replace('"', ""))
    | st.lists(WORDS, max_size=9).map(" ".join)
)


@fuzz(80)
@given(
    outlines=st.lists(OUTLINE, min_size=1, max_size=4),
    crs=st.sampled_from(("", "", "EPSG:27700", "4326", "x")),
)
@example(["GEOMETRYCOLLECTION(" * 300_000], "")
@example(["POINT (1e999 1)", "POINT (nan nan)"], "27700")
def test_wkt(place, outlines, crs):
    rows = "".join(f's{n},{crs},"{text}"\n' for n, text in enumerate(outlines))
    require_layer(place, "t.csv", f"site_id,crs,geometry\n{rows}".encode())


KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    '<Placemark><name>a</name><ExtendedData><Data name="site_id"><value>s1</value></Data>'
    '<SchemaData><SimpleData name="homes">5</SimpleData></SchemaData></ExtendedData><Polygon>'
    "<outerBoundaryIs><LinearRing><coordinates>-1.94,52.48,0 -1.93,52.48,0 -1.93,52.49,0 "
    "-1.94,52.48,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark><Placemark>"
    "<MultiGeometry><Point><coordinates>-1.94,52.48</coordinates></Point></MultiGeometry>"
    "</Placemark></Document></kml>"
)
TAGS = ("Placemark", "Polygon", "Point", "MultiGeometry", "LinearRing", "coordinates", "Folder")
TAGS += ("outerBoundaryIs", "innerBoundaryIs", "ExtendedData", "Data", "name", "value", "x:y")


@st.composite
def odd_elements(draw, depth=0):
    """Nest elements of KML in any order."""
    tag = draw(st.sampled_from(TAGS))
    text = draw(st.sampled_from(("", "-1.9,52.4", "1,2,3,4", "-1.9,52.4 -1.8,52.4", "a", "&amp;")))
    inner = "".join(draw(st.lists(odd_elements(depth + 1), max_size=3))) if depth < 5 else ""
    return f'<{tag} name="{draw(st.sampled_from(("", "a", "site_id")))}">{text}{inner}</{tag}>'


@fuzz(120)
@given(
    content=mutated(KML.encode())
    | odd_elements().map(
        lambda inner: f'<kml xmlns:x="x"><Placemark>{inner}</Placemark></kml>'.encode()
    )
)
@example(b"<kml><Placemark>" + b"<MultiGeometry>" * 50_000)
@example(b"<kml><Placemark><Point><coordinates>1e400,5</coordinates></Point></Placemark></kml>")
@example(b"<?xml version='1.0' encoding='utf-7'?><kml/>")
def test_kml(place, content):
    require_layer(place, "t.kml", content)


@fuzz(40)
@given(content=mutated(pack({"doc.kml": KML.encode()})) | spoilt_parts({"doc.kml": KML.encode()}))
def test_kmz(place, content):
    require_layer(place, "t.kmz", content)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Return a folder with a small GeoPackage and the parts of a small shapefile."""
    folder = tmp_path_factory.mktemp("drawn")
    shapes = [shapely.box(404_000, 287_000, 404_100 + n, 287_100) for n in range(3)]
    for name, driver in (("t.gpkg", "GPKG"), ("t.shp", "ESRI Shapefile")):
        pyogrio.raw.write(
            folder / name,
            geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
            field_data=[np.array(["s1", "Caf\u00e9", ""], dtype=object), np.array([1, 2, 3])],
            fields=["site_id", "homes"],
            geometry_type="Polygon",
            driver=driver,
            crs="EPSG:27700",
        )
    return folder


@fuzz(60)
@given(data=st.data())
def test_geopackages(place, drawn, data):
    whole = (drawn / "t.gpkg").read_bytes()
    require_layer(place, "t.gpkg", data.draw(mutated(whole, most=30)), reader=read_polygons)


@fuzz(100)
@given(data=st.data())
def test_shapefiles(place, drawn, data):
    parts = {path.name: path.read_bytes() for path in drawn.glob("t.*") if path.suffix != ".gpkg"}
    content = data.draw(spoilt_parts(parts, most=6) | mutated(pack(parts)))
    put(place, "t.zip", content)
    for source in attempt(place, lambda: find_inputs(place, "*.shp")) or []:
        require_sum(attempt(place, lambda source=source: read_polygons(source)))


# The survey, lists and settings


@pytest.fixture(scope="module")
def form():
    return read_form(RAW / "survey/form.xlsx")


@st.composite
def odd_exports(draw):
    path = draw(st.sampled_from(EXPORTS))
    if path.suffix == ".csv":
        return path.name, draw(mutated(path.read_bytes()[:4_000]))
    return path.name, draw(spoilt_parts(unpack(path)) | mutated(path.read_bytes()))


@fuzz(60)
@given(export=odd_exports())
def test_exports_of_the_survey(place, form, export):
    source = put(place, *export)
    for _, read in attempt(place, lambda: read_exports([source], form)) or []:
        read.reconcile("t")


LISTS = [register.path for register in REGISTERS if (RAW / register.path).is_file()]
LAYER_OF_SITES = json.loads((RAW / "sites/sites_starter.geojson").read_text(encoding="utf-8"))
KNOWN = {
    "sites": frozenset(item["properties"]["site_id"] for item in LAYER_OF_SITES["features"]),
    "study_area": frozenset({"greater_icknield"}),
}


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """Return a folder of sound lists."""
    folder = tmp_path_factory.mktemp("lists")
    for path in LISTS:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes((RAW / path).read_bytes())
    return folder


@fuzz(15)
@given(data=st.data(), path=st.sampled_from(LISTS))
def test_lists_kept_by_hand(lists, data, path):
    content = (RAW / path).read_bytes()
    (lists / path).write_bytes(data.draw(mutated(content)))
    read = attempt(lists, lambda: read_lists(lists, KNOWN))
    (lists / path).write_bytes(content)
    assert read is None or len(read.files) == len(LISTS)


SERVER = b'kind = "kobo"\nurl = "https://kf.example.org"\nform = "abc"\nmax_mb = 5\n'
TOMLS = {
    "study_area.toml": (lambda path: read_toml(path, StudyArea), RAW / "study_area.toml"),
    "policy.toml": (lambda path: read_toml(path, Policy), RAW / "policy.toml"),
    "sources.toml": (read_sources, RAW / "sources.toml"),
    "indicators.toml": (lambda path: read_registry(path.parents[1]), RAW / REGISTRY),
}


@st.composite
def odd_tomls(draw):
    name = draw(st.sampled_from(sorted(TOMLS)))
    content = TOMLS[name][1].read_bytes()
    return name, draw(mutated(content) | mutated(content) | st.binary(max_size=40))


@fuzz(200)
@given(settings_file=odd_tomls())
@example(("sources.toml", b"a = " + b"[" * 50_000))
@example(("policy.toml", b"a = " + b"{b = " * 50_000))
@example(("study_area.toml", b"id = " + b"9" * 5_000))
@example(("study_area.toml", b"id = 0x" + b"f" * 5_000))
@example(("sources.toml", b"\xef\xbb\xbf[a]\nmax_mb = 0x" + b"f" * 5_000))
def test_settings(place, settings_file):
    name, content = settings_file
    folder = place / "claims"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    attempt(place, lambda: TOMLS[name][0](folder / name))
    (folder / name).unlink()


@fuzz(60)
@given(content=mutated(SERVER))
def test_the_address_of_a_server(place, content):
    path = place / "server.toml"
    path.write_bytes(content)
    attempt(place, lambda: read_server(path))
    path.unlink()


# Every dataset of the project, under its own stage and contract


@st.composite
def odd_files(draw):
    dataset = find_datasets()[draw(st.sampled_from(sorted(find_datasets())))]
    files = sorted(path for path in dataset.folder_in(SAMPLES).iterdir() if path.is_file())
    path = draw(st.sampled_from([path for path in files if not path.name.startswith("README")]))
    return dataset, path.name, draw(mutated(path.read_bytes()[:3_000]))


@fuzz(100)
@given(case=odd_files())
def test_every_dataset(place, case):
    dataset, name, content = case
    folder = place / "raw" / (dataset.folder or dataset.id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    require_whole(attempt(place, lambda: load(dataset, place / "raw", max_held_share=1)))
    (folder / name).unlink()
