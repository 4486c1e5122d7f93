"""The files of the site: complete, small, the same each time, and honest."""

from __future__ import annotations

import ast
import csv
import hashlib
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from publish_town import HOSTILE, town

from assetmap import fields, publish
from assetmap.disclosure.tables import PUB_INDICATOR, PUB_SITE, PUBLISHED
from assetmap.errors import PublishError, StorageError
from assetmap.publish import indicator_page
from assetmap.publish.exports import FILES, file_name
from assetmap.publish.indicator_page import hoisted
from assetmap.publish.model import accept
from assetmap.publish.page import downloads
from assetmap.publish.site import CONTENT_SECURITY_POLICY, write_site
from assetmap.publish.tables import Cell, kind_label, kind_plural
from assetmap.warehouse import open_warehouse, read_public, write_table

PAGES = {
    "index.html",
    "map.html",
    "sites/mill.html",
    "sites/basin.html",
    "sites/nowhere.html",
    "pipeline.html",
    "partners.html",
    "indicators.html",
    "areas.html",
    "claims.html",
    "survey.html",
    "programme.html",
    "codebook.html",
    "data.html",
    "quality.html",
    "accessibility.html",
}


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def words(path):
    text = re.sub(r"<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_page_is_there(site):
    found = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert found == PAGES


def test_the_report_names_every_file(tmp_path):
    report = write_site(town(), tmp_path / "site")
    assert set(report.pages) == PAGES
    assert list(report.files) == sorted(hashes(tmp_path / "site"))
    assert report.size_bytes == sum((tmp_path / "site" / f).stat().st_size for f in report.files)


def test_the_site_of_a_database_is_the_site_of_its_tables(tmp_path, site):
    tables = town()
    with open_warehouse(tmp_path / "public.duckdb") as con:
        for contract in PUBLISHED:
            write_table(con, contract, tables[contract.table])
    report = write_site(read_public(tmp_path / "public.duckdb"), tmp_path / "site")
    assert hashes(report.target) == hashes(site)


def test_publishing_opens_no_database():
    sources = sorted(Path(publish.__file__).parent.glob("*.py"))
    assert len(sources) > 10
    for source in sources:
        imported = {
            name
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            for name in (node.module, *(alias.name for alias in node.names))
        }
        assert not imported & {"assetmap.warehouse", "warehouse", "read_public"}, source.name


def test_the_same_tables_give_the_same_bytes_elsewhere(tmp_path, site):
    (tmp_path / "tables.pickle").write_bytes(pickle.dumps(town()))
    code = (
        "import pathlib, pickle; from assetmap.publish.site import write_site; "
        "write_site(pickle.loads(pathlib.Path('tables.pickle').read_bytes()), "
        "pathlib.Path('out'))"
    )
    changed = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=tmp_path, env={**os.environ, **changed}
    )
    assert hashes(tmp_path / "out") == hashes(site)


def test_the_order_of_rows_does_not_matter(tmp_path, site):
    turned = {name: frame.iloc[::-1] for name, frame in town().items()}
    assert hashes(write_site(turned, tmp_path / "site").target) == hashes(site)


def test_a_missing_table_and_an_undeclared_column_are_refused_together(tmp_path):
    tables = town()
    del tables["pub_link"]
    tables["pub_asset"]["phone"] = "0121"
    with pytest.raises(PublishError) as refused:
        write_site(tables, tmp_path / "site")
    assert "pub_link is missing" in str(refused.value)
    assert "pub_asset has undeclared phone" in str(refused.value)
    assert "0121" not in str(refused.value)
    assert not (tmp_path / "site").exists()


def test_a_missing_fact_about_the_run_is_refused(tmp_path):
    tables = town()
    tables["pub_run"] = tables["pub_run"][tables["pub_run"]["key"] != "attribution"]
    with pytest.raises(PublishError, match="no key attribution"):
        write_site(tables, tmp_path / "site")


def test_a_site_id_that_climbs_out_of_the_folder_is_refused(tmp_path):
    tables = town()
    tables["pub_site"]["site_id"] = ["../../mill", "basin", "nowhere"]
    with pytest.raises(PublishError, match="file name"):
        write_site(tables, tmp_path / "site")
    assert not list(tmp_path.rglob("mill.html"))


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_site(town(), tmp_path / "file" / "site")


