"""Text to typed values: a source mark is never a figure, a figure is never lost."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.contracts import Column, Contract, Disclosure
from assetmap.convert import SOURCE_MARKS, type_columns
from assetmap.quarantine import REASONS


def contract(**kinds):
    columns = tuple(
        Column(name=name, kind=kind, description="", disclosure=Disclosure.BASE, nullable=True)
        for name, kind in kinds.items()
    )
    return Contract(table="t", row_is="one", primary_key=(next(iter(kinds)),), columns=columns)


def convert(cells, kind="number"):
    index = pd.Index(range(2, len(cells) + 2), name="row_number")
    frame = pd.DataFrame({"v": pd.array(cells, dtype=object)}, index=index)
    return type_columns(frame, contract(v=kind))


@pytest.mark.parametrize("kind", ["number", "integer"])
@pytest.mark.parametrize("mark", sorted(SOURCE_MARKS))
@pytest.mark.parametrize("dress", ["{}", " {} ", "upper"])
def test_every_source_mark_is_null_with_its_status_and_never_zero(mark, dress, kind):
    cell = mark.upper() if dress == "upper" else dress.format(mark)
    table, rejects, marks = convert(["12", cell], kind)
    assert table["v"].iloc[0] == 12
    assert pd.isna(table["v"].iloc[1])
    assert len(rejects) == 0
    assert marks.to_dict("list") == {
        "row_number": [3],
        "column": ["v"],
        "status": [SOURCE_MARKS[mark]],
    }


@pytest.mark.parametrize(
    "cell", ["<5", "< 5", "5-9", "10 - 14", "5\u20139", "0~", "12.5*", "1,204!"]
)
def test_a_band_or_a_marked_figure_is_suppressed(cell):
    table, rejects, marks = convert(["12", cell])
    assert pd.isna(table["v"].iloc[1])
    assert len(rejects) == 0
    assert marks["status"].tolist() == ["suppressed"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0", 0),
        ("-0.5", -0.5),
        ("+7", 7),
        (" 7 ", 7),
        ("1.2e3", 1_200),
        ("1,234", 1_234),
        ("-1,234,567.25", -1_234_567.25),
        ("007", 7),
        ("5.", 5),
    ],
)
def test_a_number_is_read(cell, value):
    table, rejects, marks = convert([cell])
    assert table["v"].tolist() == [value]
    assert (len(rejects), len(marks)) == (0, 0)


@pytest.mark.parametrize("kind", ["number", "integer"])
@pytest.mark.parametrize(
    "cell",
    [
        "12.5%",
        "£1,234",
        "(45)",
        "\u221212",
        "1,23",
        "1,2345",
        "12,5",
        ",123",
        "1 234",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "1e400",
        "0x10",
        "1_000",
        "True",
        "twelve",
        "\uff11\uff12",
        "\uff11,\uff12\uff13\uff14",
        "\u0665-\u0669",
        "--5",
        "05-Sep",
    ],
)
def test_what_is_no_number_is_held_not_guessed(cell, kind):
    table, rejects, marks = convert(["12", cell, "13"], kind)
    assert table["v"].tolist() == [12, 13]
    assert (rejects.row_numbers, rejects.reasons, rejects.columns) == (
        (3,),
        ("bad_number",),
        ("v",),
    )
    assert marks.empty
    assert "bad_number" in REASONS


@pytest.mark.parametrize(
    "cell", ["1.5", "-0.25", "9007199254740994", "1e30", "99999999999999999999"]
)
def test_a_column_of_integers_takes_whole_numbers_that_it_can_hold_only(cell):
    table, rejects, _ = convert(["1", cell, "2.0"], "integer")
    assert table["v"].tolist() == [1, 2]
    assert table["v"].dtype == "Int64"
    assert (rejects.row_numbers, rejects.reasons) == ((3,), ("bad_number",))


def test_an_integer_column_stays_one_whatever_is_missing():
    table, _, _ = convert(["1", "", "*"], "integer")
    assert table["v"].dtype == "Int64"
    assert table["v"].isna().tolist() == [False, True, True]


def test_a_column_of_marks_alone_is_a_column_of_nulls():
    table, rejects, marks = convert(["*", "..", ""])
    assert table["v"].isna().all()
    assert len(rejects) == 0
    assert marks["status"].tolist() == ["suppressed", "missing", "missing"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *[(cell, True) for cell in ("yes", "Y", "TRUE", "1")],
        *[(cell, False) for cell in ("no", " n ", "False", "0")],
        *[(cell, None) for cell in ("", "n/a")],
    ],
)
def test_booleans_are_read(cell, value):
    table, rejects, _ = convert(["yes", cell], "boolean")
    assert len(rejects) == 0
    assert (None if pd.isna(table["v"].iloc[1]) else table["v"].iloc[1]) == value


@pytest.mark.parametrize("cell", ["maybe", "2", "yess", "-1"])
def test_what_is_neither_true_nor_false_is_held(cell):
    table, rejects, _ = convert(["yes", cell], "boolean")
    assert table["v"].tolist() == [True]
    assert (rejects.row_numbers, rejects.reasons) == ((3,), ("bad_category",))
    assert "bad_category" in REASONS


def test_text_is_trimmed_and_a_mark_in_it_is_text():
    table, rejects, marks = convert([" NA ", "*", "", "  ", "x"], "text")
    assert table["v"].fillna("NULL").tolist() == ["NA", "*", "NULL", "NULL", "x"]
    assert (len(rejects), len(marks)) == (0, 0)


def test_an_undeclared_column_is_left_as_it_is_and_the_input_is_not_changed():
    frame = pd.DataFrame({"v": ["1"], "other": [" x "]})
    table, _, _ = type_columns(frame, contract(v="number"))
    assert table["other"].tolist() == [" x "]
    assert frame["v"].tolist() == ["1"]


def test_a_row_with_two_bad_cells_is_held_once_for_the_first_column():
    frame = pd.DataFrame({"a": ["x!", "1"], "b": ["y!", "?"], "c": ["1", "2"]}, index=[2, 3])
    table, rejects, _ = type_columns(frame, contract(a="number", b="number", c="number"))
    assert (rejects.row_numbers, rejects.columns) == ((2, 3), ("a", "b"))
    assert table.empty


def test_marks_of_a_held_row_are_not_reported():
    frame = pd.DataFrame({"a": ["*", "*"], "b": ["y!", "1"]}, index=[2, 3])
    _, rejects, marks = type_columns(frame, contract(a="number", b="number"))
    assert rejects.row_numbers == (2,)
    assert marks["row_number"].tolist() == [3]


def test_a_table_without_numbers_has_no_marks_but_their_columns():
    _, _, marks = convert(["x"], "text")
    assert marks.columns.tolist() == ["row_number", "column", "status"]
    assert marks.empty


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**12), 10**12), st.booleans()), min_size=1, max_size=20),
    st.sampled_from(["integer", "number"]),
)
def test_integers_come_back_with_or_without_thousands_separators(pairs, kind):
    cells = [f"{number:,}" if has_commas else str(number) for number, has_commas in pairs]
    table, rejects, marks = convert(cells, kind)
    assert table["v"].tolist() == [number for number, _ in pairs]
    assert (len(rejects), len(marks)) == (0, 0)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.decimals(-(10**9), 10**9, places=3), st.booleans()), min_size=1, max_size=20
    )
)
def test_decimals_come_back_with_or_without_thousands_separators(pairs):
    cells = [f"{number:,.3f}" if has_commas else f"{number:.3f}" for number, has_commas in pairs]
    table, rejects, _ = convert(cells)
    assert len(rejects) == 0
    for value, (number, _) in zip(table["v"], pairs, strict=True):
        assert math.isclose(value, float(number), rel_tol=1e-15)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=6) | st.from_regex(r"-?\d{1,4}", fullmatch=True), min_size=1))
def test_whatever_a_cell_holds_it_is_a_finite_number_a_mark_or_held(cells):
    table, rejects, marks = convert(cells)
    nulls = table.index[table["v"].isna()]
    assert set(marks["row_number"]) == set(nulls)
    assert all(math.isfinite(value) for value in table["v"].dropna())
    assert len(table) + len(rejects) == len(cells)
