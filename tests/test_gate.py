"""The gate: what it refuses, in which words, and that each of its rules bites."""

import json
import os
import shutil

import pandas as pd
import pytest

from assetmap import accounts, build, last_build, pipeline
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.datasets import find_datasets
from assetmap.disclosure import gate
from assetmap.disclosure.facts import FACT_TABLE, FACT_TYPES
from assetmap.disclosure.gate import CLASS_TABLE, INDICATOR_TABLE, LINEAGE_TABLE, pass_gate
from assetmap.disclosure.people_tables import Terms
from assetmap.disclosure.tables import COPIED
from assetmap.errors import ContractError, DisclosureError, StorageError
from assetmap.indicators import find_indicators, parse
from assetmap.settings import read_settings
from assetmap.survey.tables import RESTRICTED
from assetmap.warehouse import fetch_table, list_tables, open_warehouse, read_public
from disclosure_town import AREA, WARDS, crowd, scope, table
from tiny import fill

CANARY = "Canary Q. Personal, 07700 900123"


def column(name, disclosure="O", kind="text"):
    return Column(name=name, kind=kind, description="…", disclosure=Disclosure(disclosure))


def published(*columns, table="pub_place"):
    columns = columns or (column("place_id"), column("place_name"))
    return Contract(
        table=table, row_is="one place", primary_key=(columns[0].name,), columns=columns
    )


def classes(*rows):
    return {CLASS_TABLE: ("table_name VARCHAR, column_name VARCHAR, disclosure VARCHAR", rows)}


def lineage(*rows):
    return {LINEAGE_TABLE: ("table_name VARCHAR, reads VARCHAR", rows)}


def indicator_classes(*rows):
    return {INDICATOR_TABLE: ("indicator_id VARCHAR, disclosure VARCHAR", rows)}


PLACES = [("a", "School"), ("b", "Surgery")]
GOOD = {
    "stg_place": ("place_id VARCHAR, place_name VARCHAR", PLACES),
    "stg_answer": ("respondent VARCHAR, words VARCHAR", [("r1", CANARY)]),
    "mart_place": ("place_id VARCHAR, place_name VARCHAR", PLACES),
    **classes(
        ("stg_place", "place_id", "O"),
        ("stg_place", "place_name", "O"),
        ("stg_answer", "respondent", "S"),
        ("stg_answer", "words", "S"),
    ),
    **lineage(("mart_place", "stg_place")),
    **indicator_classes(("places", "O")),
}
IDENTITY = {
    "stg_person": ("name VARCHAR", [(CANARY,)]),
    **classes(*GOOD[CLASS_TABLE][1], ("stg_person", "name", "I")),
}


def warehouse_of(tmp_path, **changes):
    path = tmp_path / "w.duckdb"
    with open_warehouse(path) as con:
        fill(con, {name: table for name, table in (GOOD | changes).items() if table})
    return path


def refusal(tmp_path, *contracts, **changes):
    public = tmp_path / "public.duckdb"
    public.write_bytes(b"the last good one")
    path = warehouse_of(tmp_path, **changes)
    with pytest.raises(DisclosureError) as caught:
        pass_gate(path, public, contracts or (published(),))
    assert public.read_bytes() == b"the last good one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["public.duckdb", "w.duckdb"]
    return str(caught.value)


def test_what_passes_is_the_mart_and_nothing_else(tmp_path):
    path, public = warehouse_of(tmp_path), tmp_path / "public.duckdb"
    before = path.read_bytes()
    assert pass_gate(path, public, (published(),)) == {"pub_place": 2}
    assert path.read_bytes() == before
    with open_warehouse(public, read_only=True) as con:
        assert list_tables(con) == {"pub_place"}
        rows = fetch_table(con, "pub_place").to_numpy().tolist()
    assert rows == [list(row) for row in PLACES]
    assert not public.with_suffix(".new").exists()


def test_rows_are_published_in_the_order_of_their_key(tmp_path):
    contract = Contract(
        table="pub_place",
        row_is="one place",
        primary_key=("place_id",),
        columns=(column("place_name"), column("place_id")),
    )
    kept = [("School", "c"), ("Surgery", "a"), ("Bank", "b")]
    path = warehouse_of(tmp_path, mart_place=("place_name VARCHAR, place_id VARCHAR", kept))
    pass_gate(path, tmp_path / "public.duckdb", (contract,))
    with open_warehouse(tmp_path / "public.duckdb", read_only=True) as con:
        found = con.execute("SELECT place_id FROM pub_place").fetchall()
    assert found == [("a",), ("b",), ("c",)]


