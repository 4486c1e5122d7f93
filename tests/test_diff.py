"""Two sites compared: every figure that moved is found, and put down to what can have moved it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import assetmap
from assetmap import cli
from assetmap.datasets import find_datasets
from assetmap.differences.compare import compare_sites
from assetmap.differences.figures import LINK_SOURCES, PEOPLE_SOURCES, SITE_SOURCES
from assetmap.differences.sites import find_last_two, find_manifest, read_site
from assetmap.differences.write import write_moves
from assetmap.digest.causes import CAUSES, Basis, find_causes, leading_causes
from assetmap.digest.snapshot import take
from assetmap.editions import rollback
from assetmap.errors import IntegrityError, MissingInputError, StorageError
from assetmap.registers.read import REGISTERS
from assetmap.store import MANIFEST
from assetmap.warehouse import fetch_table, open_warehouse
from digest_by_hand import META, RUN, world
from sites_by_hand import copy_site, keep_sites

CENSUS = "census_2021_ts045/census2021-ts045-lsoa_starter.csv"
INDICATORS = "data/indicators.csv"


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def changed(raw, tmp_path_factory):
    """A site of changed inputs, settings and program: each change moves figures of its own."""
    folder = tmp_path_factory.mktemp("changed")
    inputs, code = folder / "raw", folder / "src"
    shutil.copytree(raw, inputs)
    rewrite(inputs / CENSUS, "E01008987,627,", "E01008987,637,")
    sites = inputs / "sites/sites_starter.geojson"
    rewrite(sites, "[-1.930753,52.489471]", "[-1.935753,52.489471]")
    rewrite(sites, '"easting":404799,', '"easting":404460,')
    rewrite(inputs / "policy.toml", "sensitive_threshold = 20", "sensitive_threshold = 30")
    shutil.copytree(Path(assetmap.__file__).parent, code / "assetmap")
    sql = code / "assetmap/sql"
    rewrite(
        sql / "indicators/aged_60_plus_share.sql",
        "sum_all(i.resident_mid2015_count)) AS value",
        "2 * sum_all(i.resident_mid2015_count)) AS value",
    )
    rewrite(
        sql / "intermediate/int_imd_domain.sql",
        "health_score AS score",
        "2 * health_score AS score",
    )
    command = [sys.executable, "-m", "assetmap.cli", "run", "--raw", inputs, "--out", folder]
    ran = subprocess.run(
        [str(part) for part in command],
        env=os.environ | {"PYTHONPATH": str(code)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return folder / "maps"


@pytest.fixture(scope="module")
def found(built, changed):
    return compare_sites(read_site(built.maps / MANIFEST), read_site(changed / MANIFEST))


@pytest.fixture
def kept(raw, tmp_path, built, changed):
    settings = keep_sites(raw, tmp_path / "kept", built.maps, changed)
    shutil.copytree(built.releases, settings.releases)
    return settings


def indicators(site):
    rows = pd.read_csv(site / INDICATORS, dtype=str, keep_default_na=False)
    return rows.set_index(["indicator_id", "area_code"]).drop(columns=["caveat", "source"])


# ---- what moved


def test_every_indicator_figure_that_differs_in_the_downloads_is_a_move(built, changed, found):
    old, new = indicators(built.maps), indicators(changed)
    assert list(old.index) == list(new.index)
    differs = (old != new).any(axis=1)
    moves = {(m.indicator_id, m.area_code) for m in found.moves if m.kind == "indicator"}
    assert moves == set(old.index[differs])
    assert len(moves) > 20


def test_every_link_that_came_or_went_or_moved_is_a_move(built, changed, found):
    columns = ["asset_id", "site_id", "distance_m", "catchment_m", "kind_rank", "is_nearest_site"]
    rows = [
        set(pd.read_csv(site / "data/links.csv", dtype=str)[columns].itertuples(index=False))
        for site in (built.maps, changed)
    ]
    moves = {(m.indicator_id, m.area_code) for m in found.moves if m.kind == "link"}
    assert moves == {row[:2] for row in rows[0] ^ rows[1]}
    assert {m.statuses for m in found.moves if m.kind == "link"} >= {
        ("absent", "published"),
        ("published", "absent"),
    }


def test_nothing_moves_between_a_site_and_its_copy(built, tmp_path):
    site = copy_site(built.maps, tmp_path / "elsewhere")
    again = compare_sites(read_site(built.maps / MANIFEST), read_site(site / MANIFEST))
    assert again.moves == ()
    assert again.compared > 700


# ---- why


EXPECTED = {
    "households": ("data (census_2021_ts045)", ("data",)),
    "households_without_car_share": ("data (census_2021_ts045)", ("data",)),
    "aged_60_plus_share": ("method (definition)", ("method",)),
    "imd_domain_score_mean_health": ("code (program)", ("code",)),
}
BOUNDARY = ("boundary (master_plan_sites)", ("boundary",))
ANSWERS = "data (answers of people, which are not listed)"


def expected_of(move):
    if move.kind == "people":
        turned = "withheld now, " if move.statuses == ("published", "suppressed") else ""
        text = f"{ANSWERS}; suppression ({turned}sensitive_threshold)"
        return text, ("data", "suppression")
    return BOUNDARY if move.kind == "link" else EXPECTED.get(move.indicator_id, BOUNDARY)


def test_every_move_is_put_down_to_the_change_that_made_it(found):
    for move in found.moves:
        text, names = expected_of(move)
        assert move.names == names, move
        assert "; ".join(f"{cause} ({what})" for cause, what in move.causes) == text
    assert {m.indicator_id for m in found.moves} > set(EXPECTED)
    assert {m.kind for m in found.moves} == {"indicator", "link", "people"}


def test_only_figures_near_a_site_move_with_its_place(found):
    by_boundary = {m.indicator_id for m in found.moves if m.names == ("boundary",)}
    of_areas = {m for m in by_boundary if m.startswith(("residents", "imd", "born", "households"))}
    assert of_areas == set()


def test_counts_by_cause_add_up(found):
    counts = found.counts()
    assert list(counts) == [name for name in CAUSES if name in counts]
    assert "unknown" not in counts
    people = sum(move.kind == "people" for move in found.moves)
    assert sum(only for _, only in counts.values()) == len(found.moves) - people
    assert counts["suppression"] == (people, 0)


def test_a_move_that_nothing_explains_is_unknown_and_said(built, tmp_path):
    row = next(line for line in (built.maps / INDICATORS).open() if line.startswith("households,"))
    value = row.split(",")[7]
    site = copy_site(
        built.maps, tmp_path / "s", files={INDICATORS: (f",{value},", f",{int(value) + 1},")}
    )
    (move,) = compare_sites(read_site(built.maps / MANIFEST), read_site(site / MANIFEST)).moves
    assert (move.indicator_id, move.before, move.after) == (
        "households",
        value,
        str(int(value) + 1),
    )
    assert (move.names, move.causes) == (("unknown",), ())


def snap(**changes):
    return take(world(**changes), "2018-06-01")


def settings_of(**changes):
    area = {"wards": ["E1"], "catchments_m": [400], "name": "The town", "lsoa11_count": 3}
    policy = {"people": {"threshold": 10, "rounding_base": 5}}
    area |= {key: value for key, value in changes.items() if key in area}
    policy["people"] |= {k: v for k, v in changes.items() if k in policy["people"]}
    return {"study_area": json.dumps(area), "policy": json.dumps(policy)}


def run_of(packages="1", **changes):
    known = json.dumps({"python": "3.11", "packages": {"duckdb": packages}, "libraries": {}})
    own = {"run_id", "code_version", "policy_hash"} & changes.keys()
    return settings_of(**changes) | {"environment": known} | {key: changes[key] for key in own}


LOOKUP = [
    {"file": "census/a.csv", "dataset_id": "census", "sha256": "aa"},
    {"file": "lookup/l.csv", "dataset_id": "lookup", "sha256": "cc"},
]
LIMITS = [{"dataset_id": "lookup", "is_boundary": True}]
BASIS = Basis(indicator_id="residents", sources=("census", "lookup"))
OF_PEOPLE = Basis(sources=("census",), is_about_people=True)


@pytest.mark.parametrize(
    ("basis", "changes", "causes"),
    [
        (BASIS, {}, ()),
        (BASIS, {"pub_input": LOOKUP}, (("boundary", "lookup"),)),
        (BASIS, {"run": {"wards": ["E2"]}}, (("boundary", "wards of the study area"),)),
        (BASIS, {"run": {"catchments_m": [400, 800]}}, (("method", "catchments_m"),)),
        (BASIS, {"run": {"name": "City", "lsoa11_count": 4}}, ()),
        (BASIS, {"pub_indicator_meta": [META | {"definition": "x"}]}, (("method", "definition"),)),
        (BASIS, {"run": {"threshold": 20, "policy_hash": "q"}}, ()),  # nobody is counted in it
        (BASIS, {"run": {"code_version": "2", "run_id": "r"}}, (("code", "program"),)),
        (BASIS, {"run": {"packages": "2"}}, (("code", "packages duckdb"),)),
        (
            replace(BASIS, statuses=("published", "suppressed")),
            {},
            (("suppression", "withheld now"),),
        ),
        (
            replace(BASIS, statuses=("suppressed", "published")),
            {"run": {"code_version": "2"}},
            (("suppression", "withheld before"), ("code", "program")),
        ),
        (
            OF_PEOPLE,
            {"run": {"threshold": 20, "policy_hash": "q"}},
            (("suppression", "threshold"),),
        ),
        (
            OF_PEOPLE,
            {"run": {"policy_hash": "q", "run_id": "r"}},
            (
                ("data", "answers of people, which are not listed"),
                ("method", "policy, in a part that is not published"),
            ),
        ),
        (
            OF_PEOPLE,
            {"run": {"survey_state": "collected", "run_id": "r"}},
            (("data", "survey synthetic, now collected"),),
        ),
    ],
)
def test_a_cause_is_named_where_something_changed_that_the_figure_rests_on(basis, changes, causes):
    run = changes.get("run", {})
    facts = run_of(**run) | {k: v for k, v in run.items() if k == "survey_state"}
    before = snap(run=run_of(), pub_dataset=LIMITS, pub_input=[LOOKUP[0]])
    inputs = changes.get("pub_input", [LOOKUP[0]])
    after = snap(
        **{"pub_input": inputs, "pub_dataset": LIMITS} | changes | {"run": RUN | facts},
    )
    assert find_causes(before, after, basis) == causes


@pytest.mark.parametrize(
    ("loaded", "causes"),
    [(True, (("data", "code_point_open"),)), (False, ())],
    ids=["with practices", "without"],
)
def test_where_practices_are_loaded_the_postcodes_that_place_them_are_a_cause(loaded, causes):
    postcodes = {"file": "b.csv", "dataset_id": "code_point_open"}
    practices = {"file": "g.csv", "dataset_id": "gp_practices", "sha256": "aa"}
    own = [practices] if loaded else []
    before, after = (
        snap(pub_input=[*own, postcodes | {"sha256": digest}]) for digest in ("bb", "cc")
    )
    basis = Basis(indicator_id="places_gp_practice", sources=("gp_practices", "public_places"))
    assert find_causes(before, after, basis) == causes


@pytest.mark.parametrize(
    ("causes", "left"),
    [
        ((("data", "a"), ("code", "program")), (("data", "a"),)),
        ((("code", "program"),), (("code", "program"),)),
        (
            (("data", "answers of people, which are not listed"), ("code", "program")),
            (("data", "answers of people, which are not listed"), ("code", "program")),
        ),
    ],
)
def test_the_program_is_a_cause_only_where_no_other_is_proved(causes, left):
    assert leading_causes(causes) == left


def test_sites_and_links_rest_on_the_datasets_of_their_lineage(built):
    owners = {d.contract.table: key for key, d in find_datasets().items()}
    owners |= {register.table: register.folder for register in REGISTERS}
    with open_warehouse(built.warehouse, read_only=True) as con:
        lineage = fetch_table(con, "run_lineage")
    reads = lineage.groupby("table_name")["reads"].agg(set).to_dict()
    for mart, sources in (("mart_site", SITE_SOURCES), ("mart_link", LINK_SOURCES)):
        ancestors, ahead = set(), reads[mart]
        while ahead:
            ancestors |= ahead
            ahead = set().union(*(reads.get(table, set()) for table in ahead)) - ancestors
        assert {owners[table] for table in ancestors & owners.keys()} == set(sources)
    assert set(PEOPLE_SOURCES) < set(find_datasets())


# ---- people


def test_of_people_only_the_status_is_told(found, tmp_path):
    write_moves(tmp_path / "moves.csv", found)
    with (tmp_path / "moves.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == "people"]
    assert rows
    assert {(row["old"], row["new"]) for row in rows} == {("", "")}
    assert {(row["old_status"], row["new_status"]) for row in rows} >= {("published", "suppressed")}


def test_made_up_and_real_people_are_not_compared(built):
    site = read_site(built.maps / MANIFEST)
    other = replace(site, manifest=site.manifest.model_copy(update={"survey_state": "collected"}))
    mixed = compare_sites(site, other)
    assert not mixed.has_people
    assert compare_sites(site, site).compared - mixed.compared == sum(
        len(site.rows[table]) for table in ("pub_people", "pub_survey")
    )


# ---- which sites


def test_without_names_the_site_before_is_compared_with_the_one_that_stands(kept):
    old, new = find_last_two(kept)
    assert (old, new) == (find_manifest(kept, "1"), find_manifest(kept, "2"))
    rollback(kept, pd.Timestamp("2019-01-01").date())
    with pytest.raises(MissingInputError, match=r"no earlier site is kept to compare with\. Name"):
        find_last_two(kept)


def test_a_site_is_found_by_folder_manifest_or_number(kept, changed):
    assert find_manifest(kept, str(changed)) == find_manifest(kept, str(changed / MANIFEST))
    with pytest.raises(MissingInputError, match=r"no site with the number 7 is kept\. Kept: 1, 2"):
        find_manifest(kept, "7")


def test_a_kept_site_whose_manifest_was_changed_is_refused(kept):
    path = find_manifest(kept, "1")
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    with pytest.raises(IntegrityError, match="is not the one it was published with"):
        find_manifest(kept, "1")


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text("x")])
def test_a_download_that_is_not_as_published_is_not_compared(built, tmp_path, harm):
    site = copy_site(built.maps, tmp_path / "site")
    harm(site / "data/links.csv")
    with pytest.raises(IntegrityError, match=r"1 of 14 downloads .* e\.g\. data/links\.csv\. Take"):
        read_site(site / MANIFEST)


# ---- the command


def diff(*arguments):
    return CliRunner().invoke(cli.app, ["diff", *map(str, arguments)], env={"COLUMNS": "160"})


def test_the_command_shows_counts_and_the_largest_moves_and_writes_all(kept, raw, tmp_path, found):
    result = diff("--raw", raw, "--out", kept.out, "--csv", tmp_path / "moves.csv")
    assert result.exit_code == 0, result.output
    assert f"{len(found.moves)} of {found.compared} published figures moved" in result.output
    shown = [line for line in result.output.splitlines() if "Aged 60" in line]
    assert re.search(r"│ \d+\.\d+ +│ \d+\.\d+ +│ method \(definition\)", shown[0])
    with (tmp_path / "moves.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(found.moves)
    (own,) = [
        row
        for row in rows
        if (row["indicator_id"], row["area_code"]) == ("aged_60_plus_share", "greater_icknield")
    ]
    assert float(own["old"]) == pytest.approx(2 * float(own["new"]), abs=1e-5)
    assert (own["measure"], own["causes"], own["is_only_candidate"]) == ("value", "method", "true")


def test_the_command_names_sites_by_number_and_says_when_nothing_moved(kept, raw):
    result = diff(2, 2, "--raw", raw, "--out", kept.out)
    assert result.exit_code == 0, result.output
    assert "0 of " in result.output
    assert "cause" not in result.output


def test_a_file_that_cannot_be_written_is_a_fault_of_storage(found, tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        write_moves(tmp_path / "nowhere/moves.csv", found)
