"""The run's id and the manifest: everything that went in, everything that came out."""

import getpass
import hashlib
import json
import platform
import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from assetmap import provenance
from assetmap.indicators import expand, find_indicators
from assetmap.inputs import find_inputs
from assetmap.manifest import Manifest, require_manifest
from assetmap.provenance import (
    MANIFEST,
    PACKAGES,
    code_version,
    describe_run,
    run_id,
    write_manifest,
)
from assetmap.settings import read_settings
from assetmap.warehouse import read_public

ROOT = Path(__file__).parents[1]
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
        (lambda package: (package / "sql/themes.csv").write_text("skill,other"), True),
        (lambda package: (package / "a.pyc").write_bytes(b"2"), False),
        (lambda package: (package / "sql/.b.sql.swp").write_bytes(b"2"), False),
    ],
    ids=[
        *("a module", "a statement", "a name", "a new file", "a vocabulary"),
        *("a compiled module", "an editor's own file"),
    ],
)
def test_the_code_version_changes_with_the_source_only(tmp_path, monkeypatch, change, counts):
    (tmp_path / "sql").mkdir()
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "sql/b.sql").write_text("SELECT 1")
    (tmp_path / "sql/themes.csv").write_text("skill,theme")
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


def test_the_manifest_of_a_run_reads_back_whole_and_as_it_was_written(built):
    path = built.maps / MANIFEST
    manifest = require_manifest(path)
    assert manifest.model_dump(mode="json") == json.loads(path.read_text(encoding="utf-8"))
    assert manifest.written_with is None
    assert f"{manifest.python}." in platform.python_version()
    assert manifest.libraries["geos"] == shapely.geos_version_string


def test_the_manifest_names_size_and_dataset_of_each_input(built, raw):
    manifest = require_manifest(built.maps / MANIFEST)
    sizes = {name: size for one in manifest.sources.values() for name, size in one.files.items()}
    assert sizes == {name: (raw / name).stat().st_size for name in manifest.inputs}
    assert set(manifest.sources["sites"].files) == {
        name for name in manifest.inputs if name.startswith("sites/") and name.endswith(".csv")
    }


def test_the_manifest_names_what_says_where_areas_and_sites_end(built):
    sources = require_manifest(built.maps / MANIFEST).sources
    assert {name for name, one in sources.items() if one.is_boundary} == {
        *("lookup_lsoa11_lsoa21", "lookup_lsoa11_ward17", "lsoa_2011", "master_plan_sites"),
        "postcode_lsoa",
    }


def test_the_manifest_has_the_definition_and_the_datasets_of_each_indicator(built):
    manifest = require_manifest(built.maps / MANIFEST)
    members = expand(find_indicators(), built.study_area.catchments_m)
    assert {name: one.definition for name, one in manifest.indicators.items()} == {
        member.id: member.indicator.definition for member in members
    }
    assert manifest.indicators["households"].sources == (
        *("census_2021_ts045", "lookup_lsoa11_lsoa21", "lookup_lsoa11_ward17"),
    )
    assert {name for one in manifest.indicators.values() for name in one.sources} <= set(
        manifest.sources
    )


def test_a_definition_is_statement_and_header():
    one = find_indicators()[0]
    others = (
        replace(one, statement=f"{one.statement} "),
        replace(one, header={**one.header, "title": "Another"}),
    )
    assert len({one.definition, *(other.definition for other in others)}) == 3
    backwards = replace(one, header=dict(reversed(one.header.items())))
    assert backwards.definition == one.definition


def test_the_manifest_has_the_settings_and_of_the_policy_what_anybody_may_know(built, raw):
    manifest = require_manifest(built.maps / MANIFEST)
    assert manifest.settings.study_area == built.study_area
    assert manifest.study_area_hash == sha256((raw / "study_area.toml").read_bytes())
    assert set(manifest.settings.policy) == {"max_held_share", "people"}
    assert manifest.settings.policy["people"] == built.policy.people.model_dump()
    text = (built.maps / MANIFEST).read_text(encoding="utf-8")
    assert "similarity" not in text
    assert "near_name" not in text


def test_every_field_of_the_manifest_is_explained():
    page = (ROOT / "docs/manifest.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)) == set(
        Manifest.model_fields
    )


NO_PART = {"fastapi", "filelock", "httpx", "prefect", "pydantic", "rich", "typer"}


def test_every_direct_dependency_is_in_the_manifest_or_has_no_part_in_any_byte():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[<>=!~\[ ;]", text)[0] for text in project["dependencies"]}
    assert set(PACKAGES) | NO_PART == direct
    assert not set(PACKAGES) & NO_PART


def test_pages_of_another_program_than_the_figures_name_both(built, monkeypatch):
    tables = read_public(built.public)
    assert describe_run(tables)["written_with"] is None
    built_by = describe_run(tables)["code_version"]
    monkeypatch.setattr(provenance, "code_version", lambda: "0.0.0+other")
    facts = describe_run(tables)
    assert facts["code_version"] == built_by
    assert facts["written_with"]["code_version"] == "0.0.0+other"
    assert facts["written_with"]["packages"] == facts["packages"]


def test_a_manifest_names_no_place_on_this_machine(built, raw):
    text = (built.maps / MANIFEST).read_text(encoding="utf-8")
    assert str(built.out) not in text
    assert str(raw) not in text
    named = {getpass.getuser(), platform.node(), Path.home().as_posix()} - {"root", ""}
    assert [name for name in named if f'"{name}' in text] == []
    assert not re.search(r"\d\d:\d\d", text)
