"""What users really do to a folder of inputs: each is said in a sentence or held, never a crash."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from assetmap import pipeline
from assetmap.errors import ConfigError, ContractError, StorageError, UnreadableFileError
from assetmap.publish.encode import plain
from assetmap.settings import read_settings

ROOT = Path(__file__).parents[1]
INJECT = ROOT.parent / "shared/bad_input/inject"


@pytest.fixture
def copy(raw, tmp_path):
    """Copy the starter set, to be harmed."""
    return Path(shutil.copytree(raw, tmp_path / "raw"))


def sites_of(copy):
    return next((copy / "sites").glob("*.geojson"))


def change_site(copy, **properties):
    path = sites_of(copy)
    layer = json.loads(path.read_text("utf-8"))
    layer["features"][0]["properties"] |= properties
    path.write_text(json.dumps(layer), "utf-8")
    return layer["features"][0]["properties"]["site_id"]


def held(settings):
    table = pd.read_csv(settings.processed / "quarantine.csv")
    return table[["dataset", "reason", "column"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("properties", "reason", "column"),
    [
        ({"homes_min": 900, "homes_max": 100}, "range_inverted", "homes_min_count"),
        ({"hectares": 1e300}, "out_of_range", "stated_ha"),
        ({"hectares": 1e9}, "out_of_range", "stated_ha"),
        ({"site_name": "\u200b \u202e "}, "missing_value", "site_name"),
        ({"site_id": "a" * 300}, "bad_code", "site_id"),
        ({"site_id": "con"}, "bad_code", "site_id"),
    ],
)
def test_a_site_that_cannot_be_true_is_held(copy, tmp_path, properties, reason, column):
    change_site(copy, **properties)
    forget_lists(copy)
    settings = read_settings(copy, tmp_path)
    pipeline.run_build(settings)
    assert ["master_plan_sites", reason, column] in held(settings)
    assert pipeline.summarise(settings).sites == 5


def forget_lists(raw):
    """Take the lists kept by hand away, which name the sites of the layer."""
    for folder in ("claims", "programme"):
        shutil.rmtree(raw / folder)
    for path in (raw / "sites").glob("*.csv"):
        path.unlink()


def test_a_list_that_names_a_held_site_is_refused_with_the_reason(copy, tmp_path):
    site_id = change_site(copy, homes_min=900, homes_max=100)
    with pytest.raises(ContractError) as caught:
        pipeline.run_build(read_settings(copy, tmp_path))
    message = str(caught.value)
    assert f"sites/milestones.csv, row 4: site_id {site_id!r} is not known" in message
    assert (
        "add it to the site layer, of which 1 row did not load (sites_starter.geojson, row 1: "
        "the lower end of a range is above its upper end)"
    ) in message


def test_half_a_character_in_a_name_does_not_stop_a_run(copy, tmp_path):
    site_id = change_site(copy, site_name="Mill \ud800 Yard")
    settings = read_settings(copy, tmp_path)
    pipeline.run_build(settings)
    pipeline.run_publish(settings)
    assert "Mill ? Yard" in (settings.maps / "sites" / f"{site_id}.html").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes such a name: NOT TESTED here")
def test_a_file_name_that_is_no_text_is_refused(copy, tmp_path):
    folder = os.fsencode(copy / "imd_2019")
    Path(os.fsdecode(folder + b"/imd\xff.csv")).write_bytes(b"a,b\n1,2\n")
    with pytest.raises(UnreadableFileError, match=r"the file's name is not UTF-8\. Rename it"):
        pipeline.run_build(read_settings(copy, tmp_path))


def test_files_that_are_no_data_are_left_alone(copy, tmp_path):
    for name in ("notes.pdf", "~$File_7.csv", "Thumbs.db", "desktop.ini"):
        (copy / "imd_2019" / name).write_bytes(b"%PDF-1.4 not a table")
    pipeline.run_build(read_settings(copy, tmp_path))


def edit_area(copy, old, new):
    path = copy / "study_area.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"E05001193"', '"Ladywood"', r"wards\.0: String should match .*, not 'Ladywood'"),
        ("[400, 800, 1200]", "[-5]", r"catchments_m\.0: .* greater than 0, not '-5'"),
        ("E08000028", "E08000025", r"benchmarks: names something twice"),
        ('"Greater Icknield"', '"   "', r"name: String should .*, not '"),
    ],
)
def test_a_wrong_setting_is_shown_with_what_stands_there(copy, tmp_path, old, new, fault):
    edit_area(copy, old, new)
    with pytest.raises(ConfigError, match=fault) as caught:
        read_settings(copy, tmp_path)
    assert "study_area.toml has 1 wrong setting:" in str(caught.value)
    assert str(caught.value).endswith("Write them as the comments in that file say.")


def test_settings_saved_by_an_editor_with_a_byte_order_mark_are_read(copy, tmp_path):
    path = copy / "study_area.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_settings(copy, tmp_path).study_area.id == "greater_icknield"


def test_a_folder_in_place_of_settings_is_said(copy, tmp_path):
    (copy / "policy.toml").unlink()
    (copy / "policy.toml").mkdir()
    with pytest.raises(StorageError, match=r"policy\.toml cannot be read"):
        read_settings(copy, tmp_path)


def test_a_linked_site_folder_is_written_where_the_link_leads(built, raw, tmp_path):
    shutil.copytree(built.processed, tmp_path / "data" / "processed")
    (tmp_path / "web").mkdir()
    (tmp_path / "maps").symlink_to(tmp_path / "web")
    settings = read_settings(raw, tmp_path)
    for _ in range(2):
        pipeline.run_publish(settings)
        assert (tmp_path / "maps").is_symlink()
        assert (tmp_path / "web" / "index.html").is_file()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "maps", "web"]


def test_a_file_in_place_of_the_site_folder_is_said(built, raw, tmp_path):
    shutil.copytree(built.processed, tmp_path / "data" / "processed")
    (tmp_path / "maps").write_text("mine")
    with pytest.raises(StorageError, match="is a file where the site's folder belongs"):
        pipeline.run_publish(read_settings(raw, tmp_path))
    assert (tmp_path / "maps").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "maps"]


def test_damaged_public_tables_say_how_to_make_them_again(built, raw, tmp_path):
    shutil.copytree(built.processed, tmp_path / "data" / "processed")
    (tmp_path / "data" / "processed" / "build.json").unlink()  # which would tell it before
    (tmp_path / "data" / "processed" / "public.duckdb").write_bytes(b"no database" * 99)
    with pytest.raises(StorageError, match=r"is damaged\. Run `assetmap build`"):
        pipeline.run_publish(read_settings(raw, tmp_path))


def _hear_interrupts():
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows: NOT TESTED here")
def test_stopping_a_run_says_so_and_leaves_the_site(raw, tmp_path):
    command = [sys.executable, "-m", "assetmap", "run", "--raw", str(raw), "--out", str(tmp_path)]
    # A suite that runs in the background has Ctrl-C switched off, and hands that on.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509 - no threads run in this test
    )
    while not (tmp_path / "data" / "builds" / ".growing" / "assetmap.duckdb").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not (tmp_path / "maps").exists()
    assert pipeline.run_build(read_settings(raw, tmp_path))


# Texts that would run somewhere, as names of places and sites, from the folder to the pages.

needs_corpus = pytest.mark.skipif(
    not INJECT.is_dir(), reason="../shared/bad_input is absent: hostile texts are NOT tested"
)
PLACES = "source_id,name,kind,detail,latitude,longitude,postcode,register,location_precision"
A_FORMULA = ("=", "+", "@", "\t", "\r", "\uff1d")
FORMULA_FILE = "filename_=1+1';drop.csv"
"""The hostile name of a file, for the file of formulas."""


def rows_of(name):
    with (INJECT / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def add_places(raw, name, file):
    """Write places of the corpus as a list of places in degrees; return their names."""
    rows = rows_of(file)
    with (raw / "public_places" / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(PLACES.split(","))
        for row in rows:
            position = (f"{float(row['lat']):.6f}", f"{float(row['lon']):.6f}")
            key = f"{Path(file).stem} {row['asset_id']}"
            writer.writerow((key, row["name"], "school", "", *position, "", "own list", "address"))
    return [row["name"] for row in rows if len(row["name"]) < 1_000]  # the longest is held


def add_sites(raw):
    """Add the sites of the corpus to the site layer; return their names."""
    path = sites_of(raw)
    layer = json.loads(path.read_text("utf-8"))
    blank = dict.fromkeys(layer["features"][0]["properties"])
    added = json.loads((INJECT / "html_js_jinja.geojson").read_text("utf-8"))["features"]
    for number, feature in enumerate(added):
        name = feature["properties"]["name"]
        feature["properties"] = blank | {
            "site_id": f"hostile-{number}",
            "site_name": name,
            "kind": "housing",
            "local_authority": "Birmingham",
            "extent_method": "unknown",
        }
    layer["features"] += added
    path.write_text(json.dumps(layer), "utf-8")
    return [feature["properties"]["site_name"] for feature in added]


@pytest.fixture(scope="module")
def hostile(raw, tmp_path_factory):
    """Build and publish the starter set with every text of the corpus as a name."""
    folder = tmp_path_factory.mktemp("hostile")
    raw = Path(shutil.copytree(raw, folder / "raw"))
    # The starter extract would give way to the files that are added.
    (starter,) = (raw / "public_places").glob("*_starter.csv")
    starter.rename(starter.with_name("register.csv"))
    texts = add_places(raw, "added.csv", "html_js_jinja.csv")
    formulas = add_places(raw, FORMULA_FILE, "formula.csv")
    sites = add_sites(raw)
    settings = read_settings(raw, folder)
    pipeline.run_build(settings)
    pipeline.run_publish(settings)
    return settings, texts, formulas, sites


def folded(text):
    return " ".join(plain(text, max_length=10**9).split())


def words(path):
    text = re.sub(r"<(script|style).*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
    return folded(unescape(re.sub(r"<[^>]+>", " ", text)))


@needs_corpus
def test_hostile_texts_read_as_written_on_the_pages(hostile):
    settings, texts, formulas, sites = hostile
    assert (len(texts), len(formulas), len(sites)) == (20, 11, 20)
    shown = words(settings.maps / "map.html")
    assert [text for text in (*texts, *formulas) if folded(text) not in shown] == []
    for number, name in enumerate(sites):
        page = settings.maps / "sites" / f"hostile-{number}.html"
        assert folded(name) in words(page), page.name
    for path in settings.maps.rglob("*.html"):
        markup = path.read_text("utf-8")
        assert "<script>window" not in markup
        assert "<img src=x" not in markup
        assert "1337" not in words(path)  # what a template makes of {{7*191}}


@needs_corpus
@pytest.mark.parametrize("name", ["areas.html", "map.html", "sites/hostile-0.html", "index.html"])
def test_hostile_texts_do_nothing_in_a_browser(hostile, browser, name):
    settings, *_ = hostile
    page = browser.new_page()
    faults, remote = [], []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else remote.append(r))
    page.goto((settings.maps / name).as_uri())
    page.wait_for_load_state("load")
    assert page.evaluate("window.__xss") is None
    assert (faults, remote) == ([], [])
    page.close()


@needs_corpus
def test_formulas_are_text_in_the_downloads_and_numbers_stay_numbers(hostile):
    settings, texts, formulas, _ = hostile
    with (settings.maps / "data/assets.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["asset_id"].removeprefix("'"): row for row in csv.DictReader(stream)}
    names = [rows[f"formula-a{number}"]["asset_name"] for number in range(len(formulas))]
    assert not [name for name in names if name.startswith(A_FORMULA)]
    assert names[0] == "'" + formulas[0]
    assert "'-12.5" in names
    bare = [name.removeprefix("'") for name in names]
    assert [name.strip() for name in bare] == [text.strip() for text in formulas]
    assert rows["formula-a0"]["easting_m"] == "404850.06"
    assert all(float(row["northing_m"]) > 0 for row in rows.values())
    written = {row["asset_name"].removeprefix("'") for row in rows.values()}
    assert written >= {text.strip() for text in texts}


@needs_corpus
def test_the_name_of_a_file_and_the_cell_that_is_too_long_stop_nothing(hostile):
    settings, *_ = hostile
    assert ["public_places", "field_too_long", ""] in pd.read_csv(
        settings.processed / "quarantine.csv", keep_default_na=False
    )[["dataset", "reason", "column"]].to_numpy().tolist()
    manifest = json.loads((settings.maps / "manifest.json").read_text("utf-8"))
    assert f"public_places/{FORMULA_FILE}" in manifest["inputs"]
