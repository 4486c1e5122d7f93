"""Tables of the census: a file of another census has the same columns, but not the same year."""

import shutil
from pathlib import Path

import pytest

from assetmap.dataset import load
from assetmap.datasets import find_datasets, get_dataset
from assetmap.errors import UnreadableFileError

STAND_INS = Path(__file__).parent / "data/raw"
CENSUS = sorted(name for name in find_datasets() if name.startswith("census_2021"))


@pytest.fixture
def copied(tmp_path):
    """Return what copies the stand-in of a table, with some text of it changed."""

    def copy(name, old, new, count=-1):
        folder = Path(shutil.copytree(STAND_INS / name, tmp_path / name))
        (path,) = folder.glob("*.csv")
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, count), "utf-8")
        return path

    return copy


@pytest.mark.parametrize("name", CENSUS)
def test_every_table_of_another_census_is_refused(copied, tmp_path, name):
    path = copied(name, "\n2021,", "\n2011,")
    rows = len(path.read_text("utf-8").splitlines()) - 1
    with pytest.raises(UnreadableFileError) as caught:
        load(get_dataset(name), tmp_path, max_held_share=1)
    assert str(caught.value) == (
        f"{name}: {path.name}: its column date says another year than 2021 in {rows} of {rows} "
        "rows, e.g. '2011'. Download the table of the census of 2021; nothing of this file was "
        "loaded."
    )


def test_one_row_of_another_year_is_enough_however_the_heading_is_written(copied, tmp_path):
    path = copied("census_2021_ts001", "\n2021,", "\n 2011 ,", 1)
    path.write_text(path.read_text("utf-8").replace("date,", "Date,", 1), "utf-8")
    with pytest.raises(UnreadableFileError, match=r"its column Date says .* in 1 of 3 rows"):
        load(get_dataset("census_2021_ts001"), tmp_path, max_held_share=1)


@pytest.mark.parametrize("written", ["2021", " 2021 ", "21 March 2021", "2021-03-21", ""])
def test_a_date_of_2021_and_none_are_read(copied, tmp_path, written):
    copied("census_2021_ts001", "\n2021,", f"\n{written},")
    assert len(load(get_dataset("census_2021_ts001"), tmp_path, max_held_share=0).table) == 3


def test_a_file_without_the_column_is_read(copied, tmp_path):
    path = copied("census_2021_ts001", "\n2021,", "\n")
    path.write_text(path.read_text("utf-8").replace("date,", "", 1), "utf-8")
    assert len(load(get_dataset("census_2021_ts001"), tmp_path, max_held_share=0).table) == 3
