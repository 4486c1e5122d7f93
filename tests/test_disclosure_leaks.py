"""The leak scanner: no disguise hides a canary, no broken file passes, clean pages stay clean."""

import random
import re

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

from assetmap.disclosure import leak_files, leak_text
from assetmap.disclosure.leak_search import EXCERPT
from assetmap.disclosure.leak_words import is_distinctive
from assetmap.disclosure.leaks import (
    NEAR_HOME,
    WHOLE_FILE,
    Leak,
    find_leaks,
    find_patterns,
    find_points,
    scan_site,
)
from assetmap.errors import DisclosureError, MissingInputError
from assetmap.geography import to_bng, to_wgs84
from assetmap.warehouse import open_warehouse, read_public
from leak_samples import DISGUISES, HOSTILE, NAME, WORDS, data_uri, noise, page, zipped

CANARIES = {
    "a name": NAME,
    "a telephone number": "0121 496 0417",
    "a postcode": "B99 7ZQ",
    "a receipt": "K7M2QX",
    "a pseudonym": "p_0123456789abcdef0123456789abcdef",
    "a free answer": "My neighbour Wilfrid mends violins in the blue shed, ask him after Eid",
}
PUBLIC = "plain words about parks and schools"
PUBLIC_POSTCODES = {
    "B66 2QT",  # the position of the hospital's site, which its source states
    "B1 1GD",  # an example of the open lookup in the quality report
}
HOME = (-1.93, 52.49)


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def names(leaks):
    return {leak.name for leak in leaks}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_name_is_found(tmp_path, disguise):
    write(tmp_path, {disguise: DISGUISES[disguise](NAME)})
    leaks = find_leaks(tmp_path, {"the canary": NAME, "another": "Ottoline Marchbanks"})
    assert [(leak.file, leak.name) for leak in leaks] == [(disguise, "the canary")]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_file_of_that_kind_without_the_name_is_clean(tmp_path, disguise):
    write(tmp_path, {disguise: DISGUISES[disguise](PUBLIC)})
    assert find_leaks(tmp_path, CANARIES) == []


@pytest.mark.parametrize("kind", CANARIES)
@pytest.mark.parametrize(
    "disguise",
    [
        "plain.html", "base64-glued-2.html", "decimal-entities.html", "gzip.csv.gz", "hex.html",
        "geopackage.gpkg", "parquet.parquet", "reversed.html", "tags.html", "utf-16.txt",
        "workbook.xlsx", "zero-width.html",
    ],
)  # fmt: skip
def test_every_kind_of_value_is_found(tmp_path, kind, disguise):
    write(tmp_path, {disguise: DISGUISES[disguise](CANARIES[kind])})
    assert names(find_leaks(tmp_path, CANARIES)) == {kind}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("B99 7ZQ", "b997zq"),
        ("B99 7ZQ", "B99-7ZQ"),
        ("B997ZQ", "B99&nbsp;7ZQ"),
        ("0121 496 0417", "01214960417"),
        ("0121 496 0417", "+44 121 496 0417"),
        ("0121 496 0417", "+44 (0)121 496-0417"),
        ("0121 496 0417", "0044.121.496.0417"),
        ("+44 121 496 0417", "(0121) 4960417"),
        ("01214960417", "1214960417"),
        ("0121 496 0417", "7140 694 1210"),
        ("1987-03-12", "1987/03/12"),
        ("Ann Li", "ann&#32;li"),
        ("José", "JOSE"),
        ("ثريا الكتبي", "ثُريا الكتبي"),
    ],
)
def test_another_spelling_is_found(tmp_path, value, written):
    write(tmp_path, {"x.html": page(f"Tel {written}, {WORDS}")})
    assert names(find_leaks(tmp_path, {"it": value})) == {"it"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Ali", "quality of realistic alignment"),
        ("Ann Li", "the annual planner in Lisbon"),
        ("B99 7ZQ", "club 99, 7 Zq; B99 8ZQ; aB99 7ZQx"),
        ("0121 496 0417", "991214960417 and 1.1214960417"),
        ("0121 496 0417", "[0121, 496, 0417]"),
        ("1987-03-12", "21987.0312 and 198703125"),
    ],
)
def test_a_chance_likeness_is_not(tmp_path, value, written):
    write(tmp_path, {"x.html": page(written)})
    assert find_leaks(tmp_path, {"it": value}) == []


