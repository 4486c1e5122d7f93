"""Nothing is done twice: what did not change is taken over, as a full run would make it."""

import json
import logging
import os
import shutil
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from assetmap import build, pipeline, publication, reuse
from assetmap.datasets import find_datasets
from assetmap.errors import UnreadableFileError
from assetmap.linking import TABLES
from assetmap.pipeline import run_build, run_publish
from assetmap.registers.read import REGISTERS
from assetmap.settings import read_settings
from assetmap.store import BUILD, builds_of, current, editions_of, kept
from assetmap.survey.restricted import write_private
from assetmap.warehouse import digest_rows, fetch_table, list_tables, open_warehouse

ROOT = Path(__file__).parents[1]
STAND_INS = ROOT / "tests/data/raw"
TODAY = datetime.now(tz=UTC).date()
LISTS = reuse.REGISTER_FILES
FIGURE = "indicator "


def copy_of(settings, home):
    """Return the same raw files and outputs elsewhere, to be changed."""
    shutil.copytree(settings.raw, home / "raw")
    shutil.copytree(settings.out / "data", home / "data", symlinks=True)
    (home / "maps").symlink_to((settings.out / "maps").readlink())
    return read_settings(home / "raw", home)


def data_file(raw, dataset_id):
    """Return the first file of a dataset."""
    return find_datasets()[dataset_id].find_inputs(raw)[0].path


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def add_line(path, line):
    path.write_text(f"{path.read_text('utf-8').rstrip()}\n{line}\n", "utf-8")


def drop_last_line(path):
    path.write_text("\n".join(path.read_text("utf-8").rstrip().split("\n")[:-1]) + "\n", "utf-8")


def changed(settings, today=TODAY):
    """Return what a build would find changed since the last one."""
    plan = reuse.plan_build(settings, today)
    assert plan.last is not None
    return set(plan.changed)


@pytest.fixture(scope="module")
def planned(built, tmp_path_factory):
    """The starter set, built and published: each test changes it, and puts it back."""
    return copy_of(built, tmp_path_factory.mktemp("planned"))


@pytest.fixture
def restored(planned):
    """Put back whatever a test did to the raw folder."""
    saved = planned.raw.with_name("saved")
    shutil.copytree(planned.raw, saved)
    yield planned
    shutil.rmtree(planned.raw)
    saved.rename(planned.raw)


# What depends on what changed.


def test_only_facts_that_differ_are_changed_and_one_that_is_new_or_gone_differs():
    then = {"same": "1", "other": "2", "gone": "3"}
    now = {"same": "1", "other": "9", "new": "4"}
    assert reuse.compare(then, now) == {"other", "gone", "new"}
    assert reuse.compare(then, then) == set()


@pytest.mark.parametrize(
    "dataset_id", [d for d in find_datasets() if find_datasets()[d].find_inputs(ROOT / "data/raw")]
)
def test_a_row_less_in_a_dataset_changes_that_dataset_alone(restored, dataset_id):
    path = data_file(restored.raw, dataset_id)
    drop_last_line(path)
    assert changed(restored) == {reuse.dataset_fact(dataset_id)}


@pytest.mark.parametrize(
    "name", [r.path for r in REGISTERS if (ROOT / "data/raw" / r.path).is_file()]
)
def test_a_change_of_a_list_is_one_of_the_lists_kept_by_hand(restored, name):
    path = restored.raw / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert changed(restored) == {LISTS}


@pytest.mark.parametrize(
    "name",
    [
        "form.xlsx",
        "exports/kobo_2026_synthetic.csv",
        "exports/kobo_2026_synthetic.xlsx",
        "researchers/researchers_synthetic.csv",
        "payments/vouchers_synthetic.csv",
        "reviews/reviews_synthetic.csv",
        "erasures/erasures_synthetic.csv",
    ],
)
def test_a_change_of_a_restricted_file_is_one_of_the_survey(restored, name):
    path = restored.raw / "survey" / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert changed(restored) == {reuse.SURVEY}


@pytest.mark.skipif(os.name != "posix", reason="modes of files are NOT tested here")
def test_answers_that_others_may_read_now_are_a_change(restored):
    path = restored.raw / "survey/exports/kobo_2026_synthetic.csv"
    path.chmod(0o600)
    before = reuse.gather(restored, TODAY)
    path.chmod(0o604)
    assert reuse.compare(before, reuse.gather(restored, TODAY)) == {reuse.SURVEY}