# ---- what each page holds


def test_every_page_has_the_policy_and_its_provenance(site):
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        assert CONTENT_SECURITY_POLICY in text.replace("&#39;", "'")
        assert "Contains public sector information." in text
        assert "0123456789ab" in text
        assert "fedcba987654" in text
        assert "2025-05-01" in text
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert not re.search(r"\son\w+=|\sstyle=", text)


def test_every_local_link_leads_somewhere(site):
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            path, _, anchor = link.partition("#")
            if path.startswith("https://") or path == "manifest.json":
                continue
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page.name}: {link}"
            assert not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8"), link


def test_the_overview_answers_four_questions(site):
    text = words(site / "index.html")
    links = town()["pub_link"]
    linked = f"{links['asset_id'].nunique()} places within 1,200 m of 2 sites."
    for words_wanted in (
        "What is already here? 8 places",
        "What is coming? 3 sites 300 to 450 homes are recorded for 1 of them.",
        f"What connects? {len(links)} links {linked}",
        "Is it working? 1 of 5 targets met 1 behind and 3 not reported.",
        "Claims differ about 2 indicators.",
        "See what the documents say: 2 open contradictions and doubts",
    ):
        assert words_wanted in text


def test_a_site_page_says_where_it_lies_and_who_lives_around(site):
    text = words(site / "sites" / "mill.html")
    assert "Partly in West ward: 75% of the site." in text
    assert "Outside East ward, 150 m from its edge (adjacent)." in text
    assert "Inside Milltown." in text
    assert "2,222 2,000 to 2,500" in text
    assert "Old name; Older name" in text
    links = town()["pub_link"]
    assert all(reason in text for reason in links[links["site_id"] == "mill"]["reason"])
    assert "Wards are sums of whole small areas." in text


def test_distances_are_from_the_edge_or_from_the_point_that_is_known(site):
    mill, basin = (words(site / "sites" / f"{name}.html") for name in ("mill", "basin"))
    assert mill.count("the site&#39;s edge") == 3
    assert "recorded point" not in mill
    assert basin.count("the site&#39;s recorded point") == 3
    assert "s edge" not in basin.replace("from its edge", "")


def test_a_note_that_every_row_carries_stands_in_the_heading_once():
    def rows(*notes):
        return [(Cell(text=str(n), notes=own), Cell(text="x")) for n, own in enumerate(notes)]

    shared, body = hoisted(rows((1, 2, 3), (1, 3), (3, 1, 4)))
    assert shared == (1, 3)
    assert [row[0].notes for row in body] == [(2,), (), (4,)]
    assert [row[1].text for row in body] == ["x"] * 3
    assert hoisted(rows((1, 2))) == ((), tuple(rows((1, 2))))
    assert hoisted(rows((1,), (2,)))[0] == ()
    assert hoisted([]) == ((), ())


def test_more_sites_than_fit_side_by_side_are_rows(tmp_path, site, monkeypatch):
    assert "by site Indicator The Basin The Mill The Nowhere" in words(site / "areas.html")
    monkeypatch.setattr(indicator_page, "MAX_SITE_COLUMNS", 2)
    text = words(write_site(town(), tmp_path / "site").target / "areas.html")
    assert (
        "by site Site People within 400 m (count, 2021) [note 1] The Basin 3,333 "
        "The Mill 2,222 2,000 to 2,500 The Nowhere not available"
    ) in text


def test_the_permission_of_the_register_stands_among_the_facts(site):
    mill = words(site / "sites" / "mill.html")
    assert "Permission by the register permissioned, outline planning permission, 4 March" in mill
    assert "Permission by the register" not in words(site / "sites" / "basin.html")


def test_two_sites_of_one_name_can_be_told_apart(tmp_path, site):
    assert "register reference" not in words(site / "index.html")
    tables = town()
    sites = tables["pub_site"]
    sites.loc[sites["site_id"] != "mill", "site_name"] = "Twin Court"
    text = words(write_site(tables, tmp_path / "site").target / "index.html")
    assert "Twin Court register reference N1" in text
    assert "Twin Court register reference not recorded" in text
    assert "The Mill register reference" not in text


