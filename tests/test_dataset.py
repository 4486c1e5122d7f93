"""A folder of files becomes one table, with every row accounted for."""

import logging
import random
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source, fold_heading, load
from assetmap.errors import (
    ClashError,
    ContractError,
    MissingInputError,
    ReconciliationError,
    UnreadableFileError,
)
from assetmap.geography import LSOA_PATTERN
from assetmap.inputs import hash_file
from assetmap.quarantine import Rejects
from assetmap.readers import Layout, RawTable

CANARY = "07700 900123"
SOURCE = Source(
    publisher="P", title="T", url="https://example.org/t", licence="OGL v3.0", period="2021",
    as_of="2021-03-21",
)  # fmt: skip


def column(name, kind="text", **rules):
    rules = {"disclosure": Disclosure.BASE, "description": ""} | rules
    return Column(name=name, kind=kind, **rules)


def dataset(*, key=("code",), **changes):
    columns = (
        column("code", pattern=LSOA_PATTERN, **changes.pop("about", {})),
        column("n", "integer", nullable=True, minimum=0),
    )
    contract = Contract(table="stg_town", row_is="one LSOA", primary_key=key, columns=columns)
    given = {
        "id": "town",
        "source": SOURCE,
        "contract": contract,
        "headings": {"LSOA code": "code", "Residents": "n", "People": "n"},
    }
    return Dataset(**(given | changes))


def put(raw, name, *lines, heading="LSOA code,Residents"):
    folder = raw / "town"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def run(raw, share=0.5, **changes):
    return load(dataset(**changes), raw, max_held_share=share)


def test_a_file_becomes_a_typed_table_in_key_order(tmp_path):
    path = put(tmp_path, "a.csv", "E01000003,7", 'E01000001,"1,204"', "E01000002,*")
    loaded = run(tmp_path)
    assert loaded.table.columns.tolist() == ["code", "n"]
    assert loaded.table["code"].tolist() == ["E01000001", "E01000002", "E01000003"]
    assert loaded.table["n"].fillna(-1).tolist() == [1204, -1, 7]
    assert loaded.table.index.tolist() == [0, 1, 2]
    assert loaded.marks.to_numpy().tolist() == [["town", "a.csv", 4, "n", "suppressed"]]
    assert loaded.files == (("town/a.csv", hash_file(path)),)
    assert (loaded.rows_in, len(loaded.held), loaded.is_starter) == (3, 0, False)
    assert loaded.notes == ()


def test_held_rows_keep_their_file_row_number_reason_and_column(tmp_path):
    lines = [
        "E01000001,1",
        "",
        "E01000002,1.5",
        "E01000003",
        "E01000001,4",
        "E0100000,5",
        '"E01000006\n",6',
        "Total,7",
        "E01000008,8",
        "E01000009,-1",
        "E01000010,10",
        "E01000011,11",
    ]
    put(tmp_path, "a.csv", *lines)
    loaded = run(tmp_path, share=0.6)
    assert loaded.held.to_numpy().tolist() == [
        ["town", "a.csv", 4, "bad_number", "n"],
        ["town", "a.csv", 5, "wrong_field_count", ""],
        ["town", "a.csv", 6, "duplicate_key", "code"],
        ["town", "a.csv", 7, "bad_code", "code"],
        ["town", "a.csv", 9, "totals_row", ""],
        ["town", "a.csv", 11, "out_of_range", "n"],
    ]
    codes = ["E01000001", "E01000006", "E01000008", "E01000010", "E01000011"]
    assert loaded.table["code"].tolist() == codes
    assert loaded.rows_in == 11


def test_a_file_without_heading_counts_its_rows_from_one(tmp_path):
    put(tmp_path, "a.csv", "E01000002,x!", heading="E01000001,1")
    layout = Layout(header=("LSOA code", "Residents"))
    assert run(tmp_path, layout=layout).held["row_number"].tolist() == [2]


