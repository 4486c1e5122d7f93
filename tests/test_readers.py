"""Reading delimited text and archives: nothing lost, nothing guessed."""

import codecs
import csv
import io
import random
import stat
import struct
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from assetmap import archives, readers
from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.inputs import InputFile, find_inputs, hash_file, require_inputs
from assetmap.quarantine import REASONS
from assetmap.readers import Layout, decode, read_csv

PLAIN = Layout()
NOMIS = Layout(heading_cell="mnemonic")
COLUMNS = ["id", "place", "n"]
FILLER = random.Random(1).randbytes(600)  # noqa: S311 - bytes that do not compress


def read(folder, content, layout=PLAIN, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(InputFile(path), layout)


def refusal(folder, content, layout=PLAIN):
    with pytest.raises(UnreadableFileError) as caught:
        read(folder, content, layout)
    return str(caught.value)


def rows(table):
    return table.frame.to_numpy().tolist()


def held(table):
    return dict(zip(table.rejects.row_numbers, table.rejects.reasons, strict=True))


# Encodings


TEXT = "id,place,n\n1,Café Łódź,5\n2,Perú,6\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 BOM", "utf-16-le", "utf-16-be"],
)
def test_a_unicode_file_is_read_in_its_own_encoding_and_its_mark_is_no_heading(tmp_path, content):
    table = read(tmp_path, content)
    assert table.frame.columns.tolist() == COLUMNS
    assert rows(table) == [["1", "Café Łódź", "5"], ["2", "Perú", "6"]]
    assert table.notes == ()


def test_a_windows_file_is_read_as_such_and_says_so(tmp_path):
    table = read(tmp_path, "id,place,n\n1,Côte d\u2019Ivoire \u2013 £5,5\n".encode("cp1252"))
    assert rows(table) == [["1", "Côte d\u2019Ivoire \u2013 £5", "5"]]
    assert table.notes == ("read as Windows-1252",)


def test_a_byte_that_windows_1252_does_not_have_is_held_not_replaced(tmp_path):
    table = read(tmp_path, b"id,place,n\n1,caf\xe9,5\n2,\x81\x8d,6\n3,x,7\n")
    assert rows(table) == [["1", "café", "5"], ["3", "x", "7"]]
    assert held(table) == {3: "bad_encoding"}
    assert table.rows_in == 3


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_lines_in_another_encoding_are_held_and_counted(tmp_path, mark):
    content = mark + "id,place,n\n1,Perú,5\n".encode() + "2,Perú,6\n".encode("cp1252") + b"3,x,7\n"
    table = read(tmp_path, content)
    assert rows(table) == [["1", "Perú", "5"], ["3", "x", "7"]]
    assert held(table) == {3: "bad_encoding"}
    assert table.rows_in == 3
    assert table.notes == ("lines in two encodings",)


def test_a_byte_order_mark_rules_out_windows_1252_for_the_whole_file(tmp_path):
    table = read(tmp_path, codecs.BOM_UTF8 + b"id,place,n\n1,caf\xe9,5\n2,x,6\n")
    assert rows(table) == [["2", "x", "6"]]
    assert held(table) == {2: "bad_encoding"}


def test_a_garbled_line_inside_a_quoted_cell_takes_its_whole_row_and_no_other(tmp_path):
    garbled = b'id,place,n\n1,"Per\xc3\xba\nPer\xfa\nPer\xc3\xba",5\n2,x,6\n'
    table = read(tmp_path, garbled)
    assert rows(table) == [["2", "x", "6"]]
    assert held(table) == {2: "bad_encoding"}
    assert table.rows_in == 2


def test_a_garbled_heading_refuses_the_file(tmp_path):
    message = refusal(tmp_path, b"id,pla\xe7e,n\n1,Per\xc3\xba,5\n2,x,6\n")
    assert message.startswith("t.csv: its heading is not in one encoding. Save it as UTF-8")


def test_garbled_footnotes_are_no_rows(tmp_path):
    content = b'"Title Per\xfa"\n\nname,mnemonic,n\nPer\xc3\xba,E1,1\nB,E2,2\n\n"","\xa9 ONS"\n'
    table = read(tmp_path, content, NOMIS)
    assert rows(table) == [["Perú", "E1", "1"], ["B", "E2", "2"]]
    assert (table.rows_in, len(table.rejects)) == (2, 0)


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_utf16_that_is_cut_within_a_character_is_refused(tmp_path, cut):
    content = codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")
    assert "UTF-16 text is cut short" in refusal(tmp_path, content[:-cut])