def test_another_key_is_a_change_and_the_key_is_in_no_fact(restored, monkeypatch):
    synthetic = restored.raw / "survey/exports/kobo_2026_synthetic.csv"
    synthetic.rename(synthetic.with_name("kobo.csv"))
    facts = []
    for digit in ("ab12", "34cd", ""):
        monkeypatch.setenv("ASSETMAP_KEY", "0123456789abcdef" * 3 + digit * 4)
        facts.append(reuse.gather(restored, TODAY))
    assert reuse.compare(facts[0], facts[1]) == {reuse.SURVEY}
    assert reuse.compare(facts[0], facts[2]) == {reuse.SURVEY}
    assert "ab12ab12" not in json.dumps(facts[0])


@pytest.mark.parametrize("name", ["study_area.toml", "policy.toml"])
def test_other_settings_make_everything_anew(restored, name):
    add_line(restored.raw / name, "# Another word.")
    plan = reuse.plan_build(restored, TODAY)
    assert plan.last is None
    assert plan.reason == f"changed: {name.removesuffix('.toml').replace('_', ' ')}"


@pytest.mark.parametrize("fact", ["code_version", "environment_text"])
def test_another_program_or_package_makes_everything_anew(planned, monkeypatch, fact):
    monkeypatch.setattr(reuse, fact, lambda: "another")
    assert reuse.plan_build(planned, TODAY).last is None


