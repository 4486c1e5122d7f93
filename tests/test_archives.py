"""Archives: what is refused before it is unpacked, and that no header is believed."""

import gzip
import io
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from assetmap import archives
from assetmap.archives import Fault, find_fault, gunzip, read_member
from assetmap.errors import UnreadableFileError
from assetmap.inputs import InputFile, find_inputs
from assetmap.readers import Layout, read_csv

CORPUS = Path(__file__).parents[2] / "shared/bad_input/archive"
TABLE = b"code,n\n" + b"".join(b"E%08d,%d\n" % (n, n * n % 97) for n in range(2_000))


def infos(*names, **changes):
    """Return members of 10 bytes, stored, changed as told."""
    found = []
    for name in names:
        info = zipfile.ZipInfo(name)
        info.file_size = info.compress_size = 10
        for field, value in changes.items():
            setattr(info, field, value)
        found.append(info)
    return found


def what(members):
    fault = find_fault(members)
    return fault and fault.what


def test_an_archive_of_plain_members_is_unpacked():
    assert find_fault(infos("a.csv", "b/a.csv", "b/", "A b (1)..csv", "...csv")) is None
    assert find_fault([]) is None


@pytest.mark.parametrize(
    "name",
    [
        *("../a.csv", "a/../../b.csv", "/etc/a.csv", "//host/a.csv", "..\\a.csv", "\\a.csv"),
        *("C:\\a.csv", "c:a.csv", "a/.."),
    ],
)
def test_a_path_that_leads_outside_is_a_fault(name):
    assert what(infos("good.csv", name)) == "holds a path that leads outside it"


def test_a_backslash_is_a_folder_on_one_system_and_a_letter_on_another():
    assert what(infos("a\\b.csv")).startswith("holds a path with a backslash")


def test_a_link_is_a_fault():
    link = infos("a.csv", external_attr=(stat.S_IFLNK | 0o777) << 16)
    assert what(link) == "holds a link, which leads outside it"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a.csv", "a.csv"), "holds a name twice"),
        (("a.csv", "A.CSV"), "holds two names that are one where capital letters do not count"),
        (("a/b.csv", "./a/b.csv"), "holds two names that are one"),
        (("a/b.csv", "a//b.csv"), "holds two names that are one"),
        (("a", "a/"), "holds two names that are one"),
        (("Caf\u00e9.csv", "Cafe\u0301.csv"), "holds two names that are one"),
        (("stra\u00dfe.csv", "STRASSE.csv"), "holds two names that are one"),
    ],
)
def test_two_names_for_one_file_are_a_fault(names, said):
    assert what(infos(*names)).startswith(said)


@pytest.mark.parametrize(("count", "is_fault"), [(1_000, False), (1_001, True)])
def test_more_than_a_thousand_members_are_a_fault(count, is_fault):
    found = what(infos(*map(str, range(count))))
    assert found == ("unpacks to more than 1,000 files: it has 1,001" if is_fault else None)


def test_more_than_500_mb_in_all_are_a_fault():
    half = {"file_size": 250_000_000, "compress_size": 250_000_000}
    assert what(infos("a", "b", **half)) is None
    assert what(infos("a", "b", "c", **half)) == "unpacks to more than 500 MB"


@pytest.mark.parametrize(
    ("unpacked", "packed", "is_fault"),
    [(10_000_001, 100_000, True), (10_000_001, 100_001, False), (10_000_000, 10, False)],
)
def test_a_large_member_packed_tighter_than_a_hundredth_is_a_fault(unpacked, packed, is_fault):
    filler = infos("b", file_size=9_000_000, compress_size=9_000_000)
    members = infos("a", file_size=unpacked, compress_size=packed) + filler
    said = "holds a member that unpacks to more than 100 times its size"
    assert what(members) == (said if is_fault else None)


@pytest.mark.parametrize(("packed", "is_fault"), [(9, True), (10, False)])
def test_the_whole_packed_tighter_than_a_hundredth_is_a_fault(packed, is_fault):
    found = what(infos("a", file_size=1_000, compress_size=packed))
    assert found == ("unpacks to more than 100 times its size" if is_fault else None)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 99])
def test_a_way_of_packing_that_cannot_be_unpacked_in_pieces_is_a_fault(method):
    assert what(infos("a.csv", compress_type=method)) == "is packed in a way that is not read"


# A header that lies