def test_only_the_front_of_a_name_says_which_mart_is_copied():
    assert gate.mart_of(published(table="pub_pub_visit")) == "mart_pub_visit"


def test_the_log_counts_tables_and_rows(tmp_path, caplog):
    with caplog.at_level("INFO", logger=gate.__name__):
        pass_gate(warehouse_of(tmp_path), tmp_path / "public.duckdb", (published(),))
    assert caplog.messages == ["gate: 1 tables, 2 rows"]


def test_a_published_database_replaces_the_last_one_whole(tmp_path):
    public = tmp_path / "public.duckdb"
    path = warehouse_of(tmp_path)
    public.write_bytes(b"the last good one")
    pass_gate(path, public, (published(),))
    assert set(read_public(public)) == {"pub_place"}


def test_the_warehouse_is_opened_for_reading_only(tmp_path, monkeypatch):
    opened = []

    def watched(path, *, read_only=False):
        opened.append((path.name, read_only))
        return open_warehouse(path, read_only=read_only)

    monkeypatch.setattr(gate, "open_warehouse", watched)
    pass_gate(warehouse_of(tmp_path), tmp_path / "public.duckdb", (published(),))
    assert opened == [("w.duckdb", True), ("public.new", False)]


@pytest.mark.parametrize("disclosure", ["I", "S"])
def test_a_published_column_about_people_is_refused(tmp_path, disclosure):
    contract = published(column("place_id"), column("place_name", disclosure))
    assert refusal(tmp_path, contract) == (
        "the gate refuses 1 times, so nothing is published:\n"
        f"  - pub_place.place_name is declared of class {disclosure}\n"
        "Take the column or table out of what is published, or put people's answers through a "
        "gated table of counts."
    )


def test_a_column_that_no_published_table_declares_is_refused(tmp_path):
    text = refusal(tmp_path, published(column("place_id")))
    assert "\n  - mart_place.place_name is not declared in pub_place\n" in text


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        (lineage(("mart_place", "stg_answer")), "stg_answer, which holds respondent of class S"),
        (
            IDENTITY | lineage(("mart_place", "stg_person")),
            "stg_person, which holds name of class I",
        ),
        (
            lineage(
                ("mart_place", "int_a"),
                ("int_a", "int_b"),
                ("int_a", "stg_place"),
                ("int_b", "stg_answer"),
            ),
            "stg_answer, which holds respondent of class S",
        ),
        (
            lineage(("mart_place", "stg_unknown")),
            "stg_unknown, whose columns have no disclosure class",
        ),
        (
            lineage(("mart_place", "int_nowhere")),
            "int_nowhere, whose columns have no disclosure class",
        ),
        (
            lineage(("mart_place", "run_answer")),
            "run_answer, whose columns have no disclosure class",
        ),
        (
            lineage(("mart_place", "stg_answer"), ("stg_answer", "")),
            "stg_answer, which holds respondent of class S",
        ),
        (
            lineage(("mart_place", "run_held"))
            | classes(*GOOD[CLASS_TABLE][1], ("run_held", "words", "S")),
            "run_held, which holds words of class S",
        ),
        (
            classes(("stg_place", "place_id", "O")),
            "stg_place, which holds place_name of no known class",
        ),
        (
            classes(("stg_place", "place_id", "O"), ("stg_place", "place_name", "public")),
            "stg_place, which holds place_name of no known class",
        ),
        (
            classes(("stg_place", "place_id", "O"), ("stg_place", "place_name", None)),
            "stg_place, which holds place_name of no known class",
        ),
    ],
    ids=[
        "answers",
        "identity",
        "through two tables",
        "base table without class",
        "derived table without lineage",
        "account that the build does not write",
        "base table that claims to be derived",
        "base table with the name of an account",
        "base column without class",
        "class that does not exist",
        "class that is empty",
    ],
)
def test_a_mart_with_such_an_ancestor_is_refused(tmp_path, changes, because):
    text = refusal(tmp_path, **changes)
    assert text.startswith("the gate refuses 1 times, so nothing is published:\n")
    assert f"\n  - mart_place derives from {because}\n" in text


