"""A published site made again: identical, or told apart by file, row and key."""

from __future__ import annotations

import shutil
import stat

import pandas as pd
import pytest
from typer.testing import CliRunner

from assetmap import cli, pipeline, provenance, reproduce
from assetmap.editions import rollback
from assetmap.errors import IntegrityError, MissingInputError, UnreadableFileError
from assetmap.manifest import require_manifest
from assetmap.settings import read_settings
from assetmap.store import MANIFEST, current, editions_of
from sites_by_hand import copy_site, keep_sites

IMD = "imd_2019/File_7_IoD2019_starter.csv"
INDICATORS = "data/indicators.csv"
PEOPLE = "data/people_synthetic.csv"
BEFORE = pd.Timestamp("2019-01-01").date()


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def command(*arguments):
    words = ["reproduce", *map(str, arguments)]
    return CliRunner().invoke(cli.app, words, env={"COLUMNS": "200"})


@pytest.fixture
def elsewhere(raw, tmp_path):
    return shutil.copytree(raw, tmp_path / "some where/raw")


@pytest.fixture
def made(monkeypatch):
    """Let a run end with a site that stands somewhere already; the list holds where it ran."""
    places = []

    def use(site):
        monkeypatch.setattr(pipeline, "run_build", lambda own, _: places.append(own))
        monkeypatch.setattr(
            pipeline, "run_publish", lambda own: shutil.copytree(site, own.out / "maps")
        )
        return places

    return use


@pytest.fixture
def no_run(monkeypatch):
    def fail(*_):
        pytest.fail("something was run")

    monkeypatch.setattr(pipeline, "run_build", fail)


# ---- the same again


def test_a_site_is_the_same_again_from_other_folders_after_a_rollback(
    built, elsewhere, temporary, tmp_path
):
    later = copy_site(built.maps, tmp_path / "later", facts={"run_id": "later"})
    kept = keep_sites(elsewhere, tmp_path / "kept", built.maps, later)
    shutil.copytree(built.releases, kept.releases)
    rollback(kept, BEFORE)
    before = contents(kept.out)
    result = command(1, "--raw", elsewhere, "--out", kept.out)
    assert (result.exit_code, result.output.split("\n")[-2]) == (
        0,
        f"identical: {len(contents(built.maps)) - 1} files",
    )
    assert contents(kept.out) == before
    assert current(editions_of(kept)).name.startswith("000001-")
    assert list(temporary.iterdir()) == []


def test_the_work_is_done_in_private_with_the_records_of_people_alone(
    built, temporary, tmp_path, monkeypatch
):
    seen = {}

    def look(own, _):
        seen["mode"] = stat.S_IMODE(own.out.stat().st_mode)
        seen["place"] = own.out.parent
        seen["files"] = sorted(contents(own.out))
        message = "as a run may fail"
        raise MissingInputError(message)

    monkeypatch.setattr(pipeline, "run_build", look)
    settings = read_settings(built.raw, tmp_path)
    shutil.copytree(built.releases, settings.releases)
    with pytest.raises(MissingInputError, match="as a run may fail"):
        reproduce.reproduce(settings, built.maps / MANIFEST)
    assert (seen["mode"], seen["place"]) == (0o700, temporary)
    assert [path.as_posix() for path in seen["files"]] == ["data/releases/people_synthetic.json"]
    assert list(temporary.iterdir()) == []


# ---- what must match before


def lose(raw):
    (raw / IMD).unlink()


def add(raw):
    (raw / "claims/areas.csv").rename(raw / "claims/areas.bak")
    (raw / "imd_2019/full.csv").write_text("a")


def change(raw):
    with (raw / IMD).open("a", encoding="utf-8") as stream:
        stream.write("\n")


def remark(raw):
    with (raw / "policy.toml").open("a", encoding="utf-8") as stream:
        stream.write("# a word more\n")


