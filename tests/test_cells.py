"""A table for a spreadsheet: what its bytes are, and that no cell of it is a formula."""

from assetmap.cells import csv_text


def test_text_is_quoted_numbers_are_not_and_the_encoding_is_marked():
    rows = [["Grünes Café", 12, 0.5], ['says "hi"', -3, None], ["", 0, "a,b"]]
    assert csv_text(["name", "people_count", "share"], rows) == (
        "\ufeff"
        '"name","people_count","share"\n'
        '"Grünes Café",12,0.5\n'
        '"says ""hi""",-3,""\n'
        '"",0,"a,b"\n'
    )


def test_a_cell_that_starts_like_a_formula_is_disarmed_within_its_quotes():
    assert csv_text(["a", "b"], [["=1+1", "-2"]]) == '\ufeff"a","b"\n"\'=1+1","\'-2"\n'


def test_a_break_within_a_cell_stays_within_its_quotes():
    assert csv_text(["a"], [["one\rtwo\nthree"]]) == '\ufeff"a"\n"one\rtwo\nthree"\n'


def test_a_table_without_rows_has_its_heading():
    assert csv_text(["a", "b"], []) == '\ufeff"a","b"\n'
