"""The list of erasures: pseudonyms only, never emptied by mistake, never half-written."""

from datetime import date

import pytest

from assetmap.errors import ConfigError
from assetmap.survey.erasure import add_erasures, read_erasures
from assetmap.survey.pseudonyms import pseudonym

KEY = bytes(range(32))
TODAY = date(2026, 11, 22)


def test_a_number_is_listed_by_its_pseudonym_alone(tmp_path):
    assert add_erasures(tmp_path, ["k7m 2qx", "uuid:7F9C-11"], KEY, TODAY) == 2
    expected = {pseudonym(KEY, "K7M2QX"), pseudonym(KEY, "7F9C11")}
    assert read_erasures(tmp_path) == expected
    text = (tmp_path / "survey/erasures/erasures.csv").read_text()
    assert "K7M" not in text.upper().replace(" ", "").replace("P_", "")
    assert text.splitlines()[0] == "pseudonym,added_on"
    assert all(line.endswith(",2026-11-22") for line in text.splitlines()[1:])


def test_the_same_number_twice_is_listed_once(tmp_path):
    add_erasures(tmp_path, ["K7M2QX"], KEY, TODAY)
    assert add_erasures(tmp_path, ["K7M2QX", pseudonym(KEY, "K7M2QX")], KEY, TODAY) == 0
    assert len(read_erasures(tmp_path)) == 1


def test_every_list_in_the_folder_counts(tmp_path):
    add_erasures(tmp_path, ["K7M2QX"], KEY, TODAY)
    other = tmp_path / "survey/erasures/older.csv"
    other.write_text(f"pseudonym,added_on\n{pseudonym(KEY, 'ABCDEF')},2026-01-01\n")
    assert len(read_erasures(tmp_path)) == 2


@pytest.mark.parametrize("content", ["pseudonym\nK7M2QX\n", "number\np_x\n", "pseudonym\np_1\n"])
def test_a_list_that_cannot_be_read_stops_the_build_rather_than_forgets(tmp_path, content):
    folder = tmp_path / "survey/erasures"
    folder.mkdir(parents=True)
    (folder / "erasures.csv").write_text(content)
    with pytest.raises(ConfigError, match="hold no pseudonym") as caught:
        read_erasures(tmp_path)
    assert "K7M2QX" not in str(caught.value)


def test_an_empty_number_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="one of the numbers is empty"):
        add_erasures(tmp_path, ["K7M2QX", " - "], KEY, TODAY)
    assert read_erasures(tmp_path) == frozenset()
