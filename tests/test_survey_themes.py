"""The vocabulary of themes is whole, and its occupations are those of SOC 2020."""

from pathlib import Path

import openpyxl
import pytest

from assetmap.errors import ConfigError, ContractError
from assetmap.survey import answers
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.themes import COLUMNS, read_themes, require_known, themes_of

SOC = Path(__file__).parents[2] / "shared/data/skills"
THEMES = Path(__file__).parents[1] / "src/assetmap/survey/vocabulary/themes.csv"


@pytest.fixture(scope="module")
def themes():
    return read_themes()


@pytest.fixture
def vocabulary(tmp_path):
    """Return a function that reads a changed copy of the vocabulary."""

    def read(old, new):
        text = THEMES.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "themes.csv"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return read_themes(path)

    return read


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("skill", answers.SKILLS),
        ("idea", answers.IDEA_THEMES),
        ("passion", answers.PASSIONS),
    ],
)
def test_every_answer_has_one_theme(themes, kind, choices):
    assert themes_of(themes, kind).index.tolist() == list(choices)
    assert themes_of(themes, kind)["theme"].notna().all()


def test_themes_of_skills_are_the_categories_that_tables_count_by(themes):
    used = themes_of(themes, "skill")[["theme", "label"]].drop_duplicates()
    wanted = ATTRIBUTES["skill_theme"].categories
    assert dict(zip(used["theme"], used["label"], strict=True)) == wanted


def test_themes_of_ideas_are_the_ideas(themes):
    ideas = themes_of(themes, "idea")
    assert ideas["theme"].to_dict() == {name: name for name in answers.IDEA_THEMES}
    assert ideas["label"].to_dict() == answers.IDEA_THEMES


def test_one_theme_has_one_label_within_a_kind(themes):
    assert (themes.groupby(["kind", "theme"])["label"].nunique() == 1).loc["skill"].all()
    assert (themes.groupby(["kind", "theme"])["label"].nunique() == 1).loc["passion"].all()


def test_a_row_without_an_occupation_says_why(themes):
    without = themes[themes["soc2020_group"].isna()]
    assert without["basis"].str.startswith("No group: ").all()
    skills = without[without["kind"] == "skill"]
    assert skills["choice"].tolist() == ["teaching", "other"]


def test_every_choice_has_a_number_that_depends_on_its_place_only(themes):
    skills = themes_of(themes, "skill")["number"]
    assert skills.tolist() == list(range(1, 23))
    assert (skills["cooking"], skills["other"]) == (1, 22)


def test_groups_and_titles_are_those_of_soc_2020(themes):
    if not SOC.is_dir():
        pytest.skip("../shared/data/skills is absent: SOC 2020 titles are NOT compared")
    (path,) = SOC.glob("soc2020volume1*.xlsx")
    sheet = openpyxl.load_workbook(path, read_only=True)["SOC2020 descriptions"]
    official = {}
    for *codes, title in sheet.iter_rows(min_row=2, max_col=5, values_only=True):
        for code in codes:
            if isinstance(code, int):
                official[str(code)] = title.strip()
    named = themes[themes["soc2020_group"].notna()]
    assert len(named) == 20
    for row in named.itertuples():
        assert row.soc2020_title == official[row.soc2020_group], row.choice


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("1,skill,welding,", "1,skill,forging,", "skill welding: has no theme"),
        ("1,skill,welding,", "1,skill,forging,", "skill forging: is no answer"),
        ("1,skill,welding,", "1,skill,cooking,", "skill cooking: stands 2 times"),
        ("1,skill,welding,construction", "1,skill,welding,metal", "welding: 'metal' is no theme"),
        ("1,idea,food,food", "1,idea,food,", "idea food: '' is no theme"),
        ("1,idea,food", "2,idea,food", "version is not the same"),
        (",922,", ",92,", "'92' is no minor or unit group"),
        (",922,Elementary", ",,Elementary", "stand together or not at all"),
        ("The kind of cleaning is not told.", "", "cleaning: label or basis is empty"),
        ("version,kind", "edition,kind", "its columns are not version, kind"),
    ],
)
def test_a_fault_of_the_vocabulary_is_named(vocabulary, old, new, fault):
    with pytest.raises(ConfigError, match=r"^themes\.csv has \d+ faults:") as caught:
        vocabulary(old, new)
    assert fault in str(caught.value)


def test_an_unknown_answer_is_counted_and_not_shown():
    require_known("skills", ["cooking"], answers.SKILLS)
    with pytest.raises(ContractError, match="2 answers to skills are not") as caught:
        require_known("skills", ["cooking", "?call 07", "?x"], answers.SKILLS)
    assert "07" not in str(caught.value)


def test_the_columns_are_those_of_the_file():
    heading = THEMES.read_text(encoding="utf-8").splitlines()[0]
    assert heading == ",".join(COLUMNS)