def test_two_files_that_do_not_clash_are_one_table(tmp_path):
    put(tmp_path, "birmingham.csv", "E01000003,3", "E01000001,1", "E01000009,x!")
    put(tmp_path, "sandwell.csv", "2;E01000002;x", heading="People;LSOA code;Extra")
    loaded = run(tmp_path)
    assert loaded.table.to_numpy().tolist() == [
        ["E01000001", 1],
        ["E01000002", 2],
        ["E01000003", 3],
    ]
    assert loaded.held[["file", "row_number"]].to_numpy().tolist() == [["birmingham.csv", 4]]
    assert [name for name, _ in loaded.files] == ["town/birmingham.csv", "town/sandwell.csv"]
    assert loaded.rows_in == 4


def test_held_rows_and_marks_of_two_files_are_numbered_through(tmp_path):
    for name, first in (("a.csv", 1), ("b.csv", 3)):
        put(tmp_path, name, f"E0100000{first},*", f"E0100000{first + 1},x!")
    loaded = run(tmp_path)
    assert loaded.held["file"].to_dict() == {0: "a.csv", 1: "b.csv"}
    assert loaded.marks["file"].to_dict() == {0: "a.csv", 1: "b.csv"}


def test_two_files_that_clash_are_both_named_with_one_example(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1", "E01000002,2", "E01000003,3")
    put(tmp_path, "b.csv", "E01000004,4")
    put(tmp_path, "c.csv", "E01000003,3", "E01000002,2")
    with pytest.raises(ClashError) as caught:
        run(tmp_path)
    assert str(caught.value) == (
        "town: a.csv and c.csv both hold 2 rows of the same key, e.g. 'E01000002'. "
        "Keep one of the two files in the folder."
    )


def test_a_clash_of_a_key_of_two_columns_shows_both(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1", "E01000002,7")
    put(tmp_path, "b.csv", "E01000001,2", "E01000002,7")
    with pytest.raises(ClashError) as caught:
        run(tmp_path, key=("code", "n"))
    assert str(caught.value) == (
        "town: a.csv and b.csv both hold 1 rows of the same key, e.g. 'E01000002/7'. "
        "Keep one of the two files in the folder."
    )


def test_a_clash_of_persons_shows_no_key(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1")
    put(tmp_path, "b.csv", "E01000001,1")
    with pytest.raises(ClashError) as caught:
        run(tmp_path, about={"disclosure": Disclosure.ANSWER})
    assert "both hold 1 rows of the same key. Keep one" in str(caught.value)
    assert "E01000001" not in str(caught.value)


def test_an_undeclared_column_never_flows_and_is_reported(tmp_path, caplog):
    put(tmp_path, "a.csv", f"E01000001,1,{CANARY}", heading="LSOA code,Residents,Phone")
    with caplog.at_level(logging.DEBUG):
        loaded = run(tmp_path, share=1)
    assert loaded.table.columns.tolist() == ["code", "n"]
    assert loaded.notes == ("1 undeclared columns dropped",)
    everything = [loaded.table, loaded.held, loaded.marks]
    assert CANARY not in "".join(frame.to_csv() for frame in everything) + caplog.text


def test_the_log_says_how_many_rows_were_loaded_and_held(tmp_path, caplog):
    put(tmp_path, "a.csv", "E01000001,1", "E01000002,x!")
    with caplog.at_level(logging.INFO, logger="assetmap.dataset"):
        run(tmp_path)
    assert caplog.messages == ["town: 1 rows loaded, 1 held"]


def test_a_heading_is_compared_in_small_letters_and_with_single_spaces():
    assert fold_heading("  LSOA \t code 2021 ") == "lsoa code 2021"


def test_headings_are_known_whatever_their_case_and_spaces(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1", heading=" lsoa  CODE , RESIDENTS")
    assert len(run(tmp_path).table) == 1


@pytest.mark.parametrize(
    ("heading", "row", "count", "example"),
    [
        ("LSOA code,x", "E01000001,1", 1, "Residents"),
        ("x,Residents", "E01000001,1", 1, "LSOA code"),
        ("x,y", "E01000001,1", 2, "LSOA code"),
    ],
)
def test_a_missing_column_refuses_the_file_and_names_it(tmp_path, heading, row, count, example):
    put(tmp_path, "a.csv", row, heading=heading)
    with pytest.raises(UnreadableFileError) as caught:
        run(tmp_path)
    assert str(caught.value) == (
        f"town: a.csv lacks {count} of 2 columns, e.g. {example!r}. Use the layout of its "
        "publisher (https://example.org/t)."
    )


def test_two_columns_for_one_of_ours_refuse_the_file(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1,2", heading="LSOA code,Residents,People")
    with pytest.raises(UnreadableFileError) as caught:
        run(tmp_path)
    assert str(caught.value) == (
        "town: a.csv has 2 columns for n, e.g. 'Residents' and 'People'. "
        "Keep the columns of one layout."
    )


def test_two_layouts_side_by_side_are_told_by_two_columns_of_one_of_ours(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1,E01000001,1", heading="LSOA code,Residents,Area,People")
    headings = {"LSOA code": "code", "Area": "code", "Residents": "n", "People": "n"}
    with pytest.raises(UnreadableFileError) as caught:
        run(tmp_path, headings=headings)
    assert str(caught.value) == (
        "town: a.csv has 2 columns for code, e.g. 'LSOA code' and 'Area'. "
        "Keep the columns of one layout."
    )


def test_a_missing_folder_says_how_to_fetch_it(tmp_path):
    with pytest.raises(MissingInputError) as caught:
        run(tmp_path)
    assert str(caught.value).startswith(
        f"town: {tmp_path / 'town'} is missing. Download it from https://example.org/t ("
    )
    assert str(caught.value).endswith("and save it there, or run `assetmap fetch town`.")


def test_an_empty_folder_holds_no_data(tmp_path):
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "README.md").write_text("put it here")
    with pytest.raises(MissingInputError, match="holds no data file"):
        run(tmp_path)


def test_a_dataset_may_lie_in_another_folder(tmp_path):
    put(tmp_path, "a.csv", "E01000001,1")
    (tmp_path / "town").rename(tmp_path / "other")
    assert len(run(tmp_path, folder="other").table) == 1


def test_only_the_files_and_members_that_count_are_found_and_read(tmp_path):
    put(tmp_path, "notes.csv", "E01000009,9")
    with zipfile.ZipFile(tmp_path / "town/town.zip", "w") as archive:
        for name, code in (("a_data.csv", "E01000001"), ("b_meta.csv", "E01000002")):
            archive.writestr(name, f"LSOA code,Residents\n{code},1\n")
    chosen = {"files": "town*", "members": "*_data.csv"}
    assert [i.name for i in dataset(**chosen).find_inputs(tmp_path)] == ["town.zip/a_data.csv"]
    assert run(tmp_path, **chosen).table["code"].tolist() == ["E01000001"]


def test_a_dataset_may_bring_its_own_reader(tmp_path):
    path = put(tmp_path, "a.csv", "E01000009,9")
    seen = []

    def read(source):
        seen.append(source.path)
        index = pd.Index([5], name="row_number")
        frame = pd.DataFrame({"People": ["6"], "LSOA code": ["E01000001"]}, index)
        return RawTable(frame, 2, Rejects.of([7], "totals_row"), ("own",))

    loaded = run(tmp_path, read=read)
    assert seen == [path]
    assert loaded.table.to_numpy().tolist() == [["E01000001", 6]]
    assert loaded.held.to_numpy().tolist() == [["town", "a.csv", 7, "totals_row", ""]]
    assert loaded.notes == ("own",)


def test_the_starter_gives_way_and_is_named_where_it_does_not(tmp_path):
    put(tmp_path, "a_starter.csv", "E01000001,1")
    assert run(tmp_path).is_starter
    put(tmp_path, "a.csv", "E01000001,1", "E01000002,2")
    loaded = run(tmp_path)
    assert (loaded.is_starter, len(loaded.table)) == (False, 2)


@pytest.mark.parametrize(
    "lines",
    [
        ["E01000001,x!", "E01000002,y!", "E01000003,3"],
        ["E01000001", "E01000002", "E01000003,3"],
        ["E01000001,x!", "E01000002", "E01000003,3"],
        ["E0100000,x!", "E0100000,1", "E01000003,3"],
    ],
    ids=["numbers", "cells", "both", "number and code"],
)
def test_a_file_of_which_too_much_is_held_is_refused_whatever_held_it(tmp_path, lines):
    put(tmp_path, "a.csv", *lines)
    with pytest.raises(ContractError, match=r"town: a\.csv: 2 of 3 rows would be held"):
        run(tmp_path, share=0.5)
    loaded = run(tmp_path, share=0.67)
    assert (len(loaded.table), len(loaded.held)) == (1, 2)


def test_a_file_that_breaks_its_contract_is_refused_with_every_breach_and_the_way_out(tmp_path):
    put(tmp_path, "a.csv", "E0100000,1", "E01000002,-1", "E01000003,3")
    with pytest.raises(ContractError) as caught:
        run(tmp_path, share=0.5)
    told = str(caught.value).splitlines()
    assert told[0] == "town: a.csv: stg_town breaks its contract in 2 places:"
    assert [line[: line.index(" in 1 of 3 rows")] for line in told[1:3]] == [
        f"  - code does not match {LSOA_PATTERN}",
        "  - n is below 0",
    ]
    assert told[3:] == [dataset().how_to_get_it()]


def test_a_file_of_which_all_is_held_is_an_empty_table_where_that_is_allowed(tmp_path):
    put(tmp_path, "a.csv", "E01000001,x!")
    put(tmp_path, "b.csv", "E01000002,2")
    loaded = run(tmp_path, share=1)
    assert loaded.table["code"].tolist() == ["E01000002"]
    assert loaded.table["n"].tolist() == [2]


@pytest.mark.parametrize(
    "stage",
    [lambda raw: raw.iloc[1:], lambda raw: pd.concat([raw, raw.assign(code="E01000099").iloc[:1]])],
    ids=["loses a row", "makes a row"],
)
def test_a_stage_that_does_not_keep_one_row_for_one_row_is_found_out(tmp_path, stage):
    put(tmp_path, "a.csv", "E01000001,1", "E01000002,2")
    with pytest.raises(ReconciliationError, match="town: 2 rows came in but"):
        run(tmp_path, stage=stage)


def test_the_stage_gets_typed_columns_indexed_by_row_number(tmp_path):
    seen = []

    def stage(raw):
        seen.append(raw)
        return raw.assign(n=raw["n"] * 2)

    put(tmp_path, "a.csv", "E01000001,1", "E01000002,x!", "E01000003,3")
    loaded = run(tmp_path, stage=stage)
    assert loaded.table["n"].tolist() == [2, 6]
    assert seen[0].index.tolist() == [2, 4]
    assert seen[0]["n"].dtype == "Int64"


ROWS = [f"E010000{number:02d},{number}" for number in range(30)] + ["E01000099,x!", "bad,1"]


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, len(ROWS)))
def test_the_table_does_not_depend_on_the_order_of_rows_or_on_the_split(
    tmp_path_factory, order: random.Random, cut
):
    raw = tmp_path_factory.mktemp("raw")
    rows = order.sample(ROWS, len(ROWS))
    for name, part in (("a.csv", rows[:cut]), ("b.csv", rows[cut:])):
        if part:
            put(raw, name, *part)
    expected = [[row[:9], int(row[10:])] for row in ROWS[:30]]
    loaded = run(raw, share=1)
    assert loaded.table.to_numpy().tolist() == expected
    assert loaded.table.dtypes.astype(str).tolist() == ["str", "Int64"]
    assert sorted(loaded.held["reason"]) == ["bad_code", "bad_number"]