def test_invisible_characters_go_and_hard_spaces_become_spaces(tmp_path):
    table = read(tmp_path, "id,place,n\n1,b66\u200b1aa,5\u00a0\n\ufeff2,x\u00a0y,6\n")
    assert rows(table) == [["1", "b661aa", "5 "], ["2", "x y", "6"]]


def test_decode_numbers_the_lines_that_are_in_another_encoding():
    text, bad, notes = decode("é\n".encode() + b"\xe9\r\nx\r\xe8", "t.csv")
    assert text.splitlines()[::2] == ["é", "x"]
    assert bad == {2, 4}
    assert notes == ("lines in two encodings",)


# Shape


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_heading(tmp_path, delimiter):
    lines = ["id,place,n", "1,x;y|z: w,5"] if delimiter == "," else ["id,place,n", "1,x,5"]
    table = read(tmp_path, "\n".join(lines).replace(",", delimiter))
    assert table.frame.columns.tolist() == COLUMNS
    assert table.rows_in == 1


def test_punctuation_in_quoted_headings_is_no_delimiter(tmp_path):
    table = read(tmp_path, '"a, b, c";"d, e";n\n1;2;3\n')
    assert table.frame.columns.tolist() == ["a, b, c", "d, e", "n"]


def test_a_title_with_semicolons_does_not_decide_the_delimiter(tmp_path):
    table = read(tmp_path, "Cars; vans; all\n\nname,mnemonic,n\nA,E1,1\n", NOMIS)
    assert rows(table) == [["A", "E1", "1"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_is_read_with_or_without_the_last(tmp_path, end, last):
    text = end.join(["id,place,n", "1,x,5", "2,y,6"]) + end * last
    assert rows(read(tmp_path, text)) == [["1", "x", "5"], ["2", "y", "6"]]


def test_quotes_hold_newlines_quotes_and_delimiters(tmp_path):
    table = read(tmp_path, 'id,place,n\n1,"a\nb, ""c""",5\n2,y,6\n')
    assert rows(table) == [["1", 'a\nb, "c"', "5"], ["2", "y", "6"]]
    assert table.frame.index.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("content", "line"),
    [('id,place,n\n1,x,5\n2,"y,6\n3,z,7\n', 4), ('id,place,n\n1,"x"y,5\n2,z,6\n', 2)],
    ids=["left open", "text after it"],
)
def test_a_broken_quote_refuses_the_file_and_names_the_line(tmp_path, content, line):
    message = refusal(tmp_path, content)
    assert message.startswith(f"t.csv: a quote is left open or broken near line {line} (")
    assert message.endswith("Mend the quote; nothing of this file was loaded.")


def test_row_numbers_count_the_heading_as_row_one_and_blank_lines_too(tmp_path):
    table = read(tmp_path, "id,place,n\n\n1,x,5\n,,\n  , ,\n2,y,6\n\n")
    assert table.frame.index.tolist() == [3, 6]
    assert table.frame.index.name == "row_number"
    assert (table.rows_in, len(table.rejects)) == (2, 0)


def test_headings_lose_repeated_and_outer_spaces(tmp_path):
    table = read(tmp_path, " id ,the   place,\u00a0n\n1,x,5\n")
    assert table.frame.columns.tolist() == ["id", "the place", "n"]


def test_a_file_without_heading_gets_its_layouts_and_starts_at_row_one(tmp_path):
    table = read(tmp_path, "1,x,5\n2,y,6\n", Layout(header=("id", "place", "n")))
    assert table.frame.columns.tolist() == COLUMNS
    assert table.frame.index.tolist() == [1, 2]


def test_a_cell_that_reads_as_missing_elsewhere_stays_text(tmp_path):
    assert rows(read(tmp_path, "id,place,n\nNA,null,nan\n")) == [["NA", "null", "nan"]]


# Rows that are held


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3,z", "wrong_field_count"),
        ("3,z,7,8", "wrong_field_count"),
        ("id,place,n", "repeated_header"),
        (" ID ,Place,N", "repeated_header"),
        ("Total,,11", "totals_row"),
        ("grand total:,,11", "totals_row"),
        (",Column Total,11", "totals_row"),
        (",,TOTALS", "totals_row"),
        ("3," + "z" * 200_000 + ",7", "field_too_long"),
    ],
)
def test_a_row_that_is_none_of_the_tables_is_held_and_counted(tmp_path, row, reason):
    table = read(tmp_path, f"id,place,n\n1,x,5\n{row}\n2,y,6\n")
    assert rows(table) == [["1", "x", "5"], ["2", "y", "6"]]
    assert held(table) == {3: reason}
    assert table.rejects.columns == ("",)
    assert table.rows_in == 3
    assert reason in REASONS


