"""Guards on area codes, in real runs over altered copies of the starter set."""

import shutil

import pytest

from assetmap.errors import ConfigError, MixedVintageError, UnknownAreaError
from assetmap.pipeline import run_build
from assetmap.settings import read_settings

IMD = "imd_2019/File_7_IoD2019_starter.csv"
CENSUS = "census_2021_ts001/census2021-ts001-lsoa_starter.csv"
EXACT_FIT = "lookup_lsoa11_lsoa21/LSOA11_LSOA21_LAD22_exact_fit_starter.csv"


@pytest.fixture
def copied(raw, tmp_path):
    return shutil.copytree(raw, tmp_path / "raw")


def alter(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def refusal(folder, error):
    settings = read_settings(folder, folder.parent / "out")
    with pytest.raises(error) as caught:
        run_build(settings)
    assert not settings.public.exists()
    return str(caught.value)


def split_area(folder):
    """Return an LSOA of 2011 that was split, and one of 2021 that it became."""
    lines = (folder / EXACT_FIT).read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    old = {row[0] for row in rows}
    return next((row[0], row[2]) for row in rows if row[4] == "S" and row[2] not in old)


def test_a_ward_of_another_year_is_refused(copied):
    alter(copied / "study_area.toml", '"E05001193",', '"E05011151",')
    assert refusal(copied, UnknownAreaError) == (
        f"{copied / 'study_area.toml'}: wards has 1 of 3 codes that are not wards in force in "
        "2017, e.g. 'E05011151'. Wards were redrawn in 2018 and some kept their names under new "
        "codes. Use codes of the 16 wards in lookup_lsoa11_ward17 (such as E05001179 Aston, "
        "E05001185 Edgbaston, E05001188 Handsworth Wood), or put the full lookup into its folder."
    )


def test_a_study_area_with_the_id_of_a_site_is_refused(copied):
    alter(copied / "study_area.toml", 'id = "greater_icknield"', 'id = "city-hospital"')
    assert refusal(copied, ConfigError) == (
        f"{copied / 'study_area.toml'}: id is 'city-hospital', which is also the id of a site in "
        "master_plan_sites, so that figures of the two could not be told apart. Give the area "
        "another id."
    )


def test_a_code_of_2021_in_a_table_of_2011_is_refused(copied):
    old, new = split_area(copied)
    alter(copied / IMD, f"{old},", f"{new},")
    assert refusal(copied, MixedVintageError) == (
        "stg_imd_2019 holds 1 LSOA codes of 2021 where it needs those of 2011, e.g. "
        f"{new!r}. Use the edition of the file for the LSOAs of 2011; the two meet only through "
        "lookup_lsoa11_lsoa21."
    )


def test_a_code_of_2011_in_a_table_of_2021_is_refused(copied):
    old, new = split_area(copied)
    alter(copied / CENSUS, f",{new},", f",{old},")
    text = refusal(copied, MixedVintageError)
    assert text.startswith(
        "stg_census_2021_ts001 holds 1 LSOA codes of 2011 where it needs those of 2021, "
        f"e.g. {old!r}."
    )