@pytest.mark.parametrize("disguise", [name for name in DISGUISES if "utf-" in name])
def test_a_name_in_another_script_is_found(tmp_path, disguise):
    name = "ثريا الكتبي"  # synthetic
    write(tmp_path, {disguise: DISGUISES[disguise](name)})
    assert names(find_leaks(tmp_path, {"it": name})) == {"it"}


def test_an_excerpt_of_a_long_answer_is_found(tmp_path):
    answer = CANARIES["a free answer"]
    write(
        tmp_path, {"cut.html": page(answer[: EXCERPT + 12] + "…"), "less.html": page(answer[:20])}
    )
    assert [leak.file for leak in find_leaks(tmp_path, CANARIES)] == ["cut.html"]


def test_a_leak_says_where_and_how_but_not_what(tmp_path):
    write(tmp_path, {"a/x.zip": zipped(DISGUISES["base64.html"](NAME), "p.html")})
    (leak,) = find_leaks(tmp_path, {"a name": NAME})
    assert leak == Leak("a/x.zip", "a name", "ZIP > base64")
    assert "Quixworth" not in str(leak)


def test_a_value_in_a_file_name_is_found_and_withheld(tmp_path):
    write(tmp_path, {"a.html": page("x"), "sites/zebed%C3%A9e-quixworth.html": page("x")})
    (leak,) = find_leaks(tmp_path, {"a name": NAME})
    assert leak.file == "file 2 (its name is withheld)"
    assert leak.encoding.startswith("file name")


def test_each_canary_is_told_once_a_file_in_order(tmp_path):
    both = page(NAME + NAME[::-1] + CANARIES["a receipt"])
    write(tmp_path, {"b.html": both, "a.html": both})
    found = find_leaks(tmp_path, dict(reversed(CANARIES.items())))
    assert [(leak.file, leak.name) for leak in found] == [
        (file, name) for file in ("a.html", "b.html") for name in ("a name", "a receipt")
    ]
    assert found == find_leaks(tmp_path, CANARIES)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_is_reported(tmp_path, name, monkeypatch):
    monkeypatch.setattr(leak_files, "MAX_UNPACKED", 20_000_000)
    write(tmp_path, {name: HOSTILE[name]()})
    for leaks in (find_leaks(tmp_path, CANARIES), find_patterns(tmp_path)):
        assert names(leaks) == {WHOLE_FILE}
        assert {leak.file for leak in leaks} == {name}


def test_what_can_be_read_of_a_broken_archive_is_searched(tmp_path):
    archive = zipped(NAME.encode() * 3)
    write(tmp_path, {"x.gz": b"\x1f\x8b\x08\x00" + noise(60) + NAME.encode(), "y.zip": archive})
    assert names(find_leaks(tmp_path, CANARIES)) == {WHOLE_FILE, "a name"}


def test_a_duckdb_file_is_a_leak_whatever_its_name(tmp_path):
    for name in ("public.duckdb", "notes.txt"):
        with open_warehouse(tmp_path / name) as con:
            con.execute("CREATE TABLE t AS SELECT 1 AS a")
    leaks = find_leaks(tmp_path, CANARIES)
    assert [(leak.file, leak.encoding) for leak in leaks] == [
        ("notes.txt", "DuckDB database"),
        ("public.duckdb", "DuckDB database"),
    ]


def test_a_link_is_not_followed_but_reported(tmp_path):
    outside = write(tmp_path / "outside", {"x.html": page(NAME)})
    site = write(tmp_path / "site", {"y.html": page("x")})
    (site / "link.html").symlink_to(outside / "x.html")
    assert find_leaks(site, CANARIES) == [Leak("link.html", WHOLE_FILE, "unreadable: a link")]


def test_layers_without_end_are_reported(tmp_path, monkeypatch):
    text = "".join(f"%25{n:02x}&amp;#{n};\\\\x{n:02x}=3D{n:02X}" for n in range(40, 99))
    write(tmp_path, {"x.html": page(text)})
    assert find_leaks(tmp_path, CANARIES) == []
    monkeypatch.setattr(leak_text, "MAX_READINGS", 4)
    fault = "unreadable: too many encodings in each other"
    assert find_leaks(tmp_path, CANARIES) == [Leak("x.html", WHOLE_FILE, fault)]