def test_a_vocabulary_is_part_of_the_program():
    from assetmap.provenance import _source_files

    names = [name for name, _ in _source_files(ROOT / "src/assetmap", "")]
    assert "survey/themes.py" in names
    assert any(name.startswith("survey/vocabulary/") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_what_is_no_input_changes_nothing(restored):
    for path in [p for p in restored.raw.rglob("*") if p.is_file()]:
        os.utime(path, (1, 1))
    add_line(restored.raw / "imd_2019/README.md", "A word.")
    add_line(restored.raw / "survey/exports/README.md", "A word.")
    add_line(restored.raw / "sources.toml", "# A word.")
    assert changed(restored) == set()
    assert reuse.plan_build(restored, TODAY).is_nothing


def test_another_name_of_a_file_changes_its_dataset(restored):
    path = data_file(restored.raw, "imd_2019")
    path.rename(path.with_name(f"b{path.name}"))
    assert changed(restored) == {reuse.dataset_fact("imd_2019")}


def test_a_full_file_changes_its_dataset_and_the_extract_beside_it_counts_no_more(restored):
    path = data_file(restored.raw, "imd_2019")
    shutil.copy(path, path.with_name("full.csv"))
    before = reuse.gather(restored, TODAY)
    assert changed(restored) == {reuse.dataset_fact("imd_2019")}
    path.unlink()
    assert reuse.gather(restored, TODAY) == before


def test_an_optional_dataset_that_appears_or_goes_is_a_change(restored):
    shutil.copytree(STAND_INS / "gp_practices", restored.raw / "gp_practices")
    assert changed(restored) == {reuse.dataset_fact("gp_practices")}
    shutil.rmtree(restored.raw / "survey/margins")
    facts = {reuse.dataset_fact(name) for name in ("gp_practices", "survey_margin")}
    assert changed(restored) == facts


def test_a_day_changes_nothing_until_a_consent_ends(restored):
    row = "told,Title,Words,,,given,2026-01-01,{until},journal-2,2.2"
    add_line(restored.raw / "programme/stories.csv", row.format(until=TODAY.isoformat()))
    facts = {days: reuse.gather(restored, TODAY + timedelta(days)) for days in (-30, 0, 1, 900)}
    assert facts[-30] == facts[0]
    assert reuse.compare(facts[0], facts[1]) == {LISTS}
    assert facts[1] == facts[900]


def test_a_clock_put_back_behind_what_was_recorded_is_a_change(planned):
    assert changed(planned, date(2016, 1, 1)) == {LISTS}


def test_a_last_release_that_others_put_there_is_a_change_and_its_own_is_none(planned):
    path = planned.releases / "people_synthetic.json"
    own = path.read_text("utf-8")
    assert own == (planned.processed / "people_release.json").read_text("utf-8")
    write_private(path, own + " ")
    assert changed(planned) == {f"{reuse.RELEASE}: {path.name}"}
    write_private(path, own)
    assert changed(planned) == set()


def test_a_record_of_append_only_lists_that_is_gone_is_a_change(planned):
    text = planned.register_record.read_text("utf-8")
    planned.register_record.unlink()
    assert changed(planned) == {reuse.HISTORY}
    write_private(planned.register_record, text)


@pytest.mark.parametrize("name", ["assetmap.duckdb", "public.duckdb", BUILD, "quality.json"])
def test_a_last_build_that_is_damaged_is_not_built_on_and_it_is_said(planned, caplog, name):
    path = planned.processed / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    with caplog.at_level(logging.WARNING):
        plan = reuse.plan_build(planned, TODAY)
    path.write_bytes(whole)
    assert plan.last is None
    assert "it is not as it was built; everything is made anew" in caplog.text
    assert reuse.plan_build(planned, TODAY).is_nothing


def test_the_plan_survives_from_step_to_step(tmp_path):
    plan = reuse.Plan({"a": "1"}, tmp_path, frozenset({"a"}), "", frozenset({"int_b"}), ("stg_a",))
    reuse.write_plan(tmp_path, plan)
    assert reuse.read_plan(tmp_path) == plan
    first = replace(plan, last=None)
    reuse.write_plan(tmp_path, first)
    assert reuse.read_plan(tmp_path) == first


def test_each_account_of_a_dataset_is_taken_over_with_it():
    from assetmap.accounts import ACCOUNTS

    assert set(build._ROWS_OF) == set(ACCOUNTS) - {"run_column"}


# Nothing changed.


def state_of(settings):
    """Return every file of outputs with what tells whether it was written again."""
    homes = (settings.builds, settings.editions, settings.releases)
    paths = [path for home in homes for path in home.rglob("*") if path.is_file()]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def test_a_run_where_nothing_changed_does_nothing_and_says_so(planned, monkeypatch):
    from assetmap.publish import site

    def fail(*_):
        pytest.fail("something was made again")

    monkeypatch.setattr(site, "write_site", fail)
    monkeypatch.setattr(build, "start_build", fail)
    before, steps = state_of(planned), []
    run_build(planned, steps.append)
    index = run_publish(planned)
    assert steps == ["looking for inputs", "nothing changed since the last build"]
    assert index == planned.maps / "index.html"
    assert index.is_file()
    after = state_of(planned)
    assert {path: of for path, of in after.items() if path.name != ".lock"} == {
        path: of for path, of in before.items() if path.name != ".lock"
    }


def test_what_a_run_that_was_cut_off_left_is_cleared_all_the_same(planned):
    """The half of a build, and builds from before an erasure."""
    left = builds_of(planned).growing
    write_private(left / "assetmap.duckdb", "answers")
    old = planned.builds / "000000-0123456789ab"
    write_private(old / BUILD, json.dumps({"erased": "of others", "files": {}}))
    run_build(planned)
    assert not left.exists()
    assert kept(builds_of(planned)) == [current(builds_of(planned)).resolve()]


def test_a_page_that_was_changed_is_made_again_and_it_is_said(built, tmp_path, caplog):
    settings = copy_of(built, tmp_path)
    page = settings.maps / "index.html"
    whole = page.read_bytes()
    page.write_bytes(whole + b"?")
    assert not publication.still_stands(settings, TODAY)
    run_publish(settings)
    assert "index.html" in caplog.text
    assert (settings.maps / "index.html").read_bytes() == whole
    assert publication.still_stands(settings, TODAY)


def test_a_site_stands_no_longer_with_other_code_or_another_build(planned, monkeypatch):
    assert publication.still_stands(planned, TODAY)
    with monkeypatch.context() as patch:
        patch.setattr(reuse, "code_version", lambda: "another")
        assert not publication.still_stands(planned, TODAY)
    index = planned.processed / BUILD
    text = index.read_text("utf-8")
    write_private(index, text + " ")
    assert not publication.still_stands(planned, TODAY)
    write_private(index, text)


# Something changed: the same result as a full run, and only what rests on it made anew.


def tables_of(path):
    with open_warehouse(path, read_only=True) as con:
        names = {name for name in list_tables(con) if not name.startswith("run_last_")}
        return {name: digest_rows(con, f'FROM "{name}"') for name in names}


def files_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def made_anew(settings):
    return set(json.loads((settings.processed / BUILD).read_text("utf-8"))["anew"])


def require_same_as_full(settings, home, *, with_site=False):
    """Build the same raw files anew elsewhere and compare: tables, lists, reports, pages."""
    releases = settings.releases.relative_to(settings.out)
    shutil.copytree(settings.releases, home / releases)
    full = read_settings(settings.raw, home)
    run_build(full, force=True)
    assert made_anew(full) == {"everything"}
    assert tables_of(settings.public) == tables_of(full.public)
    assert tables_of(settings.warehouse) == tables_of(full.warehouse)
    for name in ("quarantine.csv", "people_release.json", settings.register_record.name):
        assert (settings.processed / name).read_bytes() == (full.processed / name).read_bytes()
    assert files_of(settings.lists) == files_of(full.lists)
    if with_site:
        run_publish(settings)
        run_publish(full, force=True)
        assert files_of(settings.maps) == files_of(full.maps)


@pytest.fixture(scope="module")
def reused(built, tmp_path_factory):
    """Outputs that are built on, one change after the other."""
    return copy_of(built, tmp_path_factory.mktemp("reused"))


def test_a_score_that_changed_runs_its_indicators_again_and_nothing_else(reused, tmp_path):
    path = data_file(reused.raw, "imd_2019")
    table = pd.read_csv(path, dtype=str)
    column = "Index of Multiple Deprivation (IMD) Score"
    table.loc[0, column] = str(float(table.loc[0, column]) + 0.5)
    table.to_csv(path, index=False)
    steps = []
    run_build(reused, steps.append)
    assert [step for step in steps if step.startswith("loading")] == ["loading imd_2019"]
    anew = made_anew(reused)
    tables = {name for name in anew if not name.startswith(FIGURE)}
    assert {"stg_imd_2019", "int_site_catchment_lsoa11", "mart_lsoa"} <= tables
    assert not tables & {"survey", "int_site", "int_asset", "stg_claim", "mart_link", *TABLES}
    figures = {name.removeprefix(FIGURE) for name in anew if name.startswith(FIGURE)}
    assert {"imd_score_mean", "most_deprived_tenth_share"} <= figures
    assert not figures & {"homes_planned", "residents", "places", "imd_domain_score_mean"}
    require_same_as_full(reused, tmp_path, with_site=True)


def test_a_count_that_changed_does_not_draw_a_line_again(reused, tmp_path):
    """Of a census table with rows of its own: neither geometry nor answers rest on it."""
    path = data_file(reused.raw, "census_2021_ts045")
    table = pd.read_csv(path, dtype=str)
    column = table.columns[-1]
    table.loc[0, column] = str(int(table.loc[0, column]) + 1)
    table.to_csv(path, index=False)
    run_build(reused)
    anew = made_anew(reused)
    assert {"stg_census_2021_ts045", "int_census_2021"} <= anew
    assert f"{FIGURE}households_without_car_share" in anew
    assert not anew & {"int_site", "int_asset", "stg_claim", *TABLES}
    assert f"{FIGURE}imd_score_mean" not in anew
    require_same_as_full(reused, tmp_path)


MILESTONE = (
    "city-hospital-available-forecast,city-hospital,available,forecast,2021-03,2021-03,2020-01-31,"
    "brownfield-birmingham-2020,N1061,"
)
WORDS = "Quixotic words of a story that was taken back later on"
STORY = f"told,A title,{WORDS},,,given,2026-01-01,2999-12-31,journal-2,2.2"


def test_a_row_of_a_list_leaves_datasets_geometry_and_answers_alone(reused, tmp_path):
    add_line(reused.raw / "sites/milestones.csv", MILESTONE)
    add_line(reused.raw / "programme/stories.csv", STORY)
    steps = []
    run_build(reused, steps.append)
    assert not [step for step in steps if step.startswith("loading")]
    lists = {register.table for register in REGISTERS}
    assert made_anew(reused) == lists | {
        *("int_site_step", "mart_site_milestone", "mart_site_slippage"),
        *("mart_pipeline", "mart_story", "mart_coverage"),
    }
    assert WORDS.encode() in reused.warehouse.read_bytes()
    require_same_as_full(reused, tmp_path)


def test_places_that_changed_are_linked_again_and_answers_held_against_them(reused, tmp_path):
    """With a dataset that appears, and the row of a place that goes."""
    shutil.copytree(STAND_INS / "gp_practices", reused.raw / "gp_practices")
    path = data_file(reused.raw, "public_places")
    table = pd.read_csv(path, dtype=str)
    table.iloc[:-1].to_csv(path, index=False)
    steps = []
    run_build(reused, steps.append)
    loads = ["loading gp_practices", "loading public_places"]
    assert [step for step in steps if step.startswith("loading")] == loads
    anew = made_anew(reused)
    assert {*TABLES, "int_asset", "survey", f"{FIGURE}places"} <= anew
    assert not anew & {"int_site", "int_postcode", "stg_claim", "mart_lsoa", "int_census_2021"}
    require_same_as_full(reused, tmp_path)


def test_whoever_is_erased_or_takes_a_story_back_is_in_no_byte_of_the_new_build(reused, tmp_path):
    with open_warehouse(reused.warehouse, read_only=True) as con:
        texts = fetch_table(con, "stg_survey_text", columns=("respondent", "text"))
    body = reused.warehouse.read_bytes()
    is_alone = ~texts["text"].duplicated(keep=False) & (texts["text"].str.len() > 20)
    found = next(row for row in texts[is_alone].itertuples() if row.text.encode() in body)
    erased = reused.raw / "survey/erasures/erasures_synthetic.csv"
    add_line(erased, f"{found.respondent},2026-11-01")
    rewrite(reused.raw / "programme/stories.csv", ",given,", ",withdrawn,")
    run_build(reused)
    anew = made_anew(reused)
    assert {"survey", "stg_story", "mart_story"} <= anew
    assert not [name for name in anew if name.startswith((FIGURE, "int_asset", "stg_imd"))]
    after = reused.warehouse.read_bytes()
    for words in (found.respondent, found.text, WORDS):
        assert words.encode() in body
        assert words.encode() not in after
    assert len(kept(builds_of(reused))) == 1
    require_same_as_full(reused, tmp_path, with_site=True)
    assert len(kept(editions_of(reused))) == 1


def test_a_build_on_the_last_one_that_fails_leaves_it_and_the_next_is_whole(reused, monkeypatch):
    """With other bytes that hold the same rows: nothing that reads them is made again."""
    before = current(builds_of(reused)).resolve()
    path = data_file(reused.raw, "census_2021_ts001")
    rewrite(path, ",", " ,")  # a heading is the same whatever spaces it has

    def fail(_):
        message = "cut off"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(build, "measure_indicators", fail)
        with pytest.raises(RuntimeError, match="cut off"):
            run_build(reused)
    assert current(builds_of(reused)).resolve() == before
    assert reuse.is_whole_build(reused, before)
    run_build(reused)
    assert made_anew(reused) == {"stg_census_2021_ts001"}
    assert not (current(builds_of(reused)) / reuse.PLAN).exists()
    assert not changed(reused)


def test_an_input_that_changes_while_it_is_read_is_not_built_on(reused, tmp_path, monkeypatch):
    settings = copy_of(reused, tmp_path)
    stood = current(builds_of(settings))
    path, measure = data_file(settings.raw, "imd_2019"), build.measure_indicators

    def be_slow(of):
        drop_last_line(path)
        return measure(of)

    rewrite(settings.raw / "policy.toml", "largest_fall = 0.5", "largest_fall = 0.4")
    monkeypatch.setattr(build, "measure_indicators", be_slow)
    said = r"1 of \d+ inputs changed while the build read them, e\.g\. dataset imd_2019\. Nothing"
    with pytest.raises(UnreadableFileError, match=said):
        run_build(settings)
    assert current(builds_of(settings)) == stood


def test_a_dataset_that_goes_takes_what_rests_on_it_away(reused, tmp_path):
    shutil.rmtree(reused.raw / "gp_practices")
    steps = []
    run_build(reused, steps.append)
    assert not [step for step in steps if step.startswith("loading")]
    assert {"stg_gp_practice", "int_asset"} <= made_anew(reused)
    assert not made_anew(reused) & {"survey", "int_site", "stg_public_place"}
    require_same_as_full(reused, tmp_path)


def test_the_flow_starts_a_task_for_what_changed_and_none_where_nothing_did(restored, monkeypatch):
    from flows import build as flow

    started = []
    for name in ("load_dataset", "link_assets", "load_registers", "load_survey"):
        monkeypatch.setattr(flow, name, lambda *given: started.append(given[2:]))
    for name in ("measure_indicators", "pass_gate", "create_table_artifact"):
        monkeypatch.setattr(flow, name, lambda *_, **__: None)
    monkeypatch.setattr(flow, "create_markdown_artifact", lambda **_: None)
    flow.build_flow.fn(str(restored.raw), str(restored.out))
    assert started == []
    drop_last_line(data_file(restored.raw, "imd_2019"))
    flow.build_flow.fn(str(restored.raw), str(restored.out))
    assert started == [("imd_2019",), (), (), ()]


def test_force_makes_everything_anew(planned, monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline.build, "start_build", lambda _, plan: asked.append(plan) or [])
    for name in ("link_assets", "load_registers", "load_survey", "measure_indicators"):
        monkeypatch.setattr(pipeline.build, name, lambda _: None)
    monkeypatch.setattr(pipeline.build, "finish_build", lambda _: None)
    monkeypatch.setattr(pipeline, "keep_open", lambda _: nullcontext())
    run_build(planned, force=True)
    assert [plan.last for plan in asked] == [None]
    assert asked[0].reason == "it was asked for"