@pytest.mark.parametrize(
    "row", ["3,Totalis,7", "3,the total,7", "id,place,7", "3,z," + "7" * readers.MAX_FIELD]
)
def test_a_row_that_only_looks_like_those_is_kept(tmp_path, row):
    table = read(tmp_path, f"id,place,n\n1,x,5\n{row}\n")
    assert rows(table)[1] == row.split(",")
    assert len(table.rejects) == 0


def test_a_total_in_a_later_column_is_a_value(tmp_path):
    table = read(tmp_path, "id,place,n,kind\n1,x,5,Total\n")
    assert (len(table.frame), len(table.rejects)) == (1, 0)


def test_a_file_of_which_every_row_is_held_is_counted_not_refused(tmp_path):
    table = read(tmp_path, "id,place,n\n1,x\n2\n")
    assert (len(table.frame), len(table.rejects), table.rows_in) == (0, 2, 2)
    assert table.frame.columns.tolist() == COLUMNS


# Files that are refused


@pytest.mark.parametrize(
    ("content", "what", "do"),
    [
        (b"", "the file is empty", "Download it again"),
        (b" \r\n" * 400, "the file is empty", "Download it again"),
        (codecs.BOM_UTF8, "the file is empty", "Download it again"),
        (b"id,place,n\n", "it has a heading and no rows", "Download it again"),
        (b"id,place,n\n\n,,\n", "it has a heading and no rows", "Download it again"),
        (b",,\n,,\n", "the file holds no rows", "Download it again"),
        (b"\n <!DOCTYPE html><p>502", "it is a web page or XML", "Download the data file itself"),
        (b"<?xml version='1.0'?><a/>", "it is a web page or XML", "Download the data file itself"),
        (b"PK\x03\x04\x14\x00", "it is a workbook, archive or database", "Save it as CSV"),
        (b"\x1f\x8b\x08\x00id,n\n1,2\n", "the gzip file is cut short", "Download it again"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is a workbook, archive", "Save it as CSV"),
        (b"SQLite format 3\x00" + bytes(99), "it is a workbook, archive", "Save it as CSV"),
        (b"id,n\n1," + bytes(5), "it holds binary data", "Save it as CSV"),
        (b"id,n\n" + b"1,2\n" * 5_000 + b"\x00\n", "it holds binary data", "Save it as CSV"),
        (b"id,place,ID\n1,2,3\n", "columns 1 and 3 have the same heading", "Rename or remove one"),
        (b"id,,n\n1,2,3\n", "column 2 has no heading", "Give every column its heading"),
        (b"id,n, \n1,2,3\n", "column 3 has no heading", "Give every column its heading"),
    ],
)
def test_a_refusal_says_where_what_and_what_to_do(tmp_path, content, what, do):
    message = refusal(tmp_path, content)
    assert message.startswith(f"t.csv: {what}")
    assert message.endswith(f". {do}; nothing of this file was loaded.")


def test_a_refusal_of_the_heading_shows_nothing_of_it(tmp_path):
    # In a file that comes without a heading, its first row is somebody's answers.
    assert "CANARY" not in refusal(tmp_path, "CANARY,CANARY\n1,2\n")


def test_a_file_without_the_right_to_read_it_says_so(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "t.csv"
    path.write_text("id,n\n1,2\n")
    expected = rf"{path}: no right to read it\. Give this user the right to read it\."
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    for act in (
        lambda: InputFile(path).read(),
        lambda: hash_file(path),
        lambda: find_inputs(tmp_path, "*"),
    ):
        with pytest.raises(StorageError, match=expected):
            act()


# Nomis query downloads


QUERY = """
"TS045 - Car or van availability"
"ONS Crown Copyright Reserved [from Nomis on 18 April 2025]"
"Date       :","2021"

"2021 output area","mnemonic","Total","None"

"E00045077","E00045077",114,10
"","E00045078",152,15
{more}
"","In order to protect against disclosure of personal information, records"
"","have been swapped."
"",""
"""


def test_a_query_loses_its_preamble_and_footnotes_but_no_row(tmp_path):
    table = read(tmp_path, QUERY.format(more=""), NOMIS)
    assert table.frame.columns.tolist() == ["2021 output area", "mnemonic", "Total", "None"]
    assert rows(table) == [
        ["E00045077", "E00045077", "114", "10"],
        ["", "E00045078", "152", "15"],
    ]
    assert table.frame.index.tolist() == [8, 9]
    assert table.rows_in == 2
    assert table.notes == ("preamble and footnotes left out",)


def test_a_short_row_among_the_rows_of_a_query_is_held_not_taken_for_a_footnote(tmp_path):
    more = '"E00045079"\n"E00045080","E00045080",1,2\n"E00045081"\n'
    table = read(tmp_path, QUERY.format(more=more), NOMIS)
    assert held(table) == {10: "wrong_field_count", 12: "wrong_field_count"}
    assert (table.rows_in, len(table.frame)) == (5, 3)


def test_the_totals_of_a_query_are_held(tmp_path):
    table = read(tmp_path, QUERY.format(more='Column Total,,"1,204",\n'), NOMIS)
    assert held(table) == {10: "totals_row"}


def test_a_bulk_file_under_the_same_layout_keeps_its_first_row_as_heading(tmp_path):
    table = read(tmp_path, "date,geography,geography code,n\n2021,A,E1,5\n", NOMIS)
    assert table.frame.columns.tolist() == ["date", "geography", "geography code", "n"]
    assert table.notes == ()


# Archives


def make_zip(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def names(inputs):
    return [source.member for source in inputs]


def test_members_are_picked_by_pattern_whatever_their_case_or_folder(tmp_path):
    members = [
        ("bulk/Census2021-TS001-LSOA.CSV", "a,b\n1,2\n"),
        ("bulk/census2021-ts001-msoa.csv", "a,b\n1,2\n"),
        ("metadata/lsoa.txt", "notes"),
        ("__MACOSX/bulk/._Census2021-TS001-LSOA.CSV", b"\x00\x05"),
        ("bulk/README-lsoa.csv", "notes"),
        ("bulk-lsoa.csv/", ""),
    ]
    make_zip(tmp_path / "ts001.zip", members)
    (source,) = find_inputs(tmp_path, "*lsoa*.csv")
    assert source.member == "bulk/Census2021-TS001-LSOA.CSV"
    assert source.name == "ts001.zip/Census2021-TS001-LSOA.CSV"
    assert rows(read_csv(source, PLAIN)) == [["1", "2"]]


def test_every_matching_member_is_read_in_name_order(tmp_path):
    make_zip(tmp_path / "a.zip", [("b.csv", "x"), ("a.csv", "x"), ("c.txt", "x")])
    assert names(find_inputs(tmp_path, "*.csv")) == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/evil.csv",
        "//host/evil.csv",
        "..\\..\\evil.csv",
        "\\evil.csv",
        "C:\\evil.csv",
        "c:evil.csv",
    ],
)
def test_a_path_that_leads_outside_refuses_the_archive(tmp_path, name):
    make_zip(tmp_path / "a.zip", [("good.csv", "a,b\n1,2\n"), (name, "x")])
    with pytest.raises(UnreadableFileError, match=r"a\.zip: the archive holds a path that leads"):
        find_inputs(tmp_path, "*.csv")


def test_a_link_refuses_the_archive(tmp_path):
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    make_zip(tmp_path / "a.zip", [(link, "/etc/passwd")])
    with pytest.raises(UnreadableFileError, match="leads outside it"):
        find_inputs(tmp_path, "*.csv")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_refuses_the_archive(tmp_path):
    make_zip(tmp_path / "a.zip", [("a.csv", "a,b\n1,2\n"), ("a.csv", "a,b\n3,4\n")])
    with pytest.raises(UnreadableFileError, match="holds a name twice"):
        find_inputs(tmp_path, "*.csv")


def test_a_member_that_unpacks_to_far_more_than_it_is_refuses_the_archive(tmp_path):
    make_zip(tmp_path / "a.zip", [("a.csv", bytes(11_000_000))])
    with pytest.raises(UnreadableFileError, match="more than 100 times its size"):
        find_inputs(tmp_path, "*.csv")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1_000)
    make_zip(tmp_path / "a.zip", [("a.csv", FILLER), ("b.csv", FILLER)])
    with pytest.raises(UnreadableFileError, match="the archive unpacks to more than"):
        find_inputs(tmp_path, "*.csv")