def test_noise_holds_no_canary(tmp_path):
    data = noise(200_000)
    files = {"x.bin": data, "x.html": page(data.hex()), "y.html": data_uri(data, "font/woff")}
    write(tmp_path, files)
    assert find_leaks(tmp_path, CANARIES) == []


def test_a_canary_too_short_is_refused_without_its_value(tmp_path):
    with pytest.raises(DisclosureError, match="fewer than 3 letters") as caught:
        find_leaks(tmp_path, {"initials": "zq"})
    assert "zq" not in str(caught.value)


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(MissingInputError, match="no such folder"):
        find_leaks(tmp_path / "maps", CANARIES)


# Shapes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ring 0121 496 0417", "a telephone number"),
        ("+44 (0)7700 900 123", "a telephone number"),
        ("(07700) 900123", "a telephone number"),
        ("07700<b>900</b>123", "a telephone number"),
        ("tel:+447700900123", "a telephone number"),
        ("&#48;7700 900123", "a telephone number"),
        ("someone@example.org", "an e-mail address"),
        ("some&#64;example.co.uk", "an e-mail address"),
        ("mailto:a.b%40example.org", "an e-mail address"),
        ("QQ 12 34 56 C".replace("QQ", "AB"), "a National Insurance number"),
        ("ab123456c", "a National Insurance number"),
        ("p_0123456789abcdef0123456789ABCDEF", "a pseudonym"),
        ("lives at B99 7ZQ", "a full postcode"),
        ("lives at B997ZQ", "a full postcode"),
        ("lives at b99 7zq", "a full postcode"),
        ("SW1A 1AA", "a full postcode"),
    ],
)
@pytest.mark.parametrize("disguise", ["plain.html", "workbook.xlsx", "sqlite-deleted.sqlite"])
def test_a_shape_is_found(tmp_path, text, kind, disguise):
    write(tmp_path, {disguise: DISGUISES[disguise](f"{WORDS}{text} {WORDS}")})
    assert names(find_patterns(tmp_path)) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "0.1234567890 and 1.07700900123 and -0.0770090012",
        "2021-09-15 07:30:12.1234567",
        "E05001180, E01008914, wd17cd",
        "[[-1.913790, 52.499599], [-1.916604, 52.496425]]",
        "M10 20 L30.5 40 Z h1 2px",
        "#b168ad and #B168AD",
        "leaflet@1.9.4/dist/leaflet.js @media print",
        "0123456789",
        "BG 12 34 56 A",
        "p_0123456789abcdef",
        "<table><tr><td>0</td><td>1214</td><td>960</td><td>417</td></tr></table>",
        "B16 and 8th",
    ],
)
def test_ordinary_text_has_no_shape(tmp_path, text):
    write(tmp_path, {"x.html": page(text)})
    assert find_patterns(tmp_path) == []


def test_what_is_allowed_is_not_told(tmp_path):
    write(tmp_path, {"x.html": page("B99 7ZQ, B997ZQ, author@example.org")})
    assert names(find_patterns(tmp_path)) == {"a full postcode", "an e-mail address"}
    allowed = {"allowed_postcodes": ["b99 7zq"], "allowed_emails": ["Author@example.org"]}
    assert find_patterns(tmp_path, **allowed) == []


def test_noise_has_no_shape(tmp_path):
    write(tmp_path, {"picture.bin": noise(300_000), "page.html": page(noise(50_000).hex())})
    assert find_patterns(tmp_path) == []


# Points


def near(metres):
    """Return a point ``metres`` east of the home, as longitude and latitude."""
    easting, northing = to_bng().transform(*HOME)
    return to_wgs84().transform(easting + metres, northing)


def points_in(folder, **options):
    return find_points(
        folder, np.array([HOME]), options.pop("allowed", np.empty((0, 2))), **options
    )


def layer_of(lon, lat, path, crs):
    layer = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(lon, lat)], crs=4326).to_crs(crs)
    write_layer = layer.to_parquet if path.suffix == ".parquet" else layer.to_file
    write_layer(path)


