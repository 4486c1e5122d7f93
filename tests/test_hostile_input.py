"""What users really do to a folder of inputs: each is said in a sentence or held, never a crash."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from assetmap import pipeline
from assetmap.errors import ConfigError, ContractError, StorageError, UnreadableFileError
from assetmap.settings import read_settings

ROOT = Path(__file__).parents[1]


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


def test_damaged_public_tables_say_how_to_make_them_again(raw, tmp_path):
    (tmp_path / "data" / "processed").mkdir(parents=True)
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
    while not (tmp_path / "data" / "processed" / "build" / "assetmap.duckdb").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not (tmp_path / "maps").exists()
    assert pipeline.run_build(read_settings(raw, tmp_path)) is None