def test_where_there_is_no_interval_the_reason_stands_in_its_place(site):
    assert "3,333 none: from registers count 2021" in words(site / "sites" / "basin.html")
    about = words(site / "areas.html").partition("About these indicators")[2]
    assert "2021 full count Indices of deprivation" in about
    assert "2021 none: from registers Indices of deprivation" in about


def test_a_blocking_check_stops_publication(tmp_path):
    tables = town()
    tables["pub_quality"]["severity"] = "blocking"
    text = words(write_site(tables, tmp_path / "site").target / "quality.html")
    assert "Check of no_place Found in one sentence. 3 stops publication" in text
    assert "2 findings stop publication." in text


def twin_wards(place_count):
    """Return the tables of a town whose two wards share one name."""
    tables = town(place_count=place_count)
    tables["pub_area"]["area_name"] = tables["pub_area"]["area_name"].replace("East", "West")
    for name in ("pub_lsoa", "pub_asset"):
        tables[name]["wd17nm"] = "West"
    return tables


def test_two_wards_of_one_name_keep_their_own_small_areas(tmp_path):
    text = words(write_site(twin_wards(9), tmp_path / "site").target / "map.html")
    assert "West E05000001 2 3,003 1 West E05000002 2 3,007 0" in text


def test_two_wards_of_one_name_keep_their_own_places(tmp_path):
    tables = twin_wards(500)
    assets = tables["pub_asset"]
    inside = assets[assets["is_in_study_area"]]
    counts = pd.crosstab(inside["wd17cd"], inside["kind"]).to_numpy().tolist()
    assert counts[0] != counts[1]
    text = words(write_site(tables, tmp_path / "site").target / "map.html")
    west, east = (" ".join(str(count) for count in row) for row in counts)
    assert f"West {west} West {east} Outside the study area" in text


def test_counts_within_reach_add_up(site):
    tables = town()
    links = tables["pub_link"]
    near = links[(links["site_id"] == "mill") & (links["kind"] == "school")]
    counts = [int((near["catchment_m"] <= limit).sum()) for limit in (400, 800, 1200)]
    assert f"Schools {counts[0]} {counts[1]} {counts[2]}" in words(site / "sites" / "mill.html")


def test_a_site_without_a_place_has_no_map_and_says_so(site):
    text = (site / "sites" / "nowhere.html").read_text(encoding="utf-8")
    assert "Location not recorded." in text
    assert "leaflet" not in text
    assert "not available" not in text
    assert not (site / "assets" / "map-site-nowhere.js").exists()


def test_zero_suppressed_and_not_measured_look_different(site):
    text = words(site / "areas.html")
    row = re.search(r"Residents \[note 1\] count, 2021(.*?)Download", text)[1].split()
    assert " ".join(row) == "12,345 12,000 to 12,600 [c] 0 not available"
    assert "Bigcity [note 2]" in text
    assert "[note 2] Not every small area is loaded." in text


def test_the_key_has_each_layer_of_the_map_and_no_other(site):
    for page, script in (("map.html", "area"), ("sites/mill.html", "site-mill")):
        keyed = set(re.findall(r'data-layer="([^"]+)"', (site / page).read_text(encoding="utf-8")))
        text = (site / "assets" / f"map-{script}.js").read_text(encoding="utf-8")
        drawn = set(re.findall(r'assetmap\.layer\(\w+, "(\w+)"', text))
        kinds = {f"kind-{i}" for i in range(3)}
        assert keyed == (drawn - {"site", "lsoa"}) | kinds


def test_a_figure_is_found_by_indicator_and_area():
    published = accept(town())
    assert published.figures["residents", "milltown"]["value"] == 12_345
    assert published.figures["people_400_m", "mill"]["value"] == 2222
    assert len(published.figures) == len(town()["pub_indicator"])
    assert published.figures is published.figures


def test_the_name_of_a_known_kind_comes_from_the_vocabulary(monkeypatch):
    monkeypatch.setitem(fields.KINDS, "dance_club", ("place to dance", "Dance floors"))
    assert (kind_label("dance_club"), kind_plural("dance_club")) == (
        "Place to dance",
        "Dance floors",
    )
    for kind, (_, heading) in fields.KINDS.items():
        assert kind_plural(kind) == heading