def test_a_circle_in_the_lineage_ends(tmp_path):
    changes = lineage(("mart_place", "int_a"), ("int_a", "int_b"), ("int_b", "int_a"))
    path = warehouse_of(tmp_path, **changes)
    assert pass_gate(path, tmp_path / "public.duckdb", (published(),)) == {"pub_place": 2}


@pytest.mark.parametrize(
    "changes", [lineage(("mart_other", "stg_place")), {"mart_place": None}], ids=["lineage", "mart"]
)
def test_a_mart_without_lineage_or_without_a_table_is_refused(tmp_path, changes):
    text = refusal(tmp_path, **changes)
    assert "\n  - pub_place has no mart of known origin (mart_place)\n" in text


def test_an_indicator_through_which_answers_flow_is_refused(tmp_path):
    statements = [i.statement for i in find_indicators()]
    statements.append("SELECT a.words AS area_code FROM stg_answer AS a")
    with open_warehouse(tmp_path / "lineage.duckdb") as con:
        build.write_lineage(con, {}, {"mart_indicator": statements})
        rows = fetch_table(con, LINEAGE_TABLE).to_numpy().tolist()
    rows += [[read, ""] for _, read in rows if read and read != "stg_answer"]
    (tmp_path / "lineage.duckdb").unlink()
    contract = published(column("indicator_id"), table="pub_indicator")
    text = refusal(
        tmp_path,
        contract,
        mart_indicator=("indicator_id VARCHAR", [("places",)]),
        **lineage(*rows),
    )
    assert "mart_indicator derives from stg_answer, which holds respondent of class S" in text


@pytest.mark.parametrize("disclosure", ["I", "S"])
def test_an_indicator_about_people_is_refused(tmp_path, disclosure):
    text = refusal(tmp_path, **indicator_classes(("places", "O"), ("wishes", disclosure)))
    assert f"\n  - indicator wishes is of class {disclosure}\n" in text


def test_a_figure_of_an_indicator_without_class_is_refused(tmp_path):
    contract = published(column("indicator_id"), table="pub_indicator")
    text = refusal(
        tmp_path,
        contract,
        mart_indicator=("indicator_id VARCHAR", [("places",), ("wishes",)]),
        **lineage(("mart_indicator", "stg_place")),
    )
    assert "\n  - indicator wishes is of no known class\n" in text


def test_an_indicator_with_many_figures_is_refused_once(tmp_path):
    contract = published(
        column("indicator_id"), column("value", kind="number"), table="pub_indicator"
    )
    text = refusal(
        tmp_path,
        contract,
        mart_indicator=("indicator_id VARCHAR, value DOUBLE", [("wishes", 1.0), ("wishes", 2.0)]),
        **lineage(("mart_indicator", "stg_place")),
    )
    assert text.startswith("the gate refuses 1 times, so nothing is published:\n")


@pytest.mark.parametrize("record", [CLASS_TABLE, LINEAGE_TABLE, INDICATOR_TABLE])
def test_a_warehouse_without_the_records_is_refused(tmp_path, record):
    assert refusal(tmp_path, **{record: None}) == (
        f"the gate refuses: the warehouse has no {record}, so what its tables hold is not known "
        "and nothing is published. Run `assetmap build` again."
    )


def test_a_warehouse_without_two_of_the_records_is_told_both(tmp_path):
    text = refusal(tmp_path, **{LINEAGE_TABLE: None, CLASS_TABLE: None})
    assert "the warehouse has no run_column, run_lineage, so what" in text


def test_every_reason_stands_in_one_message(tmp_path):
    contract = published(column("place_id"), column("words", "S"))
    text = refusal(
        tmp_path,
        contract,
        published(table="pub_none"),
        **lineage(("mart_place", "stg_answer")),
        **indicator_classes(("wishes", "S")),
    )
    assert text == (
        "the gate refuses 5 times, so nothing is published:\n"
        "  - pub_place.words is declared of class S\n"
        "  - mart_place.place_name is not declared in pub_place\n"
        "  - mart_place derives from stg_answer, which holds respondent of class S\n"
        "  - pub_none has no mart of known origin (mart_none)\n"
        "  - indicator wishes is of class S\n"
        "Take the column or table out of what is published, or put people's answers through a "
        "gated table of counts."
    )


def test_a_refusal_never_holds_a_value(tmp_path):
    assert CANARY not in refusal(tmp_path, **lineage(("mart_place", "stg_answer")))


