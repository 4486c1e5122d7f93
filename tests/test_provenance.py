"""The run's id and the manifest: everything that went in, everything that came out."""

import hashlib
import json
import shutil

import pytest

from assetmap import provenance
from assetmap.inputs import find_inputs
from assetmap.provenance import MANIFEST, code_version, run_id, write_manifest
from assetmap.settings import read_settings
from assetmap.warehouse import read_public

INPUTS = {"imd_2019/a.csv": "0" * 64, "public_places/b.csv": "1" * 64}


@pytest.fixture
def folder(raw, tmp_path):
    (tmp_path / "raw").mkdir()
    for name in ("study_area.toml", "policy.toml"):
        shutil.copy(raw / name, tmp_path / "raw" / name)
    return tmp_path / "raw"


def id_of(folder, inputs=None, out=None):
    return run_id(read_settings(folder, out or folder), INPUTS if inputs is None else inputs)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_the_id_is_that_of_its_ingredients_and_not_of_their_place(folder, tmp_path):
    elsewhere = shutil.copytree(folder, tmp_path / "some" / "other place")
    backwards = dict(reversed(INPUTS.items()))
    ids = {
        id_of(folder),
        id_of(elsewhere),
        id_of(folder, backwards),
        id_of(folder, out=tmp_path / "out"),
    }
    assert len(ids) == 1
    assert len(ids.pop()) == 16


@pytest.mark.parametrize(
    "inputs",
    [
        INPUTS | {"imd_2019/a.csv": "2" * 64},
        INPUTS | {"imd_2019/c.csv": "0" * 64},
        {"imd_2019/a.csv": "0" * 64},
        {"imd_2019/a.csv": "1" * 64, "public_places/b.csv": "0" * 64},
    ],
    ids=["content", "one more", "one less", "exchanged"],
)
def test_the_id_changes_with_the_inputs(folder, inputs):
    assert id_of(folder, inputs) != id_of(folder)


@pytest.mark.parametrize("name", ["study_area.toml", "policy.toml"])
def test_the_id_changes_with_the_settings(folder, name):
    before = id_of(folder)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("# a word more\n")
    assert id_of(folder) != before


def test_the_id_changes_with_the_code(folder, monkeypatch):
    before = id_of(folder)
    monkeypatch.setattr(provenance, "code_version", lambda: "0.0.0+other")
    assert id_of(folder) != before


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda package: (package / "a.py").write_text("2"), True),
        (lambda package: (package / "sql/b.sql").write_text("SELECT 2"), True),
        (lambda package: (package / "sql/b.sql").rename(package / "sql/c.sql"), True),
        (lambda package: (package / "sql/new.sql").write_text(""), True),
        (lambda package: (package / "a.pyc").write_bytes(b"2"), False),
    ],
    ids=["a module", "a statement", "a name", "a new file", "a compiled module"],
)
def test_the_code_version_changes_with_the_source_only(tmp_path, monkeypatch, change, counts):
    (tmp_path / "sql").mkdir()
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "sql/b.sql").write_text("SELECT 1")
    monkeypatch.setattr(provenance, "files", lambda _: tmp_path)
    before = code_version.__wrapped__()
    change(tmp_path)
    assert (code_version.__wrapped__() != before) is counts


def test_a_manifest_lists_every_file_but_itself(tmp_path):
    contents = {"index.html": b"<p>", "assets/a.css": b"", "data/\u00e9.csv": b"a\n1\n"}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    write_manifest(tmp_path, {"run_id": "x"})
    write_manifest(tmp_path, {"run_id": "x"})
    manifest = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["run_id"] == "x"
    assert manifest["files"] == {
        name: {"sha256": sha256(content), "bytes": len(content)}
        for name, content in contents.items()
    }


LISTS = ("claims", "sites", "programme")


def test_the_manifest_of_a_run_names_what_came_out(built):
    manifest = json.loads((built.maps / MANIFEST).read_text(encoding="utf-8"))
    on_disk = {
        path.relative_to(built.maps).as_posix(): sha256(path.read_bytes())
        for path in built.maps.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    assert {name: file["sha256"] for name, file in manifest["files"].items()} == on_disk
    assert "index.html" in on_disk


LISTS = ("claims", "sites", "programme")


def test_the_manifest_of_a_run_names_what_went_in(built, raw):
    manifest = json.loads((built.maps / MANIFEST).read_text(encoding="utf-8"))
    folders = {path.parent for path in raw.rglob("*_starter.*")} - {raw / "sites"}
    paths = {source.path for folder in folders for source in find_inputs(folder, "*")}
    paths |= {raw / "claims/indicators.toml", raw / "sites/sites_starter.geojson"}
    paths |= {path for name in LISTS for path in (raw / name).glob("*.csv")}
    expected = {path.relative_to(raw).as_posix(): sha256(path.read_bytes()) for path in paths}
    assert manifest["inputs"] == expected
    # The files of the survey count for the id of the run, but are not listed.
    restricted = {
        path.relative_to(raw).as_posix(): sha256(path.read_bytes())
        for path in (raw / "survey").rglob("*")
        if path.name == "form.xlsx" or "_synthetic" in path.name
    }
    assert manifest["run_id"] == run_id(built, expected | restricted) != run_id(built, expected)
    assert manifest["policy_hash"] == sha256((raw / "policy.toml").read_bytes())
    assert set(manifest["sources"]) == set(read_public(built.public)["pub_dataset"]["dataset_id"])


def test_a_manifest_names_no_place_on_this_machine(built, raw):
    text = (built.maps / MANIFEST).read_text(encoding="utf-8")
    assert str(built.out) not in text
    assert str(raw) not in text