WAYS = {
    "bracketed.js": "L.marker([{lat:.6f}, {lon:.6f}])",
    "layer.geojson": '{{"type": "Point", "coordinates": [{lon:.6f},{lat:.6f}]}}',
    "pretty.geojson": '{{"coordinates": [\n  {lon:.6f},\n  {lat:.6f}\n]}}',
    "keyed.js": '{{"lat": {lat:.5f}, "name": "x", "lng": {lon:.5f}}}',
    "attributes.html": '<i data-lat="{lat:.5f}" data-lon="{lon:.5f}"></i>',
    "cells.html": "<td>{lat:.5f}</td><td>{lon:.5f}</td>",
    "prose.html": "<p>It is at {lat:.4f}, {lon:.4f}.</p>",
    "coarse.html": "<p>It is at {lat:.3f}, {lon:.3f}.</p>",
    "line.txt": "LINESTRING (-1.8 52.3, {lon:.6f} {lat:.6f}, -1.7 52.2)",
    "far-apart.csv": "id,lat,name,lon\n7,{lat:.5f}," + "long name " * 30 + ",{lon:.5f}\n",
    "metres.csv": "id,easting_m,northing_m\n12,{e:.0f},{n:.0f}\n",
    "metres.html": "<p>{e:.2f} {n:.2f}</p>",
    "entities.html": "<p>{lat:.5f}&#44; &#45;{west:.5f}</p>",
}


def say(template, point):
    easting, northing = to_bng().transform(*point)
    return template.format(lon=point[0], lat=point[1], west=-point[0], e=easting, n=northing)


@pytest.mark.parametrize("way", WAYS)
def test_a_point_by_a_home_is_found(tmp_path, way):
    write(tmp_path / "near", {way: say(WAYS[way], near(20))})
    write(tmp_path / "far", {way: say(WAYS[way], near(400))})
    assert names(points_in(tmp_path / "near")) == {NEAR_HOME}
    assert points_in(tmp_path / "far") == []


@pytest.mark.parametrize("name", ["layer.gpkg", "layer.parquet"])
@pytest.mark.parametrize("crs", [4326, 27700])
def test_a_vertex_by_a_home_is_found(tmp_path, name, crs):
    for folder, metres in (("near", 60), ("far", 160)):
        (tmp_path / folder).mkdir()
        layer_of(*near(metres), tmp_path / folder / name, crs)
    assert names(points_in(tmp_path / "near")) == {NEAR_HOME}
    assert points_in(tmp_path / "far") == []


def test_geometry_as_text_is_read(tmp_path):
    write(tmp_path, {"x.csv": f"id,geometry\n1,{Point(*near(5)).wkb_hex}\n"})
    assert names(points_in(tmp_path)) == {NEAR_HOME}


def test_the_distance_is_as_asked(tmp_path):
    write(tmp_path, {"x.js": say(WAYS["bracketed.js"], near(90))})
    assert points_in(tmp_path)
    assert points_in(tmp_path, distance_m=80) == []


def test_published_points_and_outlines_may_stand_by_a_home(tmp_path):
    write(tmp_path, {"x.js": say(WAYS["bracketed.js"], near(30))})
    assert points_in(tmp_path, allowed=np.array([near(30.4)])) == []
    assert points_in(tmp_path, outlines=np.array([near(30.4)])) == []
    assert points_in(tmp_path, allowed=np.array([near(33)])) != []


def test_neighbours_in_an_outline_make_no_point(tmp_path):
    # The first longitude with the second latitude would be the home.
    ring = [(HOME[0], HOME[1] + 0.02), (HOME[0] + 0.02, HOME[1]), (HOME[0] + 0.03, HOME[1] + 0.03)]
    flat = ", ".join(f"{lon:.6f}, {lat:.6f}" for lon, lat in ring)
    nested = ", ".join(f"[{lon:.6f}, {lat:.6f}]" for lon, lat in ring)
    write(tmp_path, {"x.js": f"[{flat}]", "y.js": f"[{nested}]"})
    assert points_in(tmp_path) == []


def test_without_homes_there_is_nothing_to_find(tmp_path):
    write(tmp_path, {"x.js": say(WAYS["bracketed.js"], HOME)})
    assert find_points(tmp_path, np.empty((0, 2)), np.empty((0, 2))) == []


# The whole site