def widen(raw):
    path = raw / "study_area.toml"
    path.write_text(path.read_text("utf-8").replace("[400, 800,", "[400, 900,"), "utf-8")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose, [f"1 of {{inputs}} inputs are missing, e.g. {{raw}}/{IMD}. Put back", "{imd}"]),
        (change, [f"1 of {{inputs}} inputs are not as received, e.g. {{raw}}/{IMD}.", "{imd}"]),
        (add, ["2 of {inputs} inputs are missing", "1 more files would be read, e.g. {raw}/imd"]),
        (remark, ["policy.toml is another. Put back the file with SHA-256 {policy}"]),
        (widen, ["study_area.toml is another. Put back the file with SHA-256 {area}"]),
    ],
)
@pytest.mark.usefixtures("no_run")
def test_what_differs_before_the_run_is_named_with_the_hash_that_is_wanted(
    built, elsewhere, tmp_path, harm, said
):
    harm(elsewhere)
    path = built.maps / MANIFEST
    manifest = require_manifest(path)
    facts = {
        "raw": elsewhere,
        "inputs": len(manifest.inputs),
        "imd": manifest.inputs[IMD],
        "policy": manifest.policy_hash,
        "area": manifest.study_area_hash,
    }
    with pytest.raises(IntegrityError, match="so nothing was run") as caught:
        reproduce.find_mismatches(read_settings(elsewhere, tmp_path), path)
    for text in said:
        assert text.format(**facts) in str(caught.value)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"code_version": "0.0.1+a"}, ["the program is ", ", not 0.0.1+a. Install that version"]),
        ({"python": "2.7"}, ["1 of 22 packages and libraries are others, e.g. python is 3."]),
        ({"libraries": {}}, ["3 of 19 packages", "e.g. gdal is "]),
    ],
)
@pytest.mark.usefixtures("no_run")
def test_another_program_or_package_is_named(built, tmp_path, facts, said):
    site = copy_site(built.maps, tmp_path / "site", facts=facts)
    with pytest.raises(IntegrityError) as caught:
        reproduce.find_mismatches(read_settings(built.raw, tmp_path), site / MANIFEST)
    assert [text for text in said if text not in str(caught.value)] == []


@pytest.mark.usefixtures("no_run")
def test_pages_of_another_program_than_the_figures_cannot_be_made_again(built, tmp_path):
    own = provenance.environment().model_dump(mode="json")
    facts = {"written_with": {"code_version": "0.0.1+a", **own}}
    site = copy_site(built.maps, tmp_path / "site", facts=facts)
    with pytest.raises(IntegrityError, match="no run gives both"):
        reproduce.find_mismatches(read_settings(built.raw, tmp_path), site / MANIFEST)


def test_anyway_says_what_differs_and_goes_on(built, elsewhere, tmp_path, made):
    change(elsewhere)
    made(built.maps)
    refused = command(built.maps, "--raw", elsewhere, "--out", tmp_path)
    assert isinstance(refused.exception, IntegrityError)
    result = command(built.maps, "--raw", elsewhere, "--out", tmp_path, "--anyway")
    assert result.exit_code == 0, result.output
    assert "not as the manifest says: 1 of " in result.output
    assert "identical: " in result.output


# ---- what differs after


def first_figure(site):
    return (site / INDICATORS).read_text("utf-8").splitlines()[1]


def failure(settings, site):
    with pytest.raises(IntegrityError) as caught:
        reproduce.reproduce(settings, site / MANIFEST)
    return str(caught.value)


def test_a_row_that_differs_is_named_by_its_key_with_both_values(built, tmp_path, made):
    row = first_figure(built.maps)
    key = row.split(",")
    other = row.replace(f",{key[7]},", ",12345,", 1)
    site = copy_site(built.maps, tmp_path / "site", files={INDICATORS: (row, other)})
    made(built.maps)
    text = failure(built, site)
    assert f"1 changed, e.g. '{INDICATORS}'" in text
    count = len((site / INDICATORS).read_text("utf-8").splitlines()) - 1
    assert (
        f"{INDICATORS}: 1 of {count} rows (1 values), e.g. '{key[0]}', '{key[4]}': "
        f"value was '12345', now '{key[7]}'" in text
    )


def test_rows_that_came_and_went_are_counted(built, tmp_path, made):
    row = first_figure(built.maps)
    site = copy_site(built.maps, tmp_path / "site", files={INDICATORS: (f"{row}\n", "")})
    made(built.maps)
    assert "rows (15 values), e.g. 'aged_60_plus_share'" in failure(built, site)
    assert "a new row" in failure(built, site)