@pytest.mark.parametrize(
    ("kind", "one", "many"),
    [
        ("vcs_body", "VCS body", "VCS bodies"),
        ("wash", "Wash", "Washes"),
        ("ox_day", "Ox day", "Ox days"),
    ],
)
def test_a_kind_outside_the_vocabulary_is_named_by_its_id(kind, one, many):
    assert (kind_label(kind), kind_plural(kind)) == (one, many)


# ---- downloads


def test_indicators_csv_has_exactly_the_columns_of_its_contract(site):
    rows = rows_of(site / "data" / "indicators.csv")
    assert len(PUB_INDICATOR.names) == 15
    assert rows[0] == PUB_INDICATOR.names
    assert len(rows) == 1 + len(town()["pub_indicator"])
    suppressed = next(row for row in rows if row[4] == "E05000002")
    assert suppressed[7:13] == ["", "", "", "", "", "suppressed"]


def test_every_published_table_can_be_downloaded(site):
    assert set(FILES.values()) == {contract.table for contract in PUBLISHED}
    for contract in PUBLISHED:
        key = next(key for key, table in FILES.items() if table == contract.table)
        name = file_name(key, "synthetic")
        columns = [c.name for c in contract.columns if c.kind != "geometry"]
        assert rows_of(site / "data" / f"{name}.csv")[0] == columns


def test_a_page_offers_exactly_the_formats_that_are_written(site):
    written = {path.relative_to(site).as_posix() for path in (site / "data").iterdir()}
    offered = {file.href for name in FILES for file in downloads(name, "synthetic")}
    assert offered == written
    with pytest.raises(KeyError):
        downloads("residents")


def test_a_unit_in_a_name_is_the_unit_of_the_column():
    units = {"_m": "m", "_ha": "ha"}
    found = {
        column.name: (column.unit, units[ending])
        for contract in PUBLISHED
        for column in contract.columns
        for ending in units
        if column.name.endswith(ending)
    }
    assert {"distance_m", "catchment_m", "easting_m", "northing_m", "stated_ha"} <= set(found)
    assert [name for name, (unit, wanted) in found.items() if unit != wanted] == []
    assert {PUB_SITE.column(f"homes_{end}_count").unit for end in ("min", "max")} == {"homes"}


def test_csv_cells_cannot_be_formulas(hostile_site):
    for path in sorted((hostile_site / "data").glob("*.csv")):
        for row in rows_of(path):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]
    assert f"'{HOSTILE}" in rows_of(hostile_site / "data" / "datasets.csv")[1]


def test_numbers_in_csv_stay_numbers(site):
    table = pd.read_csv(site / "data" / "sites.csv")
    assert table["homes_min_count"].dropna().tolist() == [300]
    assert "300.0" not in (site / "data" / "sites.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["assets", "sites", "links"])
def test_layers_hold_every_row_in_the_national_grid(site, name):
    expected = town()[FILES[name]]
    parquet = gpd.read_parquet(site / "data" / f"{name}.parquet")
    package = gpd.read_file(site / "data" / f"{name}.gpkg", layer=name)
    for layer in (parquet, package):
        assert layer.crs.to_epsg() == 27700
        assert len(layer) == len(expected)
        assert int(layer.geometry.isna().sum()) == int(expected["geom_27700"].isna().sum())
    assert package.geometry.dropna().iloc[0].distance(parquet.geometry.dropna().iloc[0]) == 0


# ---- sizes


def test_ten_thousand_places_keep_pages_and_data_small(large_site):
    for page in sorted(large_site.rglob("*.html")):
        assert page.stat().st_size < 300_000, page.name
    for script in sorted((large_site / "assets").glob("map-*.js")):
        assert script.stat().st_size < 1_000_000, script.name
    shared = [p for p in (large_site / "assets").iterdir() if not p.name.startswith("map-")]
    assert sum(p.stat().st_size for p in shared) < 700_000


def test_ten_thousand_places_are_counted_by_ward_and_kind(large_site):
    text = words(large_site / "map.html")
    assert "10,000 places are too many to list here" in text
    assert "Place number 7 " not in text
    assert len(rows_of(large_site / "data" / "assets.csv")) == 10_001
    assert "The nearest 400 of" in words(large_site / "sites" / "mill.html")
