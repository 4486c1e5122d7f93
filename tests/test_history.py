"""Append-only lists: what a build has seen may be followed, and never touched."""

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from assetmap.errors import ContractError, HistoryError
from assetmap.registers.history import read_record, record_text, require_appended
from assetmap.registers.site_lists import ENGAGEMENT, MILESTONE

DAYS = ("2017-12-31", "2017-12-31", "2018-06-01", "2019-01-01")


def listed(*entries, days=DAYS):
    """Return a list of milestones under its row numbers: the heading is row 1."""
    rows = [
        dict.fromkeys(MILESTONE.contract.names)
        | {"entry_id": entry, "latest": "2019", "recorded_on": day}
        for entry, day in zip(entries, days, strict=False)
    ]
    frame = pd.DataFrame(rows, columns=MILESTONE.contract.names, dtype=object)
    return frame.set_axis(range(2, len(frame) + 2))


def seen(*entries):
    return require_appended(MILESTONE, (), listed(*entries))


def refusal(earlier, rows, register=MILESTONE):
    with pytest.raises(HistoryError) as caught:
        require_appended(register, earlier, rows)
    return str(caught.value)


def test_the_first_build_takes_a_list_as_it_is():
    digests = seen("a", "b", "c")
    assert len(set(digests)) == 3
    assert {len(digest) for digest in digests} == {64}


def test_rows_may_be_appended():
    earlier = seen("a", "b")
    digests = require_appended(MILESTONE, earlier, listed("a", "b", "c", "d"))
    assert digests[:2] == earlier
    assert len(digests) == 4


def test_a_list_that_stays_as_it_is_gives_the_same_record():
    assert require_appended(MILESTONE, seen("a", "b"), listed("a", "b")) == seen("a", "b")


def test_a_changed_row_is_named_by_its_number_and_with_the_remedy():
    rows = listed("a", "b", "c")
    rows.loc[3, "latest"] = "2020"
    assert refusal(seen("a", "b", "c"), rows) == (
        "sites/milestones.csv: an append-only list was shortened or changed in 1 way:\n"
        "  - changed: 1 row, first row 3\n"
        "Put the old rows back as they were, in their order. To correct one, append a new row "
        "that says so, with today as recorded_on."
    )


def test_the_last_row_may_not_be_changed_even_if_rows_follow_it():
    message = refusal(seen("a", "b"), listed("a", "x", "c", "d"))
    assert message.count("\n  - ") == 1
    assert "  - changed: 1 row, first row 3\n" in message


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (("b", "c"), "missing: 1 row, first the 1st of the 3 of the last build"),
        (("a", "b"), "missing: 1 row, first the 3rd of the 3 of the last build"),
        (("a",), "missing: 2 rows, first the 2nd of the 3 of the last build"),
        ((), "missing: 3 rows, first the 1st of the 3 of the last build"),
    ],
)
def test_a_shortened_list_says_which_rows_are_missing(left, said):
    assert f"  - {said}\n" in refusal(seen("a", "b", "c"), listed(*left))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (("x", "a", "b"), "put in before old ones: 1 row, first row 2"),
        (("a", "x", "y", "b"), "put in before old ones: 2 rows, first row 3"),
    ],
)
def test_a_row_that_is_put_in_before_old_ones_is_refused(entries, said):
    message = refusal(seen("a", "b"), listed(*entries, days=["2017-12-31"] * 4))
    assert f"  - {said}\n" in message
    assert message.count("\n  - ") == 1


def test_rows_that_change_places_are_refused():
    refusal(seen("a", "b", "c"), listed("a", "c", "b", days=["2017-12-31"] * 3))


def test_row_numbers_are_those_of_the_file_past_blank_lines():
    rows = listed("a", "x").set_axis([2, 9])
    assert "changed: 1 row, first row 9" in refusal(seen("a", "b"), rows)


def test_recorded_on_may_not_go_back_in_time_at_the_first_build_either():
    days = ("2018-06-01", "2017-12-31", "2018-06-01", "2018-05-31")
    assert (
        "  - recorded_on goes back in time: 2 rows, first row 3, 2017-12-31 after 2018-06-01\n"
        in refusal((), listed("a", "b", "c", "d", days=days))
    )


def test_every_fault_of_a_list_stands_in_one_message():
    message = refusal(seen("a", "b"), listed("a", "x", "c", days=(*DAYS[:2], "2016-01-01")))
    assert "in 2 ways:" in message
    assert message.count("\n  - ") == 2


def test_a_list_without_recorded_on_has_no_order_in_time_and_no_such_remedy():
    rows = pd.DataFrame(
        [{"event_id": "a", "event_date": "2018"}, {"event_id": "b", "event_date": "2016"}]
    ).set_axis([2, 3])
    earlier = require_appended(ENGAGEMENT, (), rows)
    assert refusal(earlier, rows.iloc[:1], ENGAGEMENT).endswith("append a new row that says so.")


def test_a_new_column_that_is_empty_in_old_rows_changes_nothing():
    rows = listed("a", "b")
    assert require_appended(MILESTONE, seen("a", "b"), rows.assign(new=None)) == seen("a", "b")


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA])
def test_an_empty_cell_is_the_same_however_it_was_read(empty):
    assert require_appended(MILESTONE, (), listed("a").assign(note=empty)) == seen("a")


def test_text_cannot_be_moved_from_one_cell_to_the_next():
    one = pd.DataFrame([{"document": "ab", "section": "c"}])
    other = pd.DataFrame([{"document": "a", "section": "bc"}])
    refusal(require_appended(ENGAGEMENT, (), one), other, ENGAGEMENT)


ENTRIES = st.lists(st.sampled_from("abcdef"), max_size=4, unique=True)


@given(ENTRIES, ENTRIES)
def test_a_list_passes_if_and_only_if_it_begins_with_the_old_one(old, new):
    day = ["2017-12-31"] * 4
    earlier = require_appended(MILESTONE, (), listed(*old, days=day))
    rows = listed(*new, days=day)
    if new[: len(old)] == old:
        assert len(require_appended(MILESTONE, earlier, rows)) == len(new)
    else:
        refusal(earlier, rows)


def test_a_record_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "registers.json"
    record = {"sites/milestones.csv": seen("a", "b"), "sites/engagement.csv": ()}
    path.write_text(record_text(record), encoding="utf-8")
    assert read_record(path) == record
    assert record_text(dict(reversed(record.items()))) == record_text(record)


def test_without_a_record_there_is_nothing_to_compare(tmp_path):
    assert read_record(tmp_path / "registers.json") == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"a": "b"}', '{"a": [1]}', '{"a": null}', "\x00"]
)
def test_a_damaged_record_is_not_taken_for_an_empty_one(tmp_path, text):
    path = tmp_path / "registers.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HistoryError, match=r"registers\.json: is no record"):
        read_record(path)


def test_a_record_that_is_no_text_is_damaged(tmp_path):
    path = tmp_path / "registers.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HistoryError):
        read_record(path)


def test_a_touched_history_is_a_broken_contract():
    assert issubclass(HistoryError, ContractError)
