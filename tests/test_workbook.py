"""Workbooks as received: cells as text, and files that must not be opened."""

import io
import warnings
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from assetmap import workbook
from assetmap.errors import UnreadableFileError
from assetmap.inputs import InputFile
from assetmap.workbook import cell_text, is_workbook, read_sheets

CANARY = "Zaphod Canary"


def save(path, sheets):
    """Write a workbook of sheets, each a list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return InputFile(path)


def rewrite(source, change):
    """Write a workbook's parts anew, as ``change(parts)`` leaves them."""
    with zipfile.ZipFile(source.path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(source.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return source


def edit(part, old, new):
    def change(parts):
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new, 1)

    return change


@pytest.fixture
def source(tmp_path):
    return save(tmp_path / "book.xlsx", {"one": [["code", "name"], ["a", CANARY]]})


SHEET = "xl/worksheets/sheet1.xml"


def refusal(source):
    with pytest.raises(UnreadableFileError) as caught:
        read_sheets(source)
    assert CANARY not in str(caught.value)
    assert str(caught.value).startswith("book.xlsx")
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (3, "3"),
        (3.0, "3"),
        (-0.5, "-0.5"),
        (2.2e235, "2.2e+235"),
        (datetime(2024, 5, 1, 9, 30, 15, 600_000), "2024-05-01T09:30:16"),  # noqa: DTZ001 - Excel has no zones
        (datetime(2024, 5, 1), "2024-05-01"),  # noqa: DTZ001 - Excel has no zones
        (date(2024, 5, 1), "2024-05-01"),
        (time(9, 30), "09:30:00"),
        ("two_x000D_\nlines\u00a0here\u200b", "two\r\nlines here"),
        ("_x0041_", "_x0041_"),
        ("=1+1", "=1+1"),
    ],
)
def test_cells_as_text(cell, text):
    assert cell_text(cell) == text


def test_sheets_come_in_order_and_blank_rows_do_not_count(tmp_path):
    rows = [[None], ["b", "a "], [None, None], [1, 2.0], ["", "  "], [3]]
    found = read_sheets(save(tmp_path / "book.xlsx", {"z": rows, "empty": [], "a": [["h"]]}))
    assert list(found) == ["z", "a"]
    assert found["z"].frame.to_dict("index") == {3: {"b": "1", "a": "2"}, 5: {"b": "3", "a": ""}}
    assert (found["z"].rows_in, found["a"].rows_in) == (2, 0)
    assert list(found["a"].frame.columns) == ["h"]


def test_a_cell_beyond_the_headings_holds_its_row(tmp_path):
    [table] = read_sheets(
        save(tmp_path / "book.xlsx", {"s": [["a", "b"], [1, 2, 3], [1], ["A", "B"]]})
    ).values()
    assert table.rejects.reasons == ("wrong_field_count", "repeated_header")
    assert table.rejects.row_numbers == (2, 4)
    assert table.rows_in == 3


def test_a_stated_size_that_is_too_small_cuts_nothing_off(source):
    rewrite(source, edit(SHEET, b'ref="A1:B2"', b'ref="A1:A1"'))
    assert read_sheets(source)["one"].frame.loc[2].to_list() == ["a", CANARY]


def test_a_formula_gives_the_value_that_was_saved(source):
    def change(parts):
        cell = b'<c r="A2"><f>1+1</f><v>7</v></c>'
        start = parts[SHEET].index(b'<c r="A2"')
        end = parts[SHEET].index(b"</c>", start) + 4
        parts[SHEET] = parts[SHEET][:start] + cell + parts[SHEET][end:]

    assert read_sheets(rewrite(source, change))["one"].frame.loc[2, "code"] == "7"


def test_headings_are_not_quoted_where_two_are_the_same(tmp_path):
    path = tmp_path / "book.xlsx"
    message = refusal(save(path, {"one": [[CANARY, CANARY.lower()], [1, 2]], "two": [["a"]]}))
    assert "sheet one: columns 1 and 2 have the same heading" in message


@pytest.mark.parametrize("declared", ["<!DOCTYPE a>", '<!DOCTYPE a [<!ENTITY b "c">]>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "[Content_Types].xml", "docs/any.bin"])
def test_a_document_type_is_refused_in_any_part_and_encoding(source, part, encoding, declared):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{declared}<a/>'
    message = refusal(rewrite(source, lambda parts: parts.update({part: text.encode(encoding)})))
    assert "document type declaration" in message


def test_an_answer_that_looks_like_a_document_type_is_only_text(tmp_path):
    text = "<!DOCTYPE a [<!ENTITY b 'c'>]>"
    found = read_sheets(save(tmp_path / "book.xlsx", {"s": [["a"], [text]]}))
    assert found["s"].frame.loc[2, "a"] == text


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/styles.xml"])
@pytest.mark.parametrize("content", [b"<a", b"<a></b>", b"\x00\x01"])
def test_a_damaged_part_is_refused(source, part, content):
    message = refusal(rewrite(source, lambda parts: parts.update({part: content})))
    assert "cut short or damaged" in message


def test_a_number_that_is_none_is_not_quoted(source):
    def change(parts):
        parts[SHEET] = parts[SHEET].replace(b'<c r="A2"', f'<c r="{CANARY}"'.encode(), 1)

    assert "damaged" in refusal(rewrite(source, change))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0 old", "locked by a password"),
        (b"a,b\n1,2\n", "no Excel workbook"),
        (b"PK\x03\x04 and no more", "cut short or damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, said):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert said in refusal(InputFile(path))


def test_another_archive_is_no_workbook(tmp_path):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table.csv", "a,b\n")
    assert not is_workbook(path.read_bytes())
    assert "an archive, but no Excel workbook" in refusal(InputFile(path))


def test_a_part_outside_the_workbook_is_refused(source):
    message = refusal(rewrite(source, lambda parts: parts.update({"../evil.xml": b"<a/>"})))
    assert "leads outside it" in message


def test_a_part_that_unpacks_to_far_more_than_it_is_is_refused(source):
    message = refusal(rewrite(source, lambda parts: parts.update({"xl/a.xml": b" " * 11_000_000})))
    assert "100 times its size" in message


def test_a_row_number_in_the_millions_is_refused(source, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 50)
    message = refusal(rewrite(source, edit(SHEET, b'<row r="2"', b'<row r="999999999"')))
    assert "more than 50 rows" in message


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_COLUMNS", 3)
    message = refusal(save(tmp_path / "book.xlsx", {"s": [["a", "b", "c", "d"]]}))
    assert "3 columns" in message


def test_warnings_of_the_library_do_not_get_out(source):
    # A cell said to be a date, that is none: openpyxl's warning quotes it.
    def change(parts):
        start = parts[SHEET].index(b'<c r="A2"')
        end = parts[SHEET].index(b"</c>", start) + 4
        cell = b'<c r="A2" s="1"><v>9999999999</v></c>'
        parts[SHEET] = parts[SHEET][:start] + cell + parts[SHEET][end:]
        style = b'<xf numFmtId="14" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>'
        parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(
            b"</cellXfs>", style + b"</cellXfs>"
        )

    rewrite(source, change)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_sheets(source)
    assert not caught
    stream = io.BytesIO(source.read())
    with pytest.warns(UserWarning, match="9999999999"):
        list(openpyxl.load_workbook(stream, read_only=True)["one"].iter_rows(values_only=True))