SECRETS = {
    "a free answer": [CANARIES["a free answer"], "garden", "Community Centre"],
    "a name": [NAME, "Ali Baba"],
    "a receipt": [CANARIES["a receipt"]],
}


def test_a_site_with_a_restricted_value_is_refused_without_naming_it(tmp_path):
    site = write(
        tmp_path / "maps", {"a.html": page(CANARIES["a free answer"]), "b.html": page("x")}
    )
    with pytest.raises(DisclosureError) as caught:
        scan_site(site, SECRETS)
    message = str(caught.value)
    assert "a.html: a free answer (plain)" in message
    assert "b.html" not in message
    assert not re.search("wilfrid|violin|blue", message, re.IGNORECASE)


@pytest.mark.parametrize("value", [NAME, CANARIES["a receipt"]])
def test_a_site_with_a_name_or_receipt_is_refused(tmp_path, value):
    site = write(tmp_path, {"a.html": page(f"({value})")})
    with pytest.raises(DisclosureError, match="1 findings"):
        scan_site(site, SECRETS)


def test_common_words_and_public_texts_do_not_stop_a_site(tmp_path):
    text = "Ali Baba, Community Centre with a garden; xK7M2QXx; k7m2qx"
    site = write(tmp_path, {"a.html": page(text)})
    scan_site(site, SECRETS)
    write(tmp_path, {"b.html": page("The Quixworth Hall Trust")})
    with pytest.raises(DisclosureError):
        scan_site(site, {"a free answer": ["quixworth hall"]})
    scan_site(site, {"a free answer": ["quixworth hall"]}, allowed=["The Quixworth Hall Trust"])


def test_a_site_with_an_unreadable_file_is_refused(tmp_path):
    site = write(tmp_path, {"x.gz": b"\x1f\x8b\x08\x00" + noise(60)})
    with pytest.raises(DisclosureError, match=r"x\.gz: the whole file"):
        scan_site(site, {})


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("gardening", False),
        ("the community garden", False),
        ("B99 7ZQ", True),
        ("K7M2QX", True),
        ("NURSES", False),
        ("Ann Li", False),
        ("Zebedee Quixworth", True),
        ("p_0123456789abcdef0123456789abcdef", True),
    ],
)
def test_only_telling_values_are_looked_for(value, is_one):
    assert is_distinctive(value) is is_one


@pytest.fixture(scope="module")
def public(built):
    return read_public(built.public)


def test_the_starter_site_has_no_contact_data(built, public):
    organisations = set(public["pub_asset"]["postcode"].dropna())
    assert names(find_patterns(built.maps)) == {"a full postcode"}
    left = find_patterns(built.maps, allowed_postcodes=organisations | PUBLIC_POSTCODES)
    assert left == []


def test_the_starter_site_holds_no_canary_and_is_read_whole(built):
    assert find_leaks(built.maps, CANARIES) == []


def test_a_canary_in_the_starter_site_stops_it(built, tmp_path):
    content = (built.maps / "map.html").read_text(encoding="utf-8")
    planted = content.replace("</main>", f"<!-- {NAME} --></main>")
    assert planted != content
    site = write(tmp_path, {"map.html": planted})
    with pytest.raises(DisclosureError, match=r"map.html: a name"):
        scan_site(site, SECRETS)


def test_organisations_of_the_starter_site_may_stand_by_a_home(built, public):
    assets = public["pub_asset"].dropna(subset=["easting_m"])
    allowed = np.column_stack(to_wgs84().transform(assets["easting_m"], assets["northing_m"]))
    home = allowed[:1]
    assert find_points(built.maps, home, np.empty((0, 2))) != []
    assert find_points(built.maps, np.array([[-1.93, 52.40]]), np.empty((0, 2))) == []


def test_answers_in_everyday_words_do_not_stop_the_starter_site(built):
    pick = random.Random(7)  # noqa: S311 - made-up answers, not a secret
    text = (built.maps / "accessibility.html").read_text(encoding="utf-8")
    words = sorted(set(re.findall(r"[a-z]{3,}", text)))
    answers = [" ".join(pick.choices(words, k=pick.randint(4, 20))) for _ in range(3_000)]
    receipts = ["".join(pick.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6)) for _ in range(900)]
    scan_site(built.maps, {"a free answer": answers, "a receipt": receipts})
