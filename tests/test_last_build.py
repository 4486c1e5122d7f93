"""The last build: what is read of it, and that a fall stops a publication until it is accepted."""

import json
import shutil

import pandas as pd
import pytest

from assetmap import build, last_build, pipeline
from assetmap.contracts import Contract
from assetmap.disclosure import gate
from assetmap.errors import ContractError, DisclosureError, StorageError
from assetmap.fields import label
from assetmap.settings import Policy, Settings, read_settings
from assetmap.warehouse import create_empty, fetch_table, list_tables, open_warehouse, write_typed
from tiny import fill, rows_of

AREA = "town"
_ALL = 'SELECT * FROM "{}" ORDER BY ALL'
DATASETS = [("imd_2019", 50, 1, "full"), ("sites", 9, 0, "starter extract")]
FIGURES = [
    ("residents", "study_area", "count", 30.0),
    ("homes_planned", "study_area", "homes", 12.0),
    ("hectares_planned", "study_area", "ha", 1.5),
    ("share", "study_area", "percent", 40.0),  # does not add up
    ("residents", "ward", "count", 20.0),  # not the study area
    ("households", "study_area", "count", None),  # not measured
]


@pytest.fixture
def town(built, tmp_path):
    """Settings of an output folder with a small last build; nothing of it is real."""
    area = built.study_area.model_copy(update={"id": AREA})
    settings = Settings(built.raw, tmp_path, area, Policy())
    settings.processed.mkdir(parents=True)
    with open_warehouse(settings.public) as con:
        fill(
            con,
            {
                "pub_run": ("key VARCHAR, value VARCHAR", [("area_id", AREA)]),
                "pub_dataset": (
                    """dataset_id VARCHAR, loaded_count BIGINT, held_count BIGINT,
                    extent VARCHAR""",
                    DATASETS,
                ),
                "pub_indicator": (
                    "indicator_id VARCHAR, geography VARCHAR, unit VARCHAR, value DOUBLE",
                    FIGURES,
                ),
            },
        )
    write_report(settings, [])
    return settings


def record(**changes):
    common = {"name": "a", "title": "A", "topic": "counts", "severity": "blocking"}
    rest = {"blocking": True, "owner": "nobody", "passed": False, "finding_count": 1, "notes": "."}
    return common | rest | changes


def write_report(settings, records):
    text = json.dumps({"checks": [record(name="z", passed=True), *records]})
    (settings.processed / "quality.json").write_text(text, "utf-8")


def read(settings):
    """Return the tables that the next build starts with, as lists of rows."""
    path = settings.out / "next.duckdb"
    path.unlink(missing_ok=True)
    with open_warehouse(path) as con:
        last_build.write_last_build(con, settings)
        return {
            table: [tuple(row.values()) for row in rows_of(con, _ALL.format(table))]
            for table in last_build.TABLES
        }


def test_counts_of_datasets_and_totals_that_add_up_are_read(town):
    assert read(town) == {
        "run_last_dataset": [("imd_2019", 50, 1, False), ("sites", 9, 0, True)],
        "run_last_total": [("hectares_planned", 1.5), ("homes_planned", 12.0), ("residents", 30.0)],
        "run_last_limit": [(0.5,)],
        "run_last_note": [],
    }


def test_a_first_build_has_nothing_to_compare_with_and_no_note(town):
    town.public.unlink()
    found = read(town)
    assert found.pop("run_last_limit") == [(0.5,)]
    assert set(map(len, found.values())) == {0}