def test_a_mart_that_breaks_its_contract_leaves_nothing_behind(tmp_path):
    public = tmp_path / "public.duckdb"
    public.write_bytes(b"the last good one")
    path = warehouse_of(
        tmp_path, mart_place=("place_id VARCHAR, place_name VARCHAR", [(None, "x")])
    )
    with pytest.raises(ContractError, match="place_id is empty in 1 of 1 rows"):
        pass_gate(path, public, (published(),))
    assert public.read_bytes() == b"the last good one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["public.duckdb", "w.duckdb"]


def test_a_mart_without_a_declared_column_leaves_nothing_behind(tmp_path):
    contract = published(column("place_id"), column("place_name"), column("kind"))
    with pytest.raises(ContractError, match=r"missing \['kind'\]"):
        pass_gate(warehouse_of(tmp_path), tmp_path / "public.duckdb", (contract,))
    assert [p.name for p in tmp_path.iterdir()] == ["w.duckdb"]


def _lets_all_ancestors_pass(monkeypatch):
    monkeypatch.setattr(gate, "_ancestors", lambda *_: set())


def _lets_all_classes_pass(monkeypatch):
    monkeypatch.setattr(gate, "_is_public", lambda _: True)


def _lets_declared_classes_pass(monkeypatch):
    monkeypatch.setattr(Disclosure, "is_public", property(lambda _: True))


def _lets_all_columns_pass(monkeypatch):
    rule = gate._reasons_against

    def without_stray(*arguments):
        return [reason for reason in rule(*arguments) if "is not declared in" not in reason]

    monkeypatch.setattr(gate, "_reasons_against", without_stray)


def _lets_unclassed_pass(monkeypatch):
    monkeypatch.setattr(gate, "_closed_because", lambda table, closed, _: closed.get(table, ""))


def _lets_indicators_pass(monkeypatch):
    monkeypatch.setattr(gate, "_closed_indicators", lambda *_: [])


LEAK = ("place_id VARCHAR, place_name VARCHAR", [("a", CANARY)])


@pytest.mark.parametrize(
    ("disable", "changes", "disclosure"),
    [
        (
            _lets_all_ancestors_pass,
            {"mart_place": LEAK} | lineage(("mart_place", "int_a"), ("int_a", "stg_answer")),
            "O",
        ),
        (_lets_all_classes_pass, {"mart_place": LEAK} | lineage(("mart_place", "stg_answer")), "O"),
        (
            _lets_unclassed_pass,
            {"mart_place": LEAK} | lineage(("mart_place", "stg_new")),
            "O",
        ),
        (_lets_indicators_pass, {"mart_place": LEAK} | indicator_classes(("x", "S")), "O"),
        (_lets_declared_classes_pass, {"mart_place": LEAK}, "S"),
    ],
    ids=["lineage", "class", "no class", "indicator", "declared class"],
)
def test_without_its_rule_the_value_would_pass(tmp_path, monkeypatch, disable, changes, disclosure):
    contract = published(column("place_id"), column("place_name", disclosure))
    refusal(tmp_path, contract, **changes)
    disable(monkeypatch)
    public = tmp_path / "public.duckdb"
    pass_gate(tmp_path / "w.duckdb", public, (contract,))
    assert CANARY in read_public(public)["pub_place"]["place_name"].tolist()


def test_without_the_rule_of_declared_columns_only_the_contract_stands_between(
    tmp_path, monkeypatch
):
    leak = ("place_id VARCHAR, place_name VARCHAR, words VARCHAR", [("a", "School", CANARY)])
    refusal(tmp_path, mart_place=leak)
    _lets_all_columns_pass(monkeypatch)
    with pytest.raises(ContractError, match=r"undeclared \['words'\]"):
        pass_gate(tmp_path / "w.duckdb", tmp_path / "public.duckdb", (published(),))
    monkeypatch.setattr(gate, "write_table", _write_whatever_comes)
    pass_gate(tmp_path / "w.duckdb", tmp_path / "public.duckdb", (published(),))
    assert CANARY in read_public(tmp_path / "public.duckdb")["pub_place"]["words"].tolist()


def _write_whatever_comes(con, contract, frame):
    con.register("incoming", frame.astype(object))
    con.execute(f'CREATE TABLE "{contract.table}" AS SELECT * FROM incoming')  # noqa: S608 - a name of this file


