"""Census margins by SQL, and respondents beside residents. All respondents made up."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from assetmap.build import growing_warehouse, load_dataset, start_build
from assetmap.contracts import check
from assetmap.dataset import load
from assetmap.datasets import get_dataset
from assetmap.datasets.census_2021_ts007a import TABLE
from assetmap.datasets.survey_margin import CATEGORIES
from assetmap.lineage import derive
from assetmap.linking import place_register
from assetmap.settings import read_settings
from assetmap.statements import read_statements
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.margins import (
    BASES,
    NOT_IN_CENSUS,
    STATES,
    WARD,
    categories_of,
    census_counts,
    coverage,
    dissimilarity,
    ward_counts,
)
from assetmap.survey.tables import INT_CENSUS_MARGIN
from assetmap.warehouse import fetch_table, open_warehouse
from tiny import fill, rows_of

ROOT = Path(__file__).parents[1]
TS007A = ROOT.parent / "shared/data/census2021/census2021-ts007a-lsoa.csv"
STATEMENT = read_statements("intermediate")["int_census_margin"]
NORTH, SOUTH, TOWN = "E05000001", "E05000002", "town"
L1, L2, L3 = (f"E0100000{n}" for n in range(1, 4))
N1, N2, N3 = (f"E0103000{n}" for n in range(1, 4))
BANDS = list(ATTRIBUTES["age_band"].categories)[:-1]

AGES = [name for name, _ in TABLE.categories.values() if name != "age_total_count"]
CENSUS = (
    "lsoa11cd VARCHAR, aged_16_plus_count DOUBLE, no_qualifications_count DOUBLE,"
    "level_4_plus_count DOUBLE, birth_country_total_count DOUBLE, born_uk_count DOUBLE,"
    "born_eu_count DOUBLE, born_africa_count DOUBLE, born_middle_east_asia_count DOUBLE"
)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        yield con


def tables(ages=(), put_in=(), census=None):
    """Return the inputs of the statement: L1 and L2 in the north, L3 in the south."""
    areas = [(L1, NORTH), (L2, NORTH), (L3, SOUTH)]
    rows = [(lsoa, ward, "ward") for lsoa, ward in areas]
    rows += [(lsoa, TOWN, "study_area") for lsoa, _ in areas] + [(L1, "E08000001", "lad")]
    counts = [
        (L1, 100, 20, 30, 150, 90, 10, 20, 25),
        (L2, 50, 5, 30, 60, 50, 1, 2, 3),
        (L3, 80, 30, 10, 90, 30, 20, 10, 20),
    ]
    return {
        "int_lsoa11_in_area": ("lsoa11cd VARCHAR, area_code VARCHAR, geography VARCHAR", rows),
        "int_census_2021": (CENSUS, counts if census is None else census),
        "int_lsoa21_to_lsoa11": (
            "lsoa21cd VARCHAR, lsoa11cd VARCHAR, weight DOUBLE",
            [(N1, L1, 1), (N2, L2, 0.75), (N2, L3, 0.25), (N3, L3, 1)],
        ),
        "stg_census_2021_ts007a": (
            ", ".join(["lsoa21cd VARCHAR", *(f"{name} DOUBLE" for name in AGES)]),
            ages,
        ),
        "stg_survey_margin": (
            "dimension VARCHAR, category VARCHAR, wd17cd VARCHAR, people_count DOUBLE",
            put_in,
        ),
        "cfg_ward": ("wd17cd VARCHAR", [(NORTH,), (SOUTH,)]),
        "cfg_study_area": ("area_code VARCHAR, area_name VARCHAR", [(TOWN, "Town")]),
    }


def run(con, **given):
    fill(con, tables(**given))
    return {tuple(row.values())[:3]: row["people_count"] for row in rows_of(con, STATEMENT)}


def by_category(found, dimension, area):
    return {c: n for (d, c, a), n in found.items() if (d, a) == (dimension, area)}


# The statement


def test_qualifications_and_countries_with_their_remainders(con):
    found = run(con)
    assert by_category(found, "qualification_level", NORTH) == {
        "none": 25,
        "levels_1_to_3": 150 - 25 - 60,
        "level_4_plus": 60,
    }
    assert by_category(found, "qualification_level", TOWN)["levels_1_to_3"] == 230 - 55 - 70
    assert by_category(found, "country_group", SOUTH) == {
        "uk": 30,
        "eu": 20,
        "africa": 10,
        "middle_east_asia": 20,
        "other": 10,
    }
    assert by_category(found, "country_group", TOWN)["other"] == 300 - 170 - 31 - 32 - 48
    assert {area for _, _, area in found} == {NORTH, SOUTH, TOWN}
    assert {dimension for dimension, _, _ in found} == {"qualification_level", "country_group"}


def test_categories_are_those_of_the_questionnaire(con):
    found = run(
        con,
        ages=[(code, *[1] * len(AGES)) for code in (N1, N2, N3)],
        put_in=[("sex", "female", NORTH, 1), ("sex", "male", NORTH, 1)],
    )
    for dimension in ("age_band", "qualification_level", "country_group", "sex"):
        assert set(by_category(found, dimension, TOWN)) == set(categories_of(dimension))
    assert {key[0] for key in found} | {WARD} == set(BASES)


def test_bands_of_age_are_put_together_and_young_adults_modelled(con):
    # 15-19 has 10, 20-24 has 20, ... 85 and over has 150.
    steps = [10 * n for n in range(1, len(AGES) + 1)]
    none = [0] * len(AGES)
    found = run(con, ages=[(N1, *steps), (N2, *none), (N3, *none)])
    assert by_category(found, "age_band", NORTH) == {
        "18_24": 20 + 10 * 2 / 5,
        "25_34": 30 + 40,
        "35_44": 50 + 60,
        "45_54": 70 + 80,
        "55_64": 90 + 100,
        "65_plus": 110 + 120 + 130 + 140 + 150,
    }
    assert set(by_category(found, "age_band", SOUTH).values()) == {0}


def test_an_area_that_was_changed_is_shared_out(con):
    ages = [(N1, *[0] * len(AGES)), (N2, *[40] * len(AGES)), (N3, *[0] * len(AGES))]
    found = run(con, ages=ages)
    shares = [found["age_band", "25_34", area] for area in (NORTH, SOUTH, TOWN)]
    assert shares == [60, 20, 80]


@pytest.mark.parametrize("missing", ["row", "figure"])
def test_a_hole_gives_no_figure_rather_than_one_that_is_too_small(con, missing):
    whole = [(code, *[1] * len(AGES)) for code in (N1, N2, N3)]
    ages = whole[1:] if missing == "row" else [(N1, None, *[1] * (len(AGES) - 1)), *whole[1:]]
    found = run(con, ages=ages)
    assert found["age_band", "18_24", NORTH] is None
    assert found["age_band", "18_24", TOWN] is None
    assert found["age_band", "18_24", SOUTH] is not None
    assert (found["age_band", "25_34", NORTH] is None) == (missing == "row")


def test_a_hole_in_the_census_reaches_what_is_left_over_too(con):
    rows = tables()["int_census_2021"][1]
    found = run(con, census=[(*rows[0][:2], None, *rows[0][3:]), *rows[1:]])
    assert found["qualification_level", "none", NORTH] is None
    assert found["qualification_level", "levels_1_to_3", TOWN] is None
    assert found["qualification_level", "level_4_plus", TOWN] == 70


PUT_IN = [
    ("age_band", "18_24", NORTH, 7.4),
    ("age_band", "18_24", SOUTH, 5),
    ("sex", "female", NORTH, 30),
    ("sex", "female", SOUTH, 20),
    ("sex", "male", NORTH, 31),
    ("sex", "male", "E05000009", 99),
]


def test_figures_that_were_put_in_stand_for_tables_that_are_absent(con):
    found = run(con, put_in=PUT_IN)
    assert [found["age_band", "18_24", a] for a in (NORTH, SOUTH, TOWN)] == [7.4, 5, 12.4]
    assert [found["sex", "female", a] for a in (NORTH, SOUTH, TOWN)] == [30, 20, 50]


def test_a_ward_that_was_not_put_in_leaves_the_study_area_without_figure(con):
    found = run(con, put_in=PUT_IN)
    assert by_category(found, "sex", NORTH) == {"female": 30, "male": 31}
    assert found["sex", "male", SOUTH] is None
    assert found["sex", "male", TOWN] is None
    assert not [key for key in found if key[2] == "E05000009"]


def test_the_table_of_the_census_stands_above_ages_that_were_put_in(con):
    ages = [(code, *[10] * len(AGES)) for code in (N1, N2, N3)]
    found = run(con, ages=ages, put_in=PUT_IN)
    assert found["age_band", "18_24", TOWN] == 3 * 14
    assert found["sex", "female", TOWN] == 50


def test_the_result_keeps_its_contract(con):
    fill(con, tables(put_in=PUT_IN))
    check(pd.DataFrame(rows_of(con, STATEMENT)), INT_CENSUS_MARGIN)


# The datasets


def test_categories_that_may_be_put_in_are_those_of_the_questionnaire():
    assert {name: list(values) for name, values in CATEGORIES.items()} == {
        name: categories_of(name) for name in CATEGORIES
    }


def test_a_category_of_another_dimension_is_held(tmp_path):
    folder = get_dataset("survey_margin").folder_in(tmp_path)
    folder.mkdir(parents=True)
    rows = ["sex,female,E05000001,5,x", "sex,18_24,E05000001,5,x", "age_band,other,E05000001,5,x"]
    text = "dimension,category,wd17cd,people_count,source\n" + "\n".join(rows) + "\n"
    (folder / "margins.csv").write_text(text, encoding="utf-8")
    loaded = load(get_dataset("survey_margin"), tmp_path, max_held_share=1)
    assert loaded.table["category"].tolist() == ["female"]
    assert loaded.held["reason"].tolist() == ["bad_category"] * 2
    assert set(loaded.held["column"]) == {"category"}


def test_both_datasets_may_be_absent():
    assert not get_dataset("survey_margin").required
    assert not get_dataset("census_2021_ts007a").required


def test_the_starter_figures_are_whole_and_have_no_sex():
    loaded = load(get_dataset("survey_margin"), ROOT / "data/raw", max_held_share=0)
    if not loaded.is_starter:
        pytest.skip("a file of the user has taken the starter file's place")
    wards = read_settings(ROOT / "data/raw", ROOT).study_area.wards
    keys = loaded.table[["dimension", "category", "wd17cd"]].apply(tuple, axis=1)
    assert set(keys) == {("age_band", band, ward) for band in BANDS for ward in wards}
    assert loaded.table["people_count"].sum() == pytest.approx(64_188.8)


def test_the_starter_figures_are_those_of_the_official_table(tmp_path):
    if not TS007A.is_file():
        pytest.skip("../shared/data is absent: starter margins are NOT compared with TS007A")
    raw = tmp_path / "raw"
    shutil.copytree(ROOT / "data/raw", raw)
    folder = get_dataset("census_2021_ts007a").folder_in(raw)
    folder.mkdir(exist_ok=True)
    shutil.copy(TS007A, folder)
    put_in = _derived(raw, tmp_path / "a", skip="census_2021_ts007a")
    official = _derived(raw, tmp_path / "b", skip="survey_margin")
    assert len(official) == 4 * (len(BANDS) + 3 + 5)
    assert put_in.keys() == official.keys()
    assert put_in == pytest.approx(official)


def _derived(raw, out, skip):
    """Load the datasets behind the margins, but for one, and return the margins."""
    settings = read_settings(raw, out)
    datasets = [name for name in start_build(settings) if name != skip]
    wanted = ("census", "lookup", "imd", "survey_margin", "master_plan")
    for name in (name for name in datasets if name.startswith(wanted)):
        load_dataset(settings, name)
    with open_warehouse(growing_warehouse(settings)) as con:
        place_register(con)
        derive(con, read_statements("intermediate"))
        found = fetch_table(con, "int_census_margin")
    return found.set_index(["dimension", "category", "area_code"])["people_count"].to_dict()


# Coverage


def margins(*rows):
    frame = pd.DataFrame(rows, columns=INT_CENSUS_MARGIN.names)
    check(frame, INT_CENSUS_MARGIN)
    return frame.astype({"people_count": float})


def levels(area, *counts):
    names = ("none", "levels_1_to_3", "level_4_plus")
    pairs = zip(names, counts, strict=True)
    return [("qualification_level", name, area, count) for name, count in pairs]


LEVELS = [
    *levels(NORTH, 20, 50, 30),
    *levels(SOUTH, 40, 40, 20),
    *levels(TOWN, 60, 90, 50),
]
PEOPLE = [
    (NORTH, "none"),
    (NORTH, "levels_1_to_3"),
    (NORTH, "levels_1_to_3"),
    (NORTH, "not_said"),
    (SOUTH, "level_4_plus"),
    (SOUTH, "level_4_plus"),
]


def covered(people, census, attribute="qualification_level"):
    persons = pd.DataFrame(
        [("respondent", f"p{n}", ward) for n, (ward, _) in enumerate(people)],
        columns=["population", "person_id", "wd17cd"],
    )
    attributes = pd.DataFrame(
        [("respondent", f"p{n}", attribute, answer) for n, (_, answer) in enumerate(people)],
        columns=["population", "person_id", "attribute", "category"],
    )
    return coverage(attributes, persons, census, study_area=TOWN)


def rows(table, dimension):
    chosen = table[table["dimension"] == dimension].drop(columns="dimension")
    plain = chosen.astype(object).where(chosen.notna(), None)
    return [
        tuple(round(v, 4) if isinstance(v, float) else v for v in row) for row in plain.to_numpy()
    ]


def test_the_golden_table():
    # The town: five answers of six; shares 1/5, 2/5, 2/5 against 0.30, 0.45, 0.25.
    # The north: three answers; 1/3, 2/3, 0 against 0.2, 0.5, 0.3. The south: 0, 0, 1.
    assert rows(covered(PEOPLE, margins(*LEVELS)), "qualification_level") == [
        ("none", TOWN, 1, 0.2, 0.3, 0.6667, "compared"),
        ("levels_1_to_3", TOWN, 2, 0.4, 0.45, 0.8889, "compared"),
        ("level_4_plus", TOWN, 2, 0.4, 0.25, 1.6, "compared"),
        ("not_said", TOWN, 1, None, None, None, "not_comparable"),
        ("none", NORTH, 1, 0.3333, 0.2, 1.6667, "compared"),
        ("levels_1_to_3", NORTH, 2, 0.6667, 0.5, 1.3333, "compared"),
        ("level_4_plus", NORTH, 0, 0.0, 0.3, 0.0, "no_respondents"),
        ("not_said", NORTH, 1, None, None, None, "not_comparable"),
        ("none", SOUTH, 0, 0.0, 0.4, 0.0, "no_respondents"),
        ("levels_1_to_3", SOUTH, 0, 0.0, 0.4, 0.0, "no_respondents"),
        ("level_4_plus", SOUTH, 2, 1.0, 0.2, 5.0, "compared"),
        ("not_said", SOUTH, 0, None, None, None, "not_comparable"),
    ]


def test_wards_are_compared_by_their_residents():
    assert rows(covered(PEOPLE, margins(*LEVELS)), WARD) == [
        (NORTH, TOWN, 4, 0.6667, 0.5, 1.3333, "compared"),
        (SOUTH, TOWN, 2, 0.3333, 0.5, 0.6667, "compared"),
    ]


def test_a_ward_without_respondents_is_there_too():
    found = rows(covered(PEOPLE[:4], margins(*LEVELS)), WARD)
    assert found[1] == (SOUTH, TOWN, 0, 0.0, 0.5, 0.0, "no_respondents")


def test_a_dimension_without_margin_says_so_everywhere():
    people = [(NORTH, "female"), (SOUTH, "other_not_said")]
    found = rows(covered(people, margins(*LEVELS), attribute="sex"), "sex")
    assert found[:3] == [
        ("female", TOWN, 1, 1.0, None, None, "no_margin"),
        ("male", TOWN, 0, 0.0, None, None, "no_margin"),
        ("other_not_said", TOWN, 1, None, None, None, "not_comparable"),
    ]
    assert {row[-1] for row in found} == {"no_margin", "not_comparable"}
    assert len(found) == 3 * 3


def test_a_margin_with_a_hole_is_none_for_that_area_only():
    hole = [(*row[:3], None) if row[1:3] == ("none", NORTH) else row for row in LEVELS]
    found = rows(covered(PEOPLE, margins(*hole)), "qualification_level")
    assert {row[-1] for row in found if row[1] == NORTH} == {"no_margin", "not_comparable"}
    assert found[0][-1] == "compared"


def test_where_nobody_answered_there_is_no_share():
    found = rows(covered([(NORTH, "not_said")], margins(*LEVELS)), "qualification_level")
    assert found[0] == ("none", TOWN, 0, None, 0.3, None, "no_respondents")


def test_a_category_without_residents_has_no_ratio():
    census = margins(*levels(TOWN, 0, 5, 5), *levels(NORTH, 0, 5, 5))
    found = rows(covered([(NORTH, "none")], census), "qualification_level")
    assert found[0] == ("none", TOWN, 1, 1.0, 0.0, None, "no_residents")


def test_every_state_is_explained_and_every_dimension_has_its_basis():
    table = covered(PEOPLE, margins(*LEVELS))
    assert set(table["state"]) <= set(STATES)
    assert table["dimension"].drop_duplicates().tolist() == list(BASES)
    for dimension in (name for name in BASES if name != WARD):
        assert ATTRIBUTES[dimension].is_exclusive
        assert set(categories_of(dimension)) | NOT_IN_CENSUS >= set(
            ATTRIBUTES[dimension].categories
        )


def test_wards_are_counted_by_adults_where_ages_are_known():
    ages = [("age_band", band, ward, 2) for band in BANDS for ward in (NORTH, SOUTH)]
    assert ward_counts(margins(*LEVELS)) == {NORTH: 100, SOUTH: 100}
    assert ward_counts(margins(*LEVELS, *ages)) == {NORTH: 12, SOUTH: 12}
    assert ward_counts(margins(*LEVELS, *ages[1:])) == {NORTH: 100, SOUTH: 100}
    assert ward_counts(margins()) is None


def test_counts_of_the_census_are_whole_or_none():
    assert census_counts(margins(*LEVELS), "qualification_level", SOUTH) == {
        "none": 40,
        "levels_1_to_3": 40,
        "level_4_plus": 20,
    }
    assert census_counts(margins(*LEVELS[:-1]), "qualification_level", TOWN) is None
    assert census_counts(margins(*levels(TOWN, 0, 0, 0)), "qualification_level", TOWN) is None


def test_dissimilarity_is_half_the_sum_of_the_differences():
    found = dissimilarity(covered(PEOPLE, margins(*LEVELS)))
    index = found.set_index(["dimension", "area_code"])["dissimilarity"].to_dict()
    # The town: (0.10 + 0.05 + 0.15) / 2. The south: (0.4 + 0.4 + 0.8) / 2.
    assert index["qualification_level", TOWN] == pytest.approx(0.15)
    assert index["qualification_level", SOUTH] == pytest.approx(0.8)
    assert index[WARD, TOWN] == pytest.approx(1 / 6)
    assert {dimension for dimension, _ in index} == {"qualification_level", WARD}