def test_the_same_rows_in_another_order_are_said_to_be_that(built, tmp_path, made):
    first, second = (built.maps / INDICATORS).read_text("utf-8").splitlines()[1:3]
    swapped = (f"{first}\n{second}\n", f"{second}\n{first}\n")
    site = copy_site(built.maps, tmp_path / "site", files={INDICATORS: swapped})
    made(built.maps)
    assert "the same rows, written or ordered otherwise" in failure(built, site)


def test_of_people_the_key_is_named_and_no_figure(built, tmp_path, made):
    row = (built.maps / PEOPLE).read_text("utf-8").splitlines()[1]
    other = row.replace(",published,20,", ",published,98765,")
    assert other != row
    site = copy_site(built.maps, tmp_path / "site", files={PEOPLE: (row, other)})
    made(built.maps)
    text = failure(built, site)
    assert "rows (1 values), e.g. 'age', 'E05001193', '18_24': count is another" in text
    assert "98765" not in text


def test_files_are_missing_or_too_many(built, tmp_path, made):
    extra = {"data/other.csv": ("", "a\n"), "404.html": ("", "x")}
    lacking = copy_site(built.maps, tmp_path / "lacking", files={"index.html": None})
    site = copy_site(built.maps, tmp_path / "site", files=extra)
    made(built.maps)
    assert "1 extra, e.g. 'index.html'" in failure(built, lacking)
    assert "2 missing, e.g. '404.html'" in failure(built, site)


def test_a_manifest_alone_is_compared_by_hash(built, tmp_path, made):
    row = first_figure(built.maps)
    site = copy_site(built.maps, tmp_path / "site", files={INDICATORS: (row, f"{row} ")})
    (tmp_path / "alone").mkdir()
    shutil.copy(site / MANIFEST, tmp_path / "alone")
    made(built.maps)
    text = failure(built, tmp_path / "alone")
    assert f"{INDICATORS}: its rows cannot be compared" in text


def test_a_tampered_hash_is_found_and_the_run_is_said_to_be_the_same(built, tmp_path, made):
    files = require_manifest(built.maps / MANIFEST).model_dump(mode="json")["files"]
    files["map.html"]["sha256"] = "0" * 64
    site = copy_site(built.maps, tmp_path / "site", facts={"files": files})
    made(built.maps)
    text = failure(built, site)
    assert "1 changed, e.g. 'map.html'" in text
    assert "Inputs, settings and program are the same (run " in text


def test_another_run_than_that_of_the_manifest_points_to_the_unlisted_files(built, tmp_path, made):
    other = copy_site(
        built.maps, tmp_path / "other", files={"404.html": ("", "x")}, facts={"run_id": "other"}
    )
    made(other)
    text = failure(built, built.maps)
    assert "It is another run (other, not " in text
    assert "files of the survey, which no manifest lists" in text


# ---- the manifest


def test_a_manifest_that_is_not_there_is_missing(built, tmp_path):
    with pytest.raises(MissingInputError, match=r"is not there\. Name a published site"):
        reproduce.reproduce(built, tmp_path / MANIFEST)


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"version": 2}, "'version'"),
        ({"surprise": 1}, "'surprise'"),
        ({"run_id": 7}, "'run_id'"),
        ({"inputs": {"../../etc/passwd": "0" * 64}}, "'inputs"),
        ({"inputs": {"/etc/passwd": "0" * 64}}, "'inputs"),
        ({"files": {"a\\b": {"sha256": "0" * 64, "bytes": 1}}}, "'files"),
        ({"files": {"a": {"sha256": "0" * 63, "bytes": 1}}}, "'files.a.sha256'"),
        ({"files": {"a": {"sha256": "0" * 64, "bytes": -1}}}, "'files.a.bytes'"),
    ],
)
def test_a_damaged_manifest_is_refused_and_the_place_is_named(built, tmp_path, facts, where):
    site = copy_site(built.maps, tmp_path / "site", facts=facts)
    with pytest.raises(UnreadableFileError, match="no manifest of form 1") as caught:
        require_manifest(site / MANIFEST)
    assert f"e.g. {where}" in str(caught.value)


def test_a_manifest_that_is_cut_short_is_refused(built, tmp_path):
    text = (built.maps / MANIFEST).read_text("utf-8")
    (tmp_path / MANIFEST).write_text(text[:-10], "utf-8")
    with pytest.raises(UnreadableFileError, match=r"'the file': Invalid JSON.* Take the manifest"):
        require_manifest(tmp_path / MANIFEST)