@pytest.mark.parametrize(("count", "is_refused"), [(1_000, False), (1_001, True)])
def test_an_archive_of_too_many_members_is_refused(tmp_path, count, is_refused):
    make_zip(tmp_path / "a.zip", [(f"{n}.csv", "") for n in range(count)])
    if is_refused:
        with pytest.raises(UnreadableFileError, match="more than 1,000 files"):
            find_inputs(tmp_path, "*.csv")
    else:
        assert len(find_inputs(tmp_path, "*.csv")) == count


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.99])
def test_an_archive_that_is_cut_short_is_refused(tmp_path, kept):
    path = make_zip(tmp_path / "a.zip", [("a.csv", "a,b\n1,2\n" * 50)])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(UnreadableFileError, match="the archive is cut short or damaged"):
        find_inputs(tmp_path, "*.csv")


def test_an_archive_without_a_member_that_counts_says_which_pattern_it_lacks(tmp_path):
    make_zip(tmp_path / "a.zip", [("a.txt", "x")])
    with pytest.raises(
        UnreadableFileError, match=r"no member of the archive matches \*lsoa\*\.csv"
    ):
        find_inputs(tmp_path, "*lsoa*.csv")


@pytest.mark.parametrize("name", [".", "./"])
def test_a_member_that_is_the_folder_itself_is_left_out(tmp_path, name):
    make_zip(tmp_path / "a.zip", [("a.csv", "a,b\n1,2\n"), (name, "")])
    assert names(find_inputs(tmp_path, "*")) == ["a.csv"]


