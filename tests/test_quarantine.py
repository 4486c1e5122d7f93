"""Rows that are held: closed reasons, held once, all accounted for."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.contracts import Column, Contract, Disclosure
from assetmap.errors import ContractError, ReconciliationError
from assetmap.quarantine import (
    HELD_COLUMNS,
    REASONS,
    Rejects,
    reconcile,
    require_few_held,
    screen,
)

B = Disclosure.BASE
CONTRACT = Contract(
    table="stg_t",
    row_is="one",
    primary_key=("id",),
    columns=(
        Column(name="id", kind="text", description="", disclosure=B, pattern=r"^\d+$"),
        Column(name="n", kind="number", description="", disclosure=B, minimum=0, maximum=9),
    ),
)


def table_of(ids, numbers):
    index = pd.Index(range(2, len(ids) + 2), name="row_number")
    return pd.DataFrame({"id": pd.array(ids, dtype="str"), "n": numbers}, index=index)


def test_an_unknown_reason_is_refused():
    with pytest.raises(ReconciliationError) as caught:
        Rejects.of([2], "looks_odd")
    assert str(caught.value) == (
        "quarantine reason 'looks_odd' is not in REASONS; add it there with its meaning."
    )


def test_every_reason_has_a_code_and_a_meaning():
    assert all(
        code == code.lower().replace(" ", "_") and meaning for code, meaning in REASONS.items()
    )


def test_a_row_that_breaks_several_rules_is_held_once_for_the_first():
    frame = table_of(["x", "1", "1", "2"], [-1.0, 5.0, 12.0, 3.0])
    screened = screen(frame, CONTRACT, max_held_share=1)
    held = screened.rejects
    assert held.row_numbers == (2, 4)
    assert held.reasons == ("bad_code", "out_of_range")
    assert held.columns == ("id", "n")
    assert screened.loaded.index.tolist() == [3, 5]


def test_a_clean_table_loads_whole():
    frame = table_of(["1", "2"], [0.0, 9.0])
    screened = screen(frame, CONTRACT, max_held_share=0)
    pd.testing.assert_frame_equal(screened.loaded, frame)
    assert len(screened.rejects) == 0


def test_an_empty_table_is_no_breach():
    assert len(screen(table_of([], []), CONTRACT, max_held_share=0.5).loaded) == 0


@pytest.mark.parametrize(("share", "is_refused"), [(0.5, False), (0.49, True), (0, True)])
def test_too_many_held_rows_refuse_the_table_with_every_breach(share, is_refused):
    frame = table_of(["1", "2", "x", "4"], [1.0, 99.0, 1.0, 2.0])
    if not is_refused:
        assert len(screen(frame, CONTRACT, max_held_share=share).rejects) == 2
        return
    with pytest.raises(ContractError) as caught:
        screen(frame, CONTRACT, max_held_share=share)
    assert str(caught.value) == (
        "stg_t breaks its contract in 2 places:\n"
        "  - id does not match ^\\d+$ in 1 of 4 rows (first: row 4), e.g. 'x'\n"
        "  - n is above 9 in 1 of 4 rows (first: row 3), e.g. '99'"
    )


def test_rows_held_before_the_contract_count_towards_the_share():
    rejects = Rejects.of([2, 3], "bad_number", "n") + Rejects.of([4], "wrong_field_count")
    require_few_held("a.csv of t", rejects, 6, max_held_share=0.5)
    with pytest.raises(ContractError) as caught:
        require_few_held("a.csv of t", rejects, 5, max_held_share=0.5)
    assert str(caught.value) == (
        "a.csv of t: 3 of 5 rows would be held (bad_number 2, wrong_field_count 1), more than "
        "50%: the file is not what it should be. Download it again, or check that it is the "
        "file of this dataset."
    )


def test_reasons_for_held_rows_stand_with_the_most_frequent_first_and_then_by_name():
    rejects = Rejects.of([2], "totals_row") + Rejects.of([3], "bad_number", "n")
    rejects += Rejects.of([4, 5], "wrong_field_count")
    with pytest.raises(ContractError) as caught:
        require_few_held("a.csv of t", rejects, 5, max_held_share=0.5)
    assert "(wrong_field_count 2, bad_number 1, totals_row 1)" in str(caught.value)


def test_the_quarantine_table_has_numbers_and_reasons_and_no_contents():
    rejects = Rejects.of([5, 3], "bad_number", "n") + Rejects.of([4], "totals_row")
    held = rejects.frame("imd_2019", "imd.csv")
    assert held.columns.tolist() == HELD_COLUMNS
    assert held.to_numpy().tolist() == [
        ["imd_2019", "imd.csv", 3, "bad_number", "n"],
        ["imd_2019", "imd.csv", 4, "totals_row", ""],
        ["imd_2019", "imd.csv", 5, "bad_number", "n"],
    ]
    assert held.index.tolist() == [0, 1, 2]


def test_an_empty_quarantine_table_has_its_columns():
    held = Rejects().frame("imd_2019", "imd.csv")
    assert held.columns.tolist() == HELD_COLUMNS
    assert held.empty
    kinds = held[["row_number", "reason", "column"]].dtypes.astype(str).tolist()
    assert kinds == ["int64", "str", "str"]


@pytest.mark.parametrize(("loaded", "held", "lost"), [(8, 1, 1), (9, 3, 2), (0, 0, 10)])
def test_a_row_that_is_lost_or_made_is_told(loaded, held, lost):
    with pytest.raises(ReconciliationError) as caught:
        reconcile("imd_2019", 10, loaded, held)
    assert str(caught.value) == (
        f"imd_2019: 10 rows came in but {loaded} were loaded and {held} held, so {lost} are "
        "unaccounted for. This is a fault of the dataset's stage(): it must keep one row for "
        "one row."
    )


def test_a_sum_that_is_right_passes():
    reconcile("imd_2019", 10, 7, 3)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3", "4", "x", None]),
            st.sampled_from([0.0, 9.0, -1.0, 10.0, float("nan"), float("inf")]),
        ),
        max_size=25,
    )
)
def test_rows_in_are_rows_loaded_plus_rows_held(pairs):
    frame = table_of([i for i, _ in pairs], pd.array([n for _, n in pairs], dtype=float))
    screened = screen(frame, CONTRACT, max_held_share=1)
    reconcile("t", len(frame), len(screened.loaded), len(screened.rejects))
    numbers = [*screened.loaded.index, *screened.rejects.row_numbers]
    assert sorted(numbers) == frame.index.tolist()
    assert screened.loaded["id"].is_unique
    assert screened.loaded["n"].between(0, 9).all()
    assert len(screen(screened.loaded, CONTRACT, max_held_share=0).rejects) == 0