def test_the_accounts_that_the_gate_trusts_are_those_that_a_build_writes(built):
    with open_warehouse(built.warehouse, read_only=True) as con:
        others = {
            name for name in list_tables(con) if not name.startswith(("stg_", "int_", "mart_"))
        }
    # What the last build held is no account of this one: nothing made from it may pass.
    assert others == gate.OWN_TABLES | last_build.TABLES.keys()
    assert not gate.OWN_TABLES & last_build.TABLES.keys()


def test_the_starter_set_passes_as_it_is(built):
    public = read_public(built.public)
    with open_warehouse(built.warehouse, read_only=True) as con:
        for contract in COPIED:
            mart = fetch_table(con, gate.mart_of(contract))[contract.names]
            pd.testing.assert_frame_equal(
                public[contract.table].sort_values(list(contract.primary_key), ignore_index=True),
                mart.sort_values(list(contract.primary_key), ignore_index=True),
            )


def test_every_table_of_the_survey_is_closed_to_publication(built):
    with open_warehouse(built.warehouse, read_only=True) as con:
        closed = gate._closed_tables(con)
        written = {contract.table for contract in RESTRICTED} | {FACT_TABLE}
        assert written <= list_tables(con)
    assert not [table for table in written if not closed[table]]
    assert not closed["stg_public_place"]  # the rule does not close everything


@pytest.mark.parametrize("table", ["int_person", "int_respondent_weight", "int_survey_fact"])
def test_a_mart_that_reads_people_is_refused_whatever_it_counts(tmp_path, table):
    text = refusal(
        tmp_path,
        **{table: ("person_id VARCHAR", [("p_1",)])},
        **lineage(("mart_place", "stg_place"), ("mart_place", table)),
        **classes(*GOOD[CLASS_TABLE][1], (table, "person_id", "S")),
    )
    assert f"mart_place derives from {table}, which holds person_id of class S" in text


def test_without_terms_there_are_no_tables_of_people_and_no_record(tmp_path):
    public = tmp_path / "public.duckdb"
    pass_gate(warehouse_of(tmp_path), public, (published(),))
    assert set(read_public(public)) == {"pub_place"}
    assert not (tmp_path / gate.RECORD).exists()


def people_of(tmp_path, **sizes):
    """Return a warehouse with people of one ward by answer, and terms to count them on."""
    counts = {(WARDS[0], answer): size for answer, size in sizes.items()}
    whole = crowd(counts, "three")
    path = warehouse_of(
        tmp_path,
        int_person=(
            "population VARCHAR, person_id VARCHAR, wd17cd VARCHAR",
            whole.persons.to_numpy().tolist(),
        ),
        int_person_attribute=(
            "population VARCHAR, person_id VARCHAR, attribute VARCHAR, category VARCHAR",
            whole.attributes.to_numpy().tolist(),
        ),
        int_respondent_weight=("person_id VARCHAR, weight DOUBLE", []),
        int_census_margin=(
            "dimension VARCHAR, category VARCHAR, area_code VARCHAR, people_count DOUBLE",
            [],
        ),
        int_area=("area_code VARCHAR, area_name VARCHAR", [(AREA, "Town")]),
        **{FACT_TABLE: (", ".join(f'"{name}" {kind}' for name, kind in FACT_TYPES.items()), [])},
    )
    asked = scope(table("answers", "three"))
    last = tmp_path / "last.json"
    return path, Terms(scope=asked, state="synthetic", last_release=last, secret=b"s" * 32)


def test_people_pass_as_rounded_counts_with_a_private_record_beside_them(tmp_path):
    # 46 + 33 + 9 = 88 people: 45, 35 and hidden; the total is 88 -> 90.
    path, terms = people_of(tmp_path, a=46, b=33, c=9)
    public = tmp_path / "private/public.duckdb"
    public.parent.mkdir()
    counts = pass_gate(path, public, (published(),), terms=terms)
    tables = read_public(public)
    shown = tables["pub_people"].set_index("category")["count"]
    assert shown.dropna().to_dict() == {"all": 90, "a": 45, "b": 35}
    assert shown.index[shown.isna()].tolist() == ["c"]
    assert counts == {"pub_place": 2, "pub_people_table": 1, "pub_people": 4, "pub_survey": 3}
    assert {name: len(rows) for name, rows in tables.items()} == counts
    record = public.with_name("people_release.json")
    assert json.loads(record.read_text())["state"] == "synthetic"
    if os.name == "posix":
        assert record.stat().st_mode & 0o777 == 0o600
    assert b"p_0000" in path.read_bytes()
    assert b"p_0000" not in public.read_bytes()
    assert sorted(p.name for p in public.parent.iterdir()) == [record.name, public.name]