def test_a_workbook_named_csv_is_refused_as_a_workbook(tmp_path):
    make_zip(tmp_path / "t.csv", [("[Content_Types].xml", "<Types/>"), ("xl/data.csv", "a,b")])
    (source,) = find_inputs(tmp_path, "*.csv")
    with pytest.raises(UnreadableFileError, match="it is a workbook, archive or database"):
        read_csv(source, PLAIN)


def damage_content(path):
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)


def set_flag(path):
    # Bit 0 of the general purpose flags, in the local and in the central header: encrypted.
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        content[place : place + 2] = struct.pack("<H", 1)
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [damage_content, set_flag])
def test_a_member_that_is_damaged_or_locked_is_refused(tmp_path, spoil):
    path = make_zip(tmp_path / "a.zip", [("a.csv", "a,b\n" + FILLER.hex("\n"))])
    spoil(path)
    (source,) = find_inputs(tmp_path, "*.csv")
    with pytest.raises(UnreadableFileError, match=r"^a\.zip/a\.csv: it is damaged or locked"):
        source.read()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_spoiled_archive_is_read_or_refused_never_a_crash(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("spoiled")
    path = make_zip(
        folder / "a.zip", [("a.csv", "a,b\n1,2\n"), ("b/c.csv", "a,b\n" + "3,4\n" * 30)]
    )
    content = bytearray(path.read_bytes())
    places = st.integers(4, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        tables = [read_csv(source, PLAIN) for source in find_inputs(folder, "*.csv")]
    except UnreadableFileError:
        return  # its message is the business of the tests above
    assert {table.rows_in for table in tables} <= {1, 30}


# Folders


def test_a_full_file_pushes_the_starter_aside(tmp_path):
    for name in ("imd_starter.csv", "imd.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    (source,) = find_inputs(tmp_path, "*.csv")
    assert (source.path.name, source.is_starter) == ("imd.csv", False)


def test_a_starter_alone_is_read_and_known_as_one(tmp_path):
    (tmp_path / "imd_starter.csv").write_text("a,b\n1,2\n")
    (source,) = find_inputs(tmp_path, "*.csv")
    assert source.is_starter


def test_notes_and_unfinished_downloads_are_no_data(tmp_path):
    for name in ("README.md", "LICENCE", "License.txt", "x.toml", ".hidden", "x.csv.part", "b.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    (tmp_path / "folder.csv").mkdir()
    assert [source.path.name for source in find_inputs(tmp_path, "*.csv")] == ["b.csv"]


def test_files_come_in_name_order(tmp_path):
    for name in ("c.csv", "a.csv", "b.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    assert [s.name for s in find_inputs(tmp_path, "*.csv")] == ["a.csv", "b.csv", "c.csv"]


def test_a_folder_that_is_absent_says_how_to_fill_it(tmp_path):
    folder = tmp_path / "imd_2019"
    assert find_inputs(folder, "*.csv") == []
    with pytest.raises(MissingInputError) as caught:
        require_inputs("imd_2019", folder, "*.csv", "Download it.")
    assert str(caught.value) == f"imd_2019: {folder} is missing. Download it."


def test_a_folder_with_a_readme_only_holds_no_data(tmp_path):
    (tmp_path / "README.md").write_text("nothing yet")
    with pytest.raises(MissingInputError, match=rf"{tmp_path} holds no data file\. Download it"):
        require_inputs("imd_2019", tmp_path, "*.csv", "Download it.")


# Properties


ALPHABET = st.characters(
    blacklist_categories=("Cs", "Cc"), blacklist_characters="\u00a0\u200b\ufeff"
) | st.sampled_from('\n",;\t\r')
CELLS = st.text(ALPHABET, max_size=12)
WINDOWS_CELLS = st.text(st.sampled_from('abcXYZ 019é£\u2013\n",;\t'), max_size=12)


def write_table(body, delimiter, encoding, line_end):
    stream = io.StringIO(newline="")
    # csv leaves a lone carriage return bare unless it is told to quote.
    is_bare = not any("\r" in cell for row in body for cell in row)
    quoting = csv.QUOTE_MINIMAL if is_bare else csv.QUOTE_ALL
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([COLUMNS, *body])
    return stream.getvalue().encode(encoding)


def is_utf8_only(line):
    try:
        return not line.decode().isascii()
    except UnicodeDecodeError:
        return False


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
def test_what_was_written_comes_back(tmp_path_factory, encoding, delimiter, line_end, data):
    cells = WINDOWS_CELLS if encoding == "cp1252" else CELLS
    pairs = data.draw(st.lists(st.tuples(cells, cells), min_size=1, max_size=15))
    body = [[f"r{number}", *pair] for number, pair in enumerate(pairs)]
    content = write_table(body, delimiter, encoding, line_end)
    # A line of Windows-1252 that happens to be UTF-8 too cannot be told from it.
    assume(encoding != "cp1252" or not any(map(is_utf8_only, content.splitlines())))
    table = read(tmp_path_factory.mktemp("table"), content)
    totals = [row for row in body if any(c.strip().lower() == "total" for c in row)]
    assert rows(table) == [row for row in body if row not in totals]
    assert table.rows_in == len(body) == len(table.frame) + len(table.rejects)


LINES = st.sampled_from(
    [
        "1,x,5",
        "2,Perú,6",
        "id,place,n",
        "Total,,9",
        "3,short",
        "4,too,many,cells",
        "",
        ",,",
        '5,"two\nlines",7',
        "6," + "x" * 4_097 + ",8",
    ]
)


@settings(max_examples=200, deadline=None)
@example(lines=[("2,Perú,6", "utf-8"), ("2,Perú,6", "cp1252")])
@given(lines=st.lists(st.tuples(LINES, st.sampled_from(["utf-8", "cp1252"])), min_size=1))
def test_every_row_is_loaded_or_held(tmp_path_factory, lines):
    content = b"".join(line.encode(encoding) + b"\n" for line, encoding in lines)
    count = sum(line not in ("", ",,") for line, _ in lines)
    folder = tmp_path_factory.mktemp("rows")
    if count == 0:
        refusal(folder, b"id,place,n\n" + content)
        return
    table = read(folder, b"id,place,n\n" + content)
    assert table.rows_in == count == len(table.frame) + len(table.rejects)
    numbers = [*table.frame.index, *table.rejects.row_numbers]
    assert max(Counter(numbers).values()) == 1
    assert set(numbers) <= set(range(2, len(lines) + 2))