@pytest.mark.parametrize("damage", ["text", "empty", "half", "no table", "no area", "no report"])
def test_a_damaged_last_build_counts_as_none_with_a_note(town, damage):
    content = town.public.read_bytes()
    if damage == "no report":
        (town.processed / "quality.json").write_text("{")
    elif damage in ("no table", "no area"):
        with open_warehouse(town.public) as con:
            con.execute("DROP TABLE pub_dataset" if damage == "no table" else "DELETE FROM pub_run")
    else:
        pieces = {"text": b"not a database", "empty": b"", "half": content[: len(content) // 2]}
        town.public.write_bytes(pieces[damage])
    found = read(town)
    assert found["run_last_note"] == [("it is damaged or of an older form",)]
    assert found["run_last_dataset"] == found["run_last_total"] == []


def test_a_build_of_another_area_is_not_compared_with(town):
    with open_warehouse(town.public) as con:
        con.execute("UPDATE pub_run SET value = 'elsewhere'")
    found = read(town)
    assert found["run_last_note"] == [("it is of another study area",)]
    assert found["run_last_dataset"] == found["run_last_total"] == []


def stop(settings, **changes):
    """Let the last build be one that was itself compared with 80 rows, and stopped or not."""
    write_report(settings, [record(topic="last build") | changes])
    types = last_build.TABLES["run_last_dataset"]
    rows = pd.DataFrame([("sites", 80, 0, False)], columns=list(types))
    with open_warehouse(settings.warehouse) as con:
        write_typed(con, "run_last_dataset", rows, types)
        create_empty(con, "run_last_total", last_build.TABLES["run_last_total"])


def test_a_build_that_the_comparison_stopped_is_not_the_measure_of_the_next(town):
    stop(town)
    assert read(town)["run_last_dataset"] == [("sites", 80, 0, False)]


@pytest.mark.parametrize(
    "changes",
    [{"passed": True}, {"blocking": False, "severity": "warning"}, {"topic": "totals"}],
    ids=["passed", "only a warning", "stopped by another check"],
)
def test_any_other_last_build_is_the_measure_of_the_next(town, changes):
    stop(town, **changes)
    assert ("imd_2019", 50, 1, False) in read(town)["run_last_dataset"]


def test_the_gate_refuses_what_is_made_from_the_last_build(tmp_path):
    contract = Contract(
        table="pub_fall", row_is="one fall", primary_key=("name",), columns=(label("name", "A."),)
    )
    with open_warehouse(tmp_path / "w.duckdb") as con:
        fill(
            con,
            {
                "run_column": ("table_name VARCHAR, column_name VARCHAR, disclosure VARCHAR", []),
                "run_indicator": ("indicator_id VARCHAR, disclosure VARCHAR", []),
                "run_lineage": (
                    "table_name VARCHAR, reads VARCHAR",
                    [("mart_fall", "run_last_dataset")],
                ),
                "run_last_dataset": ("dataset_id VARCHAR", [("sites",)]),
                "mart_fall": ("name VARCHAR", [("sites",)]),
            },
        )
    with pytest.raises(DisclosureError, match="mart_fall derives from run_last_dataset"):
        gate.pass_gate(tmp_path / "w.duckdb", tmp_path / "public.duckdb", (contract,))


# ---- whole builds


@pytest.fixture(scope="module")
def fallen(built, tmp_path_factory):
    """Settings of an output folder where a second build lost most of the assembled places."""
    home = tmp_path_factory.mktemp("fallen")
    shutil.copytree(built.raw, home / "raw")
    settings = read_settings(home / "raw", home)
    shutil.copytree(built.processed, home / "data" / "processed")
    (path,) = (home / "raw" / "public_places").glob("*.csv")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:30]), "utf-8")
    pipeline.run_build(settings)
    return settings


def checks_of(settings):
    report = json.loads((settings.processed / "quality.json").read_text("utf-8"))
    return {entry["name"]: entry for entry in report["checks"]}


def test_a_dataset_that_lost_most_of_its_rows_is_not_published(fallen):
    with pytest.raises(ContractError, match=r"last_build_rows_halved: 1 datasets .*public_places"):
        pipeline.run_publish(fallen)
    assert not (fallen.maps / "index.html").exists()


def test_what_was_built_before_leaves_no_trace_in_what_is_published(fallen):
    with open_warehouse(fallen.public, read_only=True) as con:
        names = set(fetch_table(con, "pub_quality")["check_id"])
        assert not [name for name in list_tables(con) if "last" in name]
    assert names
    assert not [name for name in names if name.startswith("last_build")]


def test_building_twice_does_not_make_a_fall_right_and_the_policy_does(fallen):
    pipeline.run_build(fallen)
    with pytest.raises(ContractError, match="last_build_rows_halved"):
        pipeline.run_check(fallen)
    policy = fallen.raw / "policy.toml"
    text = policy.read_text("utf-8").replace("largest_fall = 0.5", "largest_fall = 1.0")
    policy.write_text(text, "utf-8")
    pipeline.run_build(read_settings(fallen.raw, fallen.out))
    pipeline.run_check(fallen)
    checks = checks_of(fallen)
    assert checks["last_build_rows_halved"]["passed"]
    assert not checks["last_build_rows_fell"]["passed"]
    # The accepted build is the measure of the next, under the old rule too.
    policy.write_text(text.replace("largest_fall = 1.0", "largest_fall = 0.5"), "utf-8")
    build.start_build(read_settings(fallen.raw, fallen.out))
    with open_warehouse(build.growing_warehouse(fallen), read_only=True) as con:
        rows = fetch_table(con, "run_last_dataset").set_index("dataset_id")
    assert rows.loc["public_places", "loaded_count"] < 30


def test_without_its_report_a_build_is_not_published(built, tmp_path):
    shutil.copytree(built.processed, tmp_path / "data" / "processed")
    settings = read_settings(built.raw, tmp_path)
    (settings.processed / "quality.json").unlink()
    with pytest.raises(StorageError, match=r"quality\.json: .*Run `assetmap build` again\."):
        pipeline.run_check(settings)