def packed(content, **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        archive.writestr("a.csv", content)
    return bytearray(stream.getvalue())


def lie(archive, size):
    """Have both headers state another size than the member has."""
    archive[22:26] = struct.pack("<L", size)
    place = archive.index(b"PK\x01\x02") + 24
    archive[place : place + 4] = struct.pack("<L", size)
    return bytes(archive)


@pytest.mark.parametrize("size", [0, 7, len(TABLE) - 1, len(TABLE) + 1, 10**5])
def test_a_member_that_is_not_as_long_as_it_states_is_refused(tmp_path, size):
    path = tmp_path / "a.zip"
    path.write_bytes(lie(packed(TABLE), size))
    (source,) = find_inputs(tmp_path, "*.csv")
    with pytest.raises(UnreadableFileError, match=r"^a\.zip/a\.csv: it is damaged or locked"):
        source.read()


def test_a_member_that_states_its_size_is_read_whole(tmp_path):
    (tmp_path / "a.zip").write_bytes(lie(packed(TABLE), len(TABLE)))
    (source,) = find_inputs(tmp_path, "*.csv")
    assert source.read() == TABLE


def test_a_bomb_that_states_ten_bytes_does_not_fill_the_memory():
    bomb = lie(packed(bytes(200_000_000)), 10)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        tracemalloc.start()
        with pytest.raises(archives.DAMAGED):
            read_member(archive, archive.infolist()[0])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20_000_000


def test_an_archive_within_an_archive_is_not_opened(tmp_path):
    for inner, name in ((bytes(packed(TABLE)), "b.csv"), (gzip.compress(TABLE), "c.csv")):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(name, inner)
        (source,) = find_inputs(tmp_path, "*.csv")
        with pytest.raises(UnreadableFileError, match=rf"^a\.zip/{name}: it is an? .*archive"):
            read_csv(source, Layout())


# gzip


def test_what_gzip_packed_is_read_whatever_its_name(tmp_path):
    for name in ("a.csv.gz", "a.csv"):
        (tmp_path / name).write_bytes(gzip.compress(TABLE))
        table = read_csv(InputFile(tmp_path / name), Layout())
        assert (table.rows_in, len(table.frame)) == (2_000, 2_000)


def test_several_gzip_files_in_a_row_are_one():
    assert gunzip(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n")) == b"a,b\n1,2\n"


def test_gzip_that_is_cut_short_anywhere_is_refused_and_no_row_of_it_read(tmp_path):
    whole = gzip.compress(TABLE)
    for kept in (2, 5, 11, len(whole) // 2, len(whole) - 8, len(whole) - 1):
        path = tmp_path / "a.csv.gz"
        path.write_bytes(whole[:kept])
        with pytest.raises(UnreadableFileError) as caught:
            read_csv(InputFile(path), Layout())
        assert str(caught.value) == (
            "a.csv.gz: the gzip file is cut short. Download it again; nothing of this file was "
            "loaded."
        )


def test_gzip_with_a_wrong_checksum_or_something_behind_it_is_damaged():
    whole = gzip.compress(TABLE)
    damaged = Fault("the gzip file is damaged", "Download it again")
    assert gunzip(whole[:-8] + bytes(4) + whole[-4:]) == damaged
    assert gunzip(whole + b"more") == damaged
    assert gunzip(whole[:50] + b"\xff" * 20 + whole[70:]) == damaged


def test_gzip_is_unpacked_no_further_than_a_hundred_times_its_size(monkeypatch):
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    fault = gunzip(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert fault.what == "the gzip file unpacks to more than 500 MB or 100 times its size"
    assert peak < 40_000_000
    monkeypatch.setattr(archives, "MAX_UNPACKED", len(TABLE) - 1)
    assert gunzip(gzip.compress(TABLE)).what.startswith("the gzip file unpacks to more than")


def test_gzip_within_gzip_is_not_opened(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(gzip.compress(TABLE)))
    with pytest.raises(UnreadableFileError, match="it is a workbook, archive or database"):
        read_csv(InputFile(path), Layout())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/bad_input is absent: NOT tested")
def test_the_truncated_gzip_of_the_corpus_is_said_to_be_cut_short():
    with pytest.raises(UnreadableFileError, match="the gzip file is cut short"):
        read_csv(InputFile(CORPUS / "gzip_truncated.csv.gz"), Layout())