def test_without_its_record_a_release_of_people_is_not_published(tmp_path, monkeypatch):
    path, terms = people_of(tmp_path, a=46, b=33)
    public = tmp_path / "public.duckdb"
    public.write_bytes(b"the last good one")

    def full(*_):
        message = "no space"
        raise StorageError(message)

    monkeypatch.setattr(gate, "write_private", full)
    with pytest.raises(StorageError):
        pass_gate(path, public, (published(),), terms=terms)
    assert public.read_bytes() == b"the last good one"
    assert not public.with_suffix(".new").exists()


def test_the_record_of_a_release_is_private_and_not_on_the_site(built):
    record = built.processed / gate.RECORD
    assert json.loads(record.read_text())["state"] == "synthetic"
    if os.name == "posix":
        assert record.stat().st_mode & 0o777 == 0o600
    assert not list(built.maps.rglob("*.duckdb"))
    assert not [path for path in built.maps.rglob("*.json") if "release" in path.name]


# From here on: a whole run with a dataset that holds a person's words.

ANSWERS = Dataset(
    id="answers",
    source=Source(
        publisher="The project",
        title="Answers",
        url="https://example.org/",
        licence="none",
        period="2026",
        as_of="2026-01-01",
    ),
    contract=Contract(
        table="stg_answer",
        row_is="one answer",
        primary_key=("answer_id",),
        columns=(column("answer_id"), column("words", "S")),
    ),
    headings={"answer_id": "answer_id", "words": "words"},
)
QUOTED = """\
-- order: 990
-- topic: People
-- title: Answers
-- meaning: What people said.
-- unit: count
-- decimals: 0
-- geography: study_area
-- direction: neutral
-- class: O
-- source: answers
-- period: 2026
-- vintage: none
-- interval: none
-- caveat: best_fit
SELECT c.area_code, 1 AS value, NULL AS numerator, NULL AS denominator,
    min(a.words) AS extra_caveat
FROM cfg_study_area AS c CROSS JOIN stg_answer AS a GROUP BY c.area_code
"""


@pytest.fixture
def leaky(raw, built, tmp_path, monkeypatch):
    """Return settings of a run with answers in it, after a good run without."""
    folder = shutil.copytree(raw, tmp_path / "raw")
    (folder / "answers").mkdir()
    (folder / "answers/answers.csv").write_text(f'answer_id,words\n1,"{CANARY}"\n')
    datasets = find_datasets() | {"answers": ANSWERS}
    monkeypatch.setattr(build, "find_datasets", lambda: datasets)
    monkeypatch.setattr(build, "get_dataset", datasets.__getitem__)
    monkeypatch.setattr(accounts, "get_dataset", datasets.__getitem__)
    shutil.copytree(built.out, tmp_path / "out")
    return read_settings(folder, tmp_path / "out")


def published_bytes(settings):
    paths = [settings.public, *sorted(settings.maps.rglob("*"))]
    return {path: path.read_bytes() for path in paths if path.is_file()}


def test_a_whole_run_with_a_personal_value_publishes_nothing(leaky, monkeypatch):
    found = [*find_indicators(), parse("answers", QUOTED)]
    monkeypatch.setattr(build, "find_indicators", lambda: found)
    before = published_bytes(leaky)
    with pytest.raises(DisclosureError) as caught:
        pipeline.run_build(leaky)
    after = published_bytes(leaky)
    assert "mart_indicator derives from stg_answer, which holds words of class S" in str(
        caught.value
    )
    assert CANARY not in str(caught.value)
    assert after == before
    assert not any(CANARY.encode() in content for content in after.values())
    assert not list(leaky.out.rglob("*.new"))
    # The value was on its way: with the rule taken out, the same build lets it through.
    assert not build.build_folder(leaky).exists()  # what it was on its way in is cleared at once
    _lets_all_classes_pass(monkeypatch)
    pipeline.run_build(leaky)
    rows = read_public(leaky.public)["pub_indicator"]
    assert rows["caveat"].str.contains(CANARY, regex=False).sum() == 1


def test_answers_that_nothing_published_descends_from_stay_behind(leaky):
    pipeline.run_build(leaky)
    pipeline.run_publish(leaky)
    assert CANARY.encode() in leaky.warehouse.read_bytes()
    assert not any(CANARY.encode() in content for content in published_bytes(leaky).values())
